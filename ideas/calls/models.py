"""Programmes, and the calls through which they ask."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ideas.calls.rules import LIMITS
from incubator.lib.words import in_french
from incubator.people.models import Department, Entity


class Programme(models.Model):
    """An entity's way of taking ideas. `key` never changes: role grants and mandates name it."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("staff ideas")
        CITIZENS = "citizens", _("citizens’ projects")

    key = models.SlugField(unique=True)
    subject_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="programmes")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.STAFF)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    closed_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name_fr

    @property
    def name(self) -> str:
        """In the language in force."""
        return self.name_fr if in_french() else self.name_en


class Call(models.Model):
    """A question put to staff, between two dates; or, without dates, the programme's always-open box.

    `authors_hidden` and `voters_hidden` override the gates' names settings when not null. Places and
    envelope (euros, agent-days) limit a selection session.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="calls")
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    question_fr = models.TextField()
    question_en = models.TextField()
    always_open = models.BooleanField(default=False)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    departments = models.ManyToManyField(Department, blank=True, related_name="+")
    places = models.PositiveSmallIntegerField(null=True, blank=True)
    envelope_euros = models.PositiveIntegerField(null=True, blank=True)
    envelope_agent_days = models.PositiveIntegerField(null=True, blank=True)
    authors_hidden = models.BooleanField(null=True, blank=True)
    voters_hidden = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(always_open=True),
                name="one_always_open_box_per_programme",
            ),
            models.CheckConstraint(
                condition=Q(always_open=True, opens_at=None, closes_at=None)
                | Q(
                    always_open=False,
                    opens_at__isnull=False,
                    closes_at__gt=F("opens_at"),
                ),
                name="call_is_dated_or_always_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title_fr

    @property
    def title(self) -> str:
        """In the language in force."""
        return self.title_fr if in_french() else self.title_en

    @property
    def question(self) -> str:
        """In the language in force, as written: Markdown."""
        return self.question_fr if in_french() else self.question_en

    @property
    def has_limits(self) -> bool:
        """Whether its ideas are compared in selection sessions: it has places, or an envelope of euros or days."""
        return any(getattr(self, name) is not None for name in LIMITS)
