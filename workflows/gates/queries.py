"""Reads of rounds: their record, their opinion, what they wait for."""

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.events.rules import sha256
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given
from incubator.lib.refusals import NotAllowed, NotFound
from incubator.people import grants
from incubator.people.models import Person
from workflows.gates.models import (
    Condition,
    ExpertQuestion,
    GateConfiguration,
    GateRound,
    Seat,
    Vote,
)

# An idea that has ended asks for nothing more; a service still has its conditions.
ASKED_IN = ("live", "held", "in_service")


def last_rework(round_: GateRound) -> GateRound | None:
    """The round of this gate before this one, with its decision, when that asked the team to complete something."""
    if round_.number == 1:
        return None
    before = GateRound.objects.filter(idea=round_.idea, gate=round_.gate, number__lt=round_.number)
    found = before.filter(state="decided").select_related("decision").order_by("-number").first()
    return found if found is not None and found.decision.outcome == "rework" else None


def is_at_gate(idea: Idea) -> bool:
    """Whether a round of the idea is being seated or open: what it is asked about may not move meanwhile."""
    waiting = [GateRound.State.SEATING, GateRound.State.OPEN]
    return GateRound.objects.filter(idea=idea, state__in=waiting).exists()


def open_conditions(idea: Idea) -> Any:
    """Conditions of issued decisions that nobody has confirmed as met."""
    return Condition.objects.filter(
        decision__round__idea=idea, decision__issued_at__isnull=False, met_at=None
    )


def conditions_of_leavers() -> QuerySet[Condition]:
    """Conditions that nobody has said to be met yet, and whose owner has left the city."""
    return Condition.objects.filter(
        owner__is_active=False,
        reported_at=None,
        met_at=None,
        decision__issued_at__isnull=False,
        decision__round__idea__state__in=ASKED_IN,
    )


def sides_of_others() -> dict[str, Any]:
    """Annotations of a seat: how many other seats voted for and against, what the chair chose, or '', and
    whether the chair is asked to settle the opinion."""
    votes = Vote.objects.filter(seat__round=OuterRef("round"), seat__state="open", in_force=True).exclude(
        seat=OuterRef("pk")
    )
    chair = votes.filter(seat__is_chair=True).values("choice")[:1]
    key = Concat(Value("casting_vote:"), Cast(OuterRef("round__key"), CharField()))
    casting = WorkItem.objects.filter(key=key, closed_at=None)
    return {
        "for_it": _count(votes.filter(choice__in=["go", "go_if"])),
        "against": _count(votes.filter(choice="not_now")),
        "casting": Exists(casting),
        "chair_choice": Coalesce(Subquery(chair), Value("")),
    }


def _count(votes: Any) -> Any:
    counted = votes.order_by().values("seat__round").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def is_casting(round_: GateRound) -> bool:
    """Whether the chair is asked to settle the opinion by a vote."""
    return WorkItem.objects.filter(key=f"casting_vote:{round_.key}", closed_at=None).exists()


def is_asked(round_: GateRound) -> bool:
    """Whether somebody is asked to decide now."""
    return WorkItem.objects.filter(key=f"decide:{round_.key}", closed_at=None).exists()


def is_incomplete(round_: GateRound) -> bool:
    """Whether the lead is asked to complete the panel, whose opinion lacks something."""
    return WorkItem.objects.filter(key=f"complete_opinion:{round_.key}", closed_at=None).exists()


def is_drawn(round_: GateRound) -> bool:
    """Whether a session has drawn its shortlist from this panel's opinion: the votes it was drawn from stand."""
    return bool(round_.comparison and round_.comparison.get("drawn"))


def waiting_seats(round_: GateRound) -> Any:
    """Open seats without a vote in force."""
    return Seat.objects.filter(round=round_, state="open").exclude(votes__in_force=True)


def rounds_to_look_at(idea: str = "", person: int | None = None) -> list[Any]:
    """The keys of open rounds with someone seated: of an idea, where a person sits, or all; in the ideas' order."""
    rounds = GateRound.objects.filter(state__in=["seating", "open"], seats__state="open")
    if idea:
        rounds = rounds.filter(idea__key=idea)
    if person is not None:
        rounds = rounds.filter(seats__person=person)
    return list(rounds.order_by("idea_id").values_list("key", flat=True).distinct())


def overdue_opinions() -> Any:
    """Rounds with someone seated whose panel's time is over while votes are missing and nobody is asked to decide
    yet: a seat that stays vacant delays nobody any longer."""
    own_key = Cast(OuterRef("key"), CharField())
    keys = [Concat(Value(f"{act}:"), own_key) for act in ("decide", "casting_vote", "complete_opinion")]
    asked = WorkItem.objects.filter(key__in=keys, closed_at=None)
    seated = Seat.objects.filter(round=OuterRef("pk"), state="open")
    return (
        GateRound.objects.filter(state__in=["seating", "open"], rules__seats__gt=0)
        .annotate(votes_until=Coalesce("review_due_at", "due_at"))
        .filter(votes_until__lt=clock.now())
        .exclude(gate="G0")
        .filter(asked_by_themselves())
        .exclude(decision__isnull=False)  # written, waiting for its second signature
        .exclude(Exists(asked))
        .filter(Q(state="open") | Exists(seated))  # in this order: most are open, and seats need no look then
        .order_by("pk")
    )


def held_by(person: Person | Given, on: Given | None = None) -> Q:
    """Seats of this person, and of those absent whom the person stands in for."""
    return Q(person=person) | Q(person__in=grants.stands_in_for(person, on))


def judges(idea: Idea, *people: Person) -> bool:
    """Whether one of these has an open seat on this idea, their own or lent; that of G0 apart."""
    own = Q()
    for person in people:
        own |= held_by(person)
    return Seat.objects.filter(own, round__idea=idea, state="open").exclude(round__gate="G0").exists()


def sits_beside(person: Person) -> Exists:
    """For seats: whether this person has, or had, a seat of one's own in that round too, or voted in another one."""
    others = Seat.objects.filter(round=OuterRef("round")).exclude(pk=OuterRef("pk"))
    return Exists(others.filter(Q(person=person) | Q(votes__cast_by=person)))


def seat_of(person: Person, key: Any) -> Seat:
    """This person's seat, or one lent by someone absent, with its round and idea.

    Raises NotFound for another's; NotAllowed for a lent one on a panel of one's own: it would show a named vote, and
    all votes before one's own.
    """
    found = (
        Seat.objects.select_related(
            "person", "round__idea__programme__entity", "round__idea__content", "round__decision"
        )
        .annotate(beside=sits_beside(person))
        .filter(held_by(person), key=key)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such seat, or it is not yours. Your seats are in Reviews."))
    if found.person_id != person.pk and found.beside:
        raise two_votes()
    return found


def two_votes() -> NotAllowed:
    return NotAllowed(
        _(
            "You already have a seat or a deputy’s vote on this panel, so you cannot act in another seat as deputy."
        ),
        code="seat.two_votes",
    )


def answers_for(seat: Seat, person: Person) -> bool:
    """Whether this person stands by the vote in this seat, and may read the others' with it: its holder, or the deputy
    who cast it.

    A deputy who read beside a vote of the holder's could vote in another seat afterwards, knowing all of them.
    """
    return seat.person_id == person.pk or seat.votes.filter(in_force=True, cast_by=person).exists()


def not_your_vote() -> NotAllowed:
    return NotAllowed(
        _(
            "The vote here is of the person you stand in for. Give one of your own, then you can read the others’."
        ),
        code="others.not_your_vote",
    )


def have_voted_for_others(round_: GateRound) -> set[int]:
    """Whoever cast a vote in a seat lent to them, by primary key: a seat of their own would be a second vote."""
    lent = Vote.objects.filter(seat__round=round_).exclude(cast_by=F("seat__person"))
    return set(lent.values_list("cast_by", flat=True))


def round_of(key: Any) -> GateRound:
    """A round with its idea. Raises NotFound."""
    found = (
        GateRound.objects.select_related("idea__programme__entity", "idea__content", "idea__call")
        .filter(key=key)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such consultation."))
    return found


def round_to_act_on(key: Any) -> GateRound:
    """A round and its idea, with what tells whether one may read it: an act reads the rest under the lock.

    Raises NotFound.
    """
    found = TO_ACT_ON.first(key=key)
    if found is None:
        raise NotFound(_("There is no such consultation."))
    return found


TO_ACT_ON = BuiltOnce(
    lambda: (
        GateRound.objects.filter(key=Given("key"))
        .select_related("idea", "decision")
        .only("key", "gate", "state", "idea__key", "idea__state", "idea__confidential", "decision__key")
    )
)


def votes_of(round_: GateRound) -> list[Vote]:
    """The votes in force of seats that count, in an order that follows from nothing a reader knows."""
    votes = Vote.objects.filter(
        seat__round=round_, seat__state__in=["open", "closed"], in_force=True
    ).select_related("seat__person")
    return sorted(votes, key=lambda vote: sha256(f"{round_.key}:{vote.seat.key}"))


def own_seat_in(round_: GateRound, person: Person) -> Seat | None:
    """The open seat of this person in the round, one's own before a lent one, one without a vote first,
    with `voted`."""
    return HELD_SEATS.first(round=round_.pk, person=person.pk, day=clock.today())


def _held_seats() -> QuerySet[Seat]:
    person, in_force = Given("person"), Vote.objects.filter(seat=OuterRef("pk"), in_force=True)
    seats = Seat.objects.filter(held_by(person, Given("day")), round=Given("round"), state="open")
    own = Case(When(person=person, then=0), default=1)
    return seats.annotate(voted=Exists(in_force), own=own).order_by("own", "voted", "pk")


HELD_SEATS = BuiltOnce(_held_seats)


def panel_still_votes(round_: GateRound) -> bool:
    """Whether votes are missing and the panel's time is not over."""
    return has_time(round_) and waiting_seats(round_).exists()


def has_time(round_: GateRound) -> bool:
    """Whether the panel's time is not over."""
    return clock.now() < (round_.review_due_at or round_.due_at)


def rounds_unasked(programmes: Iterable[Programme]) -> list[GateRound]:
    """The rounds that wait for seats, and the open ones of whose idea nobody is asked anything."""
    asked = WorkItem.objects.filter(subject_key=OuterRef("idea__key"), closed_at=None)
    unasked = Q(Q(state="open"), asked_by_themselves(), ~Exists(asked))
    found = GateRound.objects.filter(Q(state="seating") | unasked, idea__programme__in=list(programmes))
    return list(found.order_by("idea_id"))


def asked_by_themselves() -> Q:
    """For rounds: those whose decision is asked for idea by idea; a selection session asks for the others."""
    return Q(comparison__isnull=True) | Q(comparison__carried=True) | Q(comparison__put_off=True)


def last_no_panel(round_: GateRound, idea: Idea) -> list[str]:
    """Why the last seating of this round found no panel: codes, empty when it never failed."""
    payload = (
        Event.objects.filter(
            subject_kind="idea", subject_key=idea.key, verb="no_panel", payload__round=str(round_.key)
        )
        .order_by("-sequence")
        .values_list("payload", flat=True)
        .first()
    )
    return list((payload or {}).get("missing", []))


def last_missing(round_: GateRound, idea: Idea) -> list[str]:
    """What the opinion lacked when that was last said: codes, empty when it never was."""
    found = Event.objects.filter(
        subject_kind="idea", subject_key=idea.key, verb="opinion_incomplete", payload__round=str(round_.key)
    )
    payload = found.order_by("-sequence").values_list("payload", flat=True).first()
    return list((payload or {}).get("missing", []))


STEPS = (
    "panel_seated",
    "no_panel",
    "seated",
    "stepped_aside",
    "seat_replaced",
    "seat_changed",
    "votes_voided",
    "opinion_closed",
    "opinion_incomplete",
    "expert_asked",
    "expert_answered",
    "expert_question_closed",
    "decision_kept",
    "decision_drafted",
    "consent_asked",
    "signature_declined",
    "consent_declined",
    "draft_lapsed",
    "decision_handed_over",
)


def steps_of(round_: GateRound, idea: Idea) -> list[Event]:
    """What happened in this consultation, newest first: for the panel’s chair, the lead and whoever decides."""
    events = Event.objects.filter(
        subject_kind="idea", subject_key=idea.key, verb__in=STEPS, payload__round=str(round_.key)
    )
    return list(events.order_by("-sequence")[:60])


def questions_of(round_: GateRound) -> QuerySet[ExpertQuestion]:
    """What experts were asked in this consultation, oldest first."""
    found = ExpertQuestion.objects.filter(round=round_).select_related("expert", "answered_by", "round")
    return found.order_by("asked_at", "pk")


def questions_to(round_: GateRound, person: Person) -> QuerySet[ExpertQuestion]:
    """Those asked of this person, or of someone absent whom the person stands in for."""
    return questions_of(round_).filter(Q(expert=person) | Q(expert__in=grants.stands_in_for(person)))


def discussion_of(round_: GateRound) -> list[str]:
    """The criteria a chair asked the panel to look at again; empty when no discussion was called."""
    payload = (
        Event.objects.filter(
            subject_kind="idea",
            subject_key=round_.idea.key,
            verb="discussion_called",
            payload__round=str(round_.key),
        )
        .values_list("payload", flat=True)
        .first()
    )
    return list((payload or {}).get("criteria", []))


def hidden_at_selection() -> Q:
    """For ideas: the round of selection to come judges without names, as the programme has it published.

    Read where an idea has no round after admissibility yet, and its call says nothing.
    """
    published = GateConfiguration.objects.filter(
        programme=OuterRef("programme"), gate="G1", state="published", rules__authors_hidden=True
    )
    return Q(Exists(published), route="standard")
