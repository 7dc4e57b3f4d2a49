"""A gate: a round with its frozen configuration, seats, votes, and one decision."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from incubator.people.models import Department, Mandate, Person


class Configuration(models.Model):
    """One version of everything a programme may change: a document of `fixtures/schemas/configuration.json`.

    `revision` counts its edits: a form names the one it read. `checked_sha256` is the hash of the very document
    that the checker found sound; published and retired versions never change again.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        CHECKED = "checked"
        PUBLISHED = "published"
        RETIRED = "retired"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="configurations")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    checked_sha256 = models.CharField(max_length=64, blank=True)
    # What the last check found, as data (`rules.Problem`), and at which revision; None before the first.
    findings = models.JSONField(default=list, blank=True)
    checked_revision = models.PositiveIntegerField(null=True, blank=True)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="configurations_are_numbered"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(state__in=["draft", "checked"]),
                name="one_draft_configuration",
            ),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state="published"), name="one_configuration_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", checked_sha256="")
                | Q(state="retired")
                | Q(state__in=["checked", "published"]) & ~Q(checked_sha256=""),
                name="checked_configuration_has_its_hash",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="published_configuration_has_its_time",
            ),
        ]


class GateConfiguration(models.Model):
    """The rules of one gate as published; frozen into each round that opens under it.

    `source` is the version that published it; None for the defaults of a programme that changed nothing.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        CHECKED = "checked"
        PUBLISHED = "published"
        RETIRED = "retired"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="gate_configurations")
    gate = models.CharField(max_length=4)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    rules = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    source = models.ForeignKey(
        Configuration, models.PROTECT, null=True, blank=True, related_name="gate_configurations"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "gate", "version"],
                name="one_configuration_per_version",
            ),
            models.UniqueConstraint(
                fields=["programme", "gate"],
                condition=Q(state="published"),
                name="one_published_configuration",
            ),
        ]


class GateRound(models.Model):
    """One consultation of an idea at a gate. `record` is frozen when the round is decided and replays it."""

    class State(models.TextChoices):
        SEATING = "seating"
        OPEN = "open"
        DECIDED = "decided"
        VOID = "void"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    idea = models.ForeignKey(Idea, models.PROTECT, related_name="rounds")
    gate = models.CharField(max_length=4)
    number = models.PositiveSmallIntegerField()
    configuration = models.ForeignKey(GateConfiguration, models.PROTECT, related_name="rounds")
    rules = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.SEATING)
    content_version = models.PositiveIntegerField()
    entered_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=20, blank=True)
    # Whom the last seating looked at, in order: `[{"person", "load", "why"}]`, codes of `rules.seating.explain_panel`.
    considered = models.JSONField(default=list, blank=True)
    # The capacity that decides instead of the gate's own: when sponsor and lead do not agree.
    handed_to = models.CharField(max_length=20, blank=True)
    # Where ideas are compared in a selection session: its key and the place it gave (see `rules.decisions`).
    comparison = models.JSONField(null=True, blank=True)
    record = models.JSONField(null=True, blank=True)
    record_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "gate", "number"], name="rounds_are_numbered"),
            models.UniqueConstraint(
                fields=["idea", "gate"],
                condition=Q(state__in=["seating", "open"]),
                name="one_open_round_per_gate",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(record__isnull=False) & ~Q(record_sha256=""),
                name="decided_round_has_its_record",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["seating", "open"], closed_at=None)
                | Q(state__in=["decided", "void"], closed_at__isnull=False),
                name="closed_round_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_due_at"], condition=Q(state="open"), name="open_rounds_by_review_time"
            )
        ]


class Seat(models.Model):
    """A place on a panel. `conflict_reason` is required when a soft conflict was accepted."""

    class State(models.TextChoices):
        OPEN = "open"
        STEPPED_ASIDE = "aside"
        REPLACED = "replaced"
        VOIDED = "voided"
        CLOSED = "closed"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(GateRound, models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    is_chair = models.BooleanField(default=False)
    other_department = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    seated_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    conflict_reason = models.CharField(max_length=300, blank=True)
    # Why a lead gave the seat to someone else; whoever steps aside is asked for none.
    left_reason = models.CharField(max_length=300, blank=True)
    others_opened_at = models.DateTimeField(null=True, blank=True)
    substitute_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="substitutes"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="once_on_a_panel"),
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(is_chair=True, state__in=["open", "closed"]),
                name="one_chair_per_round",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                condition=Q(state="open"),
                name="open_seats_by_person",
            )
        ]


class Vote(models.Model):
    """What a seat answered. Replaced votes are kept with `in_force` false.

    `must_meets`: `{key: {"answer": "yes"|"no"|"cannot_tell", "reason": str}}`; `scores`:
    `{criterion: {"level": 0..4} or {"not_applicable": true}}`; `conditions`: list of `{"text", "due_on"}`.
    """

    class Choice(models.TextChoices):
        GO = "go", _("Go on")
        GO_IF = "go_if", _("Go on, if…")
        NOT_NOW = "not_now", _("Not now")
        ABSTAIN = "abstain", _("I abstain")

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="votes")
    in_force = models.BooleanField(default=True)
    choice = models.CharField(max_length=8, choices=Choice)
    must_meets = models.JSONField(default=dict)
    scores = models.JSONField(default=dict)
    conditions = models.JSONField(default=list)
    comment_to_authors = models.TextField(blank=True)
    comment_to_panel = models.TextField(blank=True)
    # Whether the voter thinks to recognise someone of the team, without a link; the lead sees it.
    recognises = models.BooleanField(null=True)
    content_version = models.PositiveIntegerField()
    cast_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    cast_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(in_force=True),
                name="one_vote_in_force_per_seat",
            ),
            models.CheckConstraint(
                condition=Q(in_force=True, ended_at=None) | Q(in_force=False, ended_at__isnull=False),
                name="ended_vote_has_its_time",
            ),
        ]


class Decision(models.Model):
    """What the mandated person decided on a round. A draft decision is pending until it is issued.

    `answers`: must-meets the decider answered at a gate without seats. `target`: the idea a merge leads into.
    `redirect_to`, `redirect_service`: whom a redirect hands the idea to, with the consent of one of its authors.
    `criterion_reasons`: `{one of rules.reason_keys: text}`; `next_steps`: codes of what the author can do next.
    """

    class Outcome(models.TextChoices):
        GO = "go", _("go on")
        GO_WITH_CONDITIONS = "go_with_conditions", _("go on, with conditions")
        REWORK = "rework", _("to complete")
        HOLD = "hold", _("on hold")
        STOP = "stop", _("stopped, with the reasons")
        MERGE = "merge", _("merged")
        REDIRECT = "redirect", _("redirected")
        SCALE = "scale", _("scale up")
        EXTEND = "extend", _("extend the pilot")
        TRANSFER = "transfer", _("transfer")
        TO_PROGRAMME = "to_programme", _("to the programme")

    class RedirectTo(models.TextChoices):
        SERVICE = "service", _("a service that can do it")
        SAFETY_REGISTER = "safety_register", _("the health and safety register")
        PREVENTION_ADVISER = "prevention_adviser", _("the prevention adviser")
        CST = "cst", _("the staff committee (CST)")
        HR = "hr", _("human resources")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.OneToOneField(GateRound, models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=20, choices=Outcome)
    departs = models.BooleanField(default=False)
    departure_reason = models.TextField(blank=True)
    reasons = models.TextField()
    criterion_reasons = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    next_steps = models.JSONField(default=list)
    gaps = models.JSONField(default=list)
    learning = models.TextField(blank=True)
    author_due_at = models.DateTimeField(null=True, blank=True)
    hold_until = models.DateField(null=True, blank=True)
    hold_condition = models.TextField(blank=True)
    target = models.ForeignKey(Idea, models.PROTECT, null=True, blank=True, related_name="+")
    redirect_to = models.CharField(max_length=20, choices=RedirectTo, blank=True)
    redirect_service = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    consented_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    consented_at = models.DateTimeField(null=True, blank=True)
    decider = models.ForeignKey(Person, models.PROTECT, related_name="decisions")
    on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="decisions")
    capacity = models.CharField(max_length=20)
    mandate_reference = models.CharField(max_length=120)
    second_signer = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    second_mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, blank=True, related_name="+")
    second_capacity = models.CharField(max_length=20, blank=True)
    second_on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    second_signed_at = models.DateTimeField(null=True, blank=True)
    drafted_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_at=None) | ~Q(reasons=""),
                name="issued_decision_has_its_reasons",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None) | Q(departs=False) | ~Q(departure_reason=""),
                name="departure_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None)
                | ~Q(outcome="hold")
                | Q(hold_until__isnull=False)
                | ~Q(hold_condition=""),
                name="hold_has_a_date_or_a_condition",
            ),
            models.CheckConstraint(
                condition=Q(outcome="merge", target__isnull=False) | ~Q(outcome="merge") & Q(target=None),
                name="merge_alone_names_an_idea",
            ),
            models.CheckConstraint(
                condition=Q(outcome="redirect") & ~Q(redirect_to="")
                | ~Q(outcome="redirect") & Q(redirect_to=""),
                name="redirect_alone_names_its_target",
            ),
            models.CheckConstraint(
                condition=Q(redirect_to="service", redirect_service__isnull=False)
                | ~Q(redirect_to="service") & Q(redirect_service=None),
                name="redirect_to_a_service_names_it",
            ),
            models.CheckConstraint(
                condition=Q(consented_by=None, consented_at=None)
                | Q(outcome="redirect", consented_by__isnull=False, consented_at__isnull=False),
                name="consent_says_whose_and_when",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None) | ~Q(outcome="redirect") | Q(consented_at__isnull=False),
                name="issued_redirect_has_its_consent",
            ),
            models.CheckConstraint(
                condition=Q(second_signer=None, second_signed_at=None)
                | Q(second_signer__isnull=False, second_signed_at__isnull=False)
                & ~Q(second_signer=F("decider")),
                name="second_signature_is_someone_elses",
            ),
        ]

    @cached_property
    def written(self) -> list["Condition"]:
        """Its conditions, read once, with their owners; whoever writes the decision puts them here."""
        return list(self.conditions.select_related("owner").order_by("pk"))


class Condition(models.Model):
    """What must be done before the next gate: an owner and a date. After G4 it is the run owner's work."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="conditions")
    text = models.TextField()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    due_on = models.DateField()
    # When its owner said so; `met_at` is when a lead confirmed it.
    reported_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    met_note = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="condition_says_what")]


class KeptDecision(models.Model):
    """A decision begun and put aside, perhaps incomplete: `typed` is `{field of the form: text}`. No outcome."""

    round = models.ForeignKey(GateRound, models.CASCADE, related_name="kept_decisions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    typed = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="one_kept_decision_per_person")
        ]


class KeptVote(models.Model):
    """A vote begun and not sent, for nobody but whoever typed it: `typed` is `{field of the form: text}`. No vote.

    `page` names the form that kept it last: what that one sends next is never another window's.
    """

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="kept_votes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    typed = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    page = models.UUIDField(null=True, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "person"], name="one_kept_vote_per_person")]


class ExpertQuestion(models.Model):
    """A question a lead asks an expert during a round: answered, or closed by a lead with a reason.

    The answer is read by seats and decider, by the team once the round is decided. `answered_by` is the expert, or
    the deputy who answered for them.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(GateRound, models.PROTECT, related_name="expert_questions")
    expert = models.ForeignKey(Person, models.PROTECT, related_name="+")
    question = models.TextField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="expert_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_reason="")
                | Q(closed_at__isnull=False, answered_at=None) & ~Q(closed_reason=""),
                name="unanswered_question_is_closed_with_a_reason",
            ),
        ]
