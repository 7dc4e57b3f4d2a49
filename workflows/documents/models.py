"""Documents beside the brief: made when somebody asks, from a record of what that person may read."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.drafting.models import Idea
from incubator.people.models import Person
from workflows.sessions.models import SelectionSession


class Document(models.Model):
    """One record laid out once. Whoever has the right to the same record reads the same file; see `queries.paper`.

    `record`: JSON, all that is printed. `failure`: a code of `pdf_process.PdfFailed`. `done` of `total`: the ideas
    of a session's pack laid out so far; both 0 for other kinds.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt of submission")
        LETTER = "letter", _("Letter to the team")
        PROMISE = "promise", _("Promise of support")
        TIME_RELEASE = "time-release", _("Time release")
        LEARNING = "learning", _("Learning sheet")
        CERTIFICATE = "certificate", _("Certificate of contribution")
        PACK = "pack", _("Session pack")

    class State(models.TextChoices):
        PREPARING = "preparing", pgettext_lazy("document", "being prepared")
        READY = "ready", pgettext_lazy("document", "ready")
        FAILED = "failed", pgettext_lazy("document", "could not be produced")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    idea = models.ForeignKey(Idea, models.PROTECT, null=True, blank=True, related_name="documents")
    session = models.ForeignKey(SelectionSession, models.PROTECT, null=True, blank=True, related_name="packs")
    language = models.CharField(max_length=2)
    record = models.JSONField()
    record_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=20, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_sha256"], name="one_document_per_record"),
            models.CheckConstraint(
                condition=Q(kind="pack", idea=None, session__isnull=False)
                | ~Q(kind="pack") & Q(idea__isnull=False, session=None),
                name="document_is_of_an_idea_or_a_session",
            ),
            models.CheckConstraint(
                condition=Q(state="ready", prepared_at__isnull=False, size__gt=0) & ~Q(sha256="")
                | ~Q(state="ready") & Q(sha256="", prepared_at=None),
                name="prepared_document_has_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="failed_document_says_why",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=models.F("total")), name="no_more_done_than_there_is"
            ),
        ]
