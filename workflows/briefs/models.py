"""The brief of a decision: rendered once from its record, kept by its SHA-256, never changed."""

import secrets
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from incubator.people.models import Entity
from workflows.gates.models import Decision


def new_token() -> str:
    """128 bits by chance, as 22 letters: whoever has it holds the paper."""
    return secrets.token_urlsafe(16)


def new_salt() -> str:
    """32 random bytes, in hexadecimal."""
    return secrets.token_hex(32)


class BriefSeries(models.Model):
    """The briefs of an entity in one year, numbered without a gap from 1 to `last`, whose row is the lock."""

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "year"], name="one_series_per_year")]


class Brief(models.Model):
    """One edition. `record` is what `record.BriefRecord.as_data` gives; `failure` is a code of `pdf_process.PdfFailed`
    or of `seals.sealing.SealFailed`.

    `public` is the record the file carries, `public_sha256` that of its bytes; `salt` opens its commitment and is
    told to nobody. `serial` is its place in the year's `series`, taken before the first rendering, which prints it,
    and kept whatever becomes of that.
    A correction is a new row that names the one it replaces; only the newest that is ready is in force.

    `token` stands in the address printed on it. `sha256` is of the file given out; `unsigned_sha256` of its beginning,
    before the seal, which is the whole file where none was made. `seal_certificate`: SHA-256 of the certificate it was
    sealed with.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", pgettext_lazy("brief", "being prepared")
        READY = "ready", pgettext_lazy("brief", "ready")
        FAILED = "failed", pgettext_lazy("brief", "could not be produced")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token = models.CharField(max_length=22, default=new_token, unique=True, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="briefs")
    number = models.CharField(max_length=32)
    edition = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    in_force = models.BooleanField(default=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    # Why it replaces that one, in words printed in it.
    correction = models.TextField(blank=True)
    record = models.JSONField(null=True, blank=True)
    record_sha256 = models.CharField(max_length=64, blank=True)
    public = models.JSONField(null=True, blank=True)
    public_sha256 = models.CharField(max_length=64, blank=True)
    salt = models.CharField(max_length=64, default=new_salt, editable=False)
    series = models.ForeignKey(BriefSeries, models.PROTECT, null=True, blank=True, related_name="briefs")
    serial = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    unsigned_sha256 = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    seal_certificate = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=20, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Of its copy without masked passages, since these were marked: how often it could not be made, and why at last.
    masking_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    masking_failure = models.CharField(max_length=20, blank=True, default="", db_default="")
    asked_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(in_force=True), name="one_brief_in_force_per_decision"
            ),
            models.UniqueConstraint(fields=["number", "edition"], name="one_brief_per_number_and_edition"),
            models.CheckConstraint(
                condition=Q(state="ready", prepared_at__isnull=False, record__isnull=False, size__gt=0)
                & ~Q(sha256="")
                & ~Q(record_sha256="")
                | ~Q(state="ready") & Q(sha256="", prepared_at=None),
                name="ready_brief_has_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state="ready") & ~Q(unsigned_sha256="")
                | ~Q(state="ready") & Q(unsigned_sha256=""),
                name="ready_brief_has_its_unsigned_hash",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None, seal_certificate="", unsigned_sha256=F("sha256"))
                | Q(sealed_at__isnull=False) & ~Q(seal_certificate="") & ~Q(unsigned_sha256=F("sha256")),
                name="brief_is_sealed_or_as_rendered",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="failed_brief_says_why",
            ),
            models.CheckConstraint(
                condition=Q(masking_tries=0, masking_failure="")
                | Q(masking_tries__gt=0) & ~Q(masking_failure=""),
                name="failed_masked_copy_says_why",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="brief_does_not_replace_itself"),
            models.CheckConstraint(
                condition=Q(replaces=None, correction="", edition=1)
                | Q(replaces__isnull=False, edition__gt=1) & ~Q(correction=""),
                name="correction_says_of_what_and_why",
            ),
            models.UniqueConstraint(fields=["series", "serial"], name="one_brief_per_serial"),
            models.CheckConstraint(
                condition=Q(series=None, serial=None) | Q(series__isnull=False, serial__gte=1),
                name="serial_stands_in_its_series",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(serial__isnull=False), name="ready_brief_has_its_serial"
            ),
            models.CheckConstraint(
                condition=Q(public=None, public_sha256="") | Q(public__isnull=False) & ~Q(public_sha256=""),
                name="public_record_has_its_hash",
            ),
        ]


class MaskedBrief(models.Model):
    """The copy of a brief for those from whom passages of it are masked: the same facts, printed without these words.

    `passages_sha256` says for which passages it was made; it is served for these alone. `former` are the SHA-256 of
    copies made before what is masked changed: whoever kept one may still ask whether it is genuine.
    """

    brief = models.OneToOneField(Brief, models.CASCADE, related_name="masked")
    passages_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    former = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    made_at = models.DateTimeField()
