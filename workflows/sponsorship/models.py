"""Promises: days, euros and cover from a sponsor; time from the agents' directors; a budget line."""

import uuid

from django.db import models
from django.db.models import Q

from ideas.drafting.models import Idea, TeamMember
from incubator.people.models import Person


class Pledge(models.Model):
    """A director asked to sponsor, and what was promised. The newest signed one is in force."""

    class State(models.TextChoices):
        ASKED = "asked"
        SIGNED = "signed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, models.PROTECT, related_name="pledges")
    sponsor = models.ForeignKey(Person, models.PROTECT, related_name="pledges")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    euros = models.PositiveIntegerField(null=True, blank=True)
    cover = models.TextField(blank=True)
    note = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"],
                condition=Q(state="signed"),
                name="one_signed_pledge_per_idea",
            ),
            models.UniqueConstraint(
                fields=["idea", "sponsor"],
                condition=Q(state="asked"),
                name="a_sponsor_is_asked_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | Q(days__isnull=False, euros__isnull=False, answered_at__isnull=False) & ~Q(cover=""),
                name="signed_pledge_says_days_euros_and_cover",
            ),
        ]


class TimeRelease(models.Model):
    """Time for one team member: the line manager's opinion, then the director's signature.

    The manager hears of the idea only here, after the member agreed (`agreed_at`).
    """

    class Opinion(models.TextChoices):
        FAVOURABLE = "favourable"
        RESERVED = "reserved"
        NO_OBJECTION_RECORDED = "no_objection_recorded"

    class State(models.TextChoices):
        ASKED = "asked"
        SIGNED = "signed"
        REFUSED = "refused"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.OneToOneField(TeamMember, models.PROTECT, related_name="time_release")
    days_a_month = models.DecimalField(max_digits=3, decimal_places=1)
    manager = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    opinion = models.CharField(max_length=24, choices=Opinion, blank=True)
    opinion_note = models.TextField(blank=True)
    opinion_due_at = models.DateTimeField(null=True, blank=True)
    opinion_at = models.DateTimeField(null=True, blank=True)
    director = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    director_note = models.TextField(blank=True)
    director_due_at = models.DateTimeField()
    agreed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None)
                | ~Q(state="asked") & Q(answered_at__isnull=False),
                name="answered_time_release_has_its_time",
            )
        ]


class BudgetLine(models.Model):
    """Finance's confirmation for one gate: a line and its reference, or none needed."""

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="budget_lines")
    gate = models.CharField(max_length=4)
    euros = models.PositiveIntegerField()
    reference = models.CharField(max_length=120, blank=True)
    none_needed = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "gate"], name="one_budget_line_per_gate"),
            models.CheckConstraint(
                condition=Q(none_needed=True) | ~Q(reference=""),
                name="budget_line_has_its_reference",
            ),
        ]
