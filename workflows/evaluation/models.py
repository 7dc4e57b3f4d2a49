"""The evaluation (bilan), by someone outside the team; and, once it is a service, the readings of its benefits."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from ideas.drafting.models import Idea
from incubator.people.models import Person


class Evaluation(models.Model):
    """`compared` is frozen at delivery: a list of `{"indicator", "unit", "direction", "baseline", "target",
    "readings": [{"on", "value"}], "last", "reached"}` in the sealed plan's order."""

    class Advice(models.TextChoices):
        SCALE = "scale", pgettext_lazy("advice", "scale up")
        EXTEND = "extend", pgettext_lazy("advice", "extend the pilot")
        TRANSFER = "transfer", pgettext_lazy("advice", "transfer")
        STOP = "stop", pgettext_lazy("advice", "stop")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, models.PROTECT, related_name="evaluations")
    number = models.PositiveSmallIntegerField(default=1)
    evaluator = models.ForeignKey(Person, models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    due_at = models.DateTimeField()
    findings = models.TextField(blank=True)
    effect_on_staff = models.TextField(blank=True)
    run_cost_euros_a_year = models.PositiveIntegerField(null=True, blank=True)
    advice = models.CharField(max_length=8, choices=Advice, blank=True)
    run_owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    compared = models.JSONField(null=True, blank=True)
    compared_sha256 = models.CharField(max_length=64, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "number"], name="evaluations_are_numbered"),
            models.UniqueConstraint(
                fields=["idea"],
                condition=Q(delivered_at=None, ended_at=None),
                name="one_open_evaluation_per_idea",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | ~Q(findings="") & Q(compared__isnull=False),
                name="delivered_evaluation_is_complete",
            ),
        ]


class BenefitReading(models.Model):
    """What a service brings `months` after its beginning, read on `due_on` or a little before, by whoever runs it.

    The rows are written when the idea enters service: its readings stay those it began with. `lines` are frozen when
    it is read: those of the evaluation's `compared` without their readings, each with `value` (a text, None when not
    measured), `why` (it was not measured) and `reached` by this value.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, models.PROTECT, related_name="benefit_readings")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    lines = models.JSONField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "months"], name="benefits_are_read_once_after_so_many_months"
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None, lines__isnull=True, note="")
                | Q(read_at__isnull=False, read_by__isnull=False, lines__isnull=False),
                name="a_benefit_reading_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None) | ~Q(lines=[]) | ~Q(note=""),
                name="benefits_without_indicators_have_a_sentence",
            ),
        ]
