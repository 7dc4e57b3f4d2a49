"""The pilot: a plan sealed at launch, check-ins with readings, incidents, an end."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ideas.drafting.models import Idea
from incubator.people.models import Person


class PilotPlan(models.Model):
    """Written during investigation, sealed by G2's go: `sealed` is the frozen text and its SHA-256 is in the event."""

    idea = models.OneToOneField(Idea, models.PROTECT, related_name="pilot_plan")
    where = models.CharField(max_length=200, blank=True)
    months = models.PositiveSmallIntegerField(default=6)
    stop_rule = models.TextField(blank=True)
    users_told_how = models.TextField(blank=True)
    minimum_readings = models.PositiveSmallIntegerField(default=2)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True, blank=True)
    sealed = models.JSONField(null=True, blank=True)
    sealed_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_at=None, sealed_sha256="")
                | Q(sealed_at__isnull=False, sealed__isnull=False),
                name="sealed_plan_keeps_its_text",
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=24),
                name="pilot_lasts_1_to_24_months",
            ),
        ]


class Indicator(models.Model):
    class Direction(models.TextChoices):
        UP = "up", _("more is better")
        DOWN = "down", _("less is better")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(PilotPlan, models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=40)
    direction = models.CharField(max_length=4, choices=Direction)
    baseline = models.DecimalField(max_digits=14, decimal_places=3)
    target = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="indicators_are_numbered"),
            models.CheckConstraint(
                condition=Q(direction="up", target__gte=F("baseline"))
                | Q(direction="down", target__lte=F("baseline")),
                name="target_lies_in_its_direction",
            ),
        ]


class Pilot(models.Model):
    """The trial of an idea. `sponsor` launched it; the one in force is the signed pledge's."""

    idea = models.OneToOneField(Idea, models.PROTECT, related_name="pilot")
    sponsor = models.ForeignKey(Person, models.PROTECT, related_name="+")
    started_on = models.DateField()
    planned_end_on = models.DateField()
    extended_once = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    end_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(planned_end_on__gt=F("started_on")), name="pilot_in_order"),
        ]


class CheckIn(models.Model):
    """A point d'étape: how it goes, with readings."""

    class Pace(models.TextChoices):
        ON_TRACK = "on_track", _("on track")
        SLOWER = "slower", _("slower than planned")
        IN_TROUBLE = "in_trouble", _("in trouble")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="check_ins")
    on = models.DateField()
    pace = models.CharField(max_length=10, choices=Pace)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class Reading(models.Model):
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="readings")
    check_in = models.ForeignKey(CheckIn, models.PROTECT, related_name="readings")
    value = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "check_in"],
                name="one_reading_per_indicator_and_check_in",
            )
        ]


class Incident(models.Model):
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="incidents")
    text = models.TextField()
    reported_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)
