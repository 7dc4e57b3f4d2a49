"""A selection session: ideas of a call compared at one gate, under places and an envelope, with one frozen record."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from ideas.calls.models import Call
from ideas.drafting.models import Idea
from incubator.people.models import Person
from workflows.gates.models import GateRound


class SelectionSession(models.Model):
    """`rules` are stated before anyone is heard (see `sessions.rules`); `record` is frozen when the list is settled."""

    class State(models.TextChoices):
        PREPARING = "preparing", pgettext_lazy("session", "being prepared")
        CONVENED = "convened", pgettext_lazy("session", "convened")
        LIVE = "live", pgettext_lazy("session", "under way")
        SETTLED = "settled", pgettext_lazy("session", "list settled, decisions to come")
        CLOSED = "closed", pgettext_lazy("session", "closed")
        VOID = "void", pgettext_lazy("session", "cancelled")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="sessions")
    gate = models.CharField(max_length=4)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    rules = models.JSONField()
    held_at = models.DateTimeField()
    venue = models.CharField(max_length=200)
    waiting_until = models.DateField()
    prepared_at = models.DateTimeField()
    convened_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    record = models.JSONField(null=True, blank=True)
    record_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "gate"],
                condition=Q(state__in=["preparing", "convened", "live", "settled"]),
                name="one_running_session_per_call_and_gate",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["settled", "closed"])
                | Q(record__isnull=False) & ~Q(record_sha256=""),
                name="settled_session_has_its_record",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "void"], closed_at__isnull=False)
                | ~Q(state__in=["closed", "void"]) & Q(closed_at=None),
                name="ended_session_has_its_time",
            ),
        ]


class SessionIdea(models.Model):
    """An idea in a session. `opinion` is its panel's, as read when the shortlist was drawn.

    `reasons`, `criterion` and `learning` are what the session proposes to write to the team. `left_number` orders
    the ideas that left after the list was settled: replaying them in that order gives today's places.
    """

    class Result(models.TextChoices):
        SELECTED = "selected", pgettext_lazy("session", "has a place")
        WAITING = "waiting", pgettext_lazy("session", "on the waiting list")
        NOT_SELECTED = "not_selected", pgettext_lazy("session", "heard, without a place")
        NOT_HEARD = "not_heard", pgettext_lazy("session", "not among the ideas heard")

    session = models.ForeignKey(SelectionSession, models.PROTECT, related_name="lines")
    idea = models.ForeignKey(Idea, models.PROTECT, related_name="session_lines")
    round = models.ForeignKey(GateRound, models.PROTECT, related_name="session_lines")
    euros = models.PositiveIntegerField()
    agent_days = models.PositiveIntegerField()
    opinion = models.JSONField(null=True, blank=True)
    hearing_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=12, choices=Result, blank=True)
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    reasons = models.TextField(blank=True)
    criterion = models.CharField(max_length=60, blank=True)
    learning = models.TextField(blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_number = models.PositiveSmallIntegerField(null=True, blank=True)
    moved_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "idea"], name="once_in_a_session"),
            models.UniqueConstraint(fields=["session", "rank"], name="one_idea_per_rank"),
            models.UniqueConstraint(fields=["session", "left_number"], name="one_idea_leaves_at_a_time"),
            models.CheckConstraint(
                condition=Q(left_number=None) | Q(left_at__isnull=False), name="idea_that_left_has_its_time"
            ),
            models.CheckConstraint(
                condition=Q(rank=None) | Q(hearing_at__isnull=False), name="ranked_idea_was_heard"
            ),
        ]


class SessionMember(models.Model):
    """Someone called to sit. Present from `arrived_at` until `left_at`; `sat_by`: the deputy who came instead."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(SelectionSession, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="session_seats")
    is_chair = models.BooleanField(default=False)
    called_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    sat_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="lent_session_seats"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="once_in_a_room"),
            models.UniqueConstraint(
                fields=["session", "sat_by"], condition=Q(left_at=None), name="a_deputy_sits_once_in_a_room"
            ),
            models.CheckConstraint(
                condition=Q(sat_by=None) | Q(arrived_at__isnull=False) & ~Q(sat_by=F("person")),
                name="a_deputy_who_sat_is_another_who_came",
            ),
            models.UniqueConstraint(
                fields=["session"], condition=Q(is_chair=True), name="one_chair_per_session"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(arrived_at__isnull=False, left_at__gte=F("arrived_at")),
                name="member_leaves_after_arriving",
            ),
        ]


class SteppingOut(models.Model):
    """A member who is not in the room for one idea: because of a link, or for a reason that is theirs alone."""

    class Cause(models.TextChoices):
        LINK = "link"
        OWN = "own"

    member = models.ForeignKey(SessionMember, models.PROTECT, related_name="stepped_out")
    line = models.ForeignKey(SessionIdea, models.PROTECT, related_name="stepped_out")
    cause = models.CharField(max_length=4, choices=Cause)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "line"], name="out_once_for_an_idea")]


class RoomVote(models.Model):
    """A seat's level for one idea, 0 to 4, or an abstention (null). Replaced votes are kept.

    `cast_by`: the member, or the deputy who sat for them.
    """

    member = models.ForeignKey(SessionMember, models.PROTECT, related_name="room_votes")
    line = models.ForeignKey(SessionIdea, models.PROTECT, related_name="room_votes")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    in_force = models.BooleanField(default=True)
    cast_by = models.ForeignKey(Person, models.PROTECT, related_name="room_votes_cast")
    cast_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "line"], condition=Q(in_force=True), name="one_room_vote_in_force"
            ),
            models.CheckConstraint(condition=Q(level=None) | Q(level__lte=4), name="level_from_0_to_4"),
            models.CheckConstraint(
                condition=Q(in_force=True, ended_at=None) | Q(in_force=False, ended_at__isnull=False),
                name="ended_room_vote_has_its_time",
            ),
        ]


class SessionDocument(models.Model):
    """The agenda or the minutes in one language, made by a job; `failure` is a code of `pdf_process.PdfFailed`."""

    class Kind(models.TextChoices):
        AGENDA = "agenda", pgettext_lazy("session", "agenda")
        MINUTES = "minutes", pgettext_lazy("session", "minutes")

    class State(models.TextChoices):
        PREPARING = "preparing"
        READY = "ready"
        FAILED = "failed"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(SelectionSession, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=8, choices=Kind)
    edition = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    sha256 = models.CharField(max_length=64, blank=True)
    failure = models.CharField(max_length=20, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind", "edition", "language"], name="one_document_per_edition"
            ),
            models.CheckConstraint(
                condition=Q(state="ready") & ~Q(sha256="") | ~Q(state="ready") & Q(sha256=""),
                name="ready_document_has_its_file",
            ),
        ]
