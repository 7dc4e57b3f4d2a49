"""Promises: days, euros and cover from a sponsor; time from the agents' directors; a budget line."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from ideas.drafting.models import Idea, TeamMember
from incubator.people.models import Person


class Pledge(models.Model):
    """A director asked to sponsor, and what was promised. The signed one is in force; its sponsor is the idea's.

    `lapsed`: the question fell away before it was answered (someone else promised, or it was taken back).
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("pledge", "asked")
        SIGNED = "signed", pgettext_lazy("pledge", "promised")
        DECLINED = "declined", pgettext_lazy("pledge", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("pledge", "withdrawn")
        LAPSED = "lapsed", pgettext_lazy("pledge", "no longer asked")

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

    The manager hears of the idea only here, after the member agreed (`agreed_at`). Silence of the manager is
    recorded as no objection; silence of the director is never a release. A director's refusal is `disputed`
    until a deputy director general arbitrates. Exactly one of manager, director and arbiter is waited for.
    """

    class Opinion(models.TextChoices):
        FAVOURABLE = "favourable", pgettext_lazy("opinion on time", "favourable")
        RESERVED = "reserved", pgettext_lazy("opinion on time", "with reservations")
        NO_OBJECTION_RECORDED = (
            "no_objection_recorded",
            pgettext_lazy("opinion on time", "no objection recorded"),
        )

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("time release", "asked")
        SIGNED = "signed", pgettext_lazy("time release", "signed")
        DISPUTED = "disputed", pgettext_lazy("time release", "refused by the director, in arbitration")
        REFUSED = "refused", pgettext_lazy("time release", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("time release", "taken back")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(TeamMember, models.PROTECT, related_name="time_releases")
    days_a_month = models.DecimalField(max_digits=3, decimal_places=1)
    manager = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    opinion = models.CharField(max_length=24, choices=Opinion, blank=True)
    opinion_note = models.TextField(blank=True)
    opinion_due_at = models.DateTimeField(null=True, blank=True)
    opinion_at = models.DateTimeField(null=True, blank=True)
    director = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    director_note = models.TextField(blank=True)
    director_due_at = models.DateTimeField(null=True, blank=True)
    arbiter = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    arbitration_note = models.TextField(blank=True)
    arbitration_due_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["asked", "disputed", "signed"]),
                name="one_running_time_release_per_member",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "disputed"], answered_at=None)
                | ~Q(state__in=["asked", "disputed"]) & Q(answered_at__isnull=False),
                name="answered_time_release_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", signed_by__isnull=False) | ~Q(state="signed") & Q(signed_by=None),
                name="signed_time_release_names_who_signed",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", opinion_at=None) | ~Q(opinion="") & Q(opinion_at__isnull=False),
                name="opinion_on_time_has_its_time",
            ),
        ]


class ProcurementRoute(models.Model):
    """How procurement says what is promised may be bought: the route of the launch, in a sentence."""

    idea = models.ForeignKey(Idea, models.PROTECT, related_name="procurement_routes")
    route = models.CharField(max_length=300)
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea"], name="one_procurement_route_per_idea"),
            models.CheckConstraint(condition=~Q(route=""), name="procurement_route_is_said"),
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
