"""What a person is to an open round: who decides, signs, admits, leads, or has to vote first."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ideas import roles
from incubator.lib.refusals import Conflict, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from workflows.gates import authority, queries
from workflows.gates.actions.seats import check_lead
from workflows.gates.conflicts import conflicts
from workflows.gates.leading import who_leads
from workflows.gates.models import Decision, GateRound, Seat
from workflows.gates.signing import right_to_sign
from workflows.gates.views.reading import link


@dataclass(frozen=True)
class Standing:
    """`mandate` lets the person decide, `stands_in_for` says whose it is when lent; `admits`: holds G0's seat too;
    `pending` is a draft that waits to be signed,
    and `signs` whether this person may sign it; `looks`: only reads (lead or chair); `lacks_mandate`: has G0's seat and
    cannot answer in it."""

    mandate: Mandate | None
    stands_in_for: Person | None
    seat: Seat | None
    admits: bool
    pending: Decision | None
    pending_is_mine: bool
    signs: bool
    may_hand_over: bool
    leads: bool
    looks: bool
    lacks_mandate: bool


def of(round_: GateRound, person: Person) -> Standing:
    """Raises NotAllowed for whoever has nothing to do here, Conflict for a seat that has to vote, or open, first."""
    idea = round_.idea
    seat = queries.own_seat_in(round_, person)
    pending = (
        Decision.objects.select_related("decider", "mandate", "target", "redirect_service")
        .filter(round=round_)
        .first()
    )
    if pending is not None:
        pending.round = round_
    refusal: NotAllowed | None = None
    right = None
    try:
        right = authority.right_to_decide(round_, idea, Actor(person=person))
    except NotAllowed as refused:
        refusal = refused
    signs = pending is not None and _may_sign(round_, person, pending)
    leads = _leads(round_, person)
    looks = leads or (seat is not None and seat.is_chair and not conflicts(person, idea, round_.gate).hard)
    if seat is not None and round_.gate != "G0":
        _check_own_vote(seat, person)
    if refusal is not None and not (signs or looks):
        raise refusal
    return Standing(
        mandate=right.mandate if right is not None else None,
        stands_in_for=right.on_behalf_of if right is not None else None,
        seat=seat,
        admits=round_.gate == "G0" and seat is not None and right is not None and round_.state == "open",
        pending=pending,
        pending_is_mine=pending is not None and pending.decider_id == person.pk,
        signs=signs,
        may_hand_over=right is not None and authority.decider_rule(round_) == authority.TOGETHER,
        leads=leads,
        looks=looks,
        lacks_mandate=round_.gate == "G0"
        and seat is not None
        and refusal is not None
        and refusal.code == authority.NO_MANDATE,
    )


def _may_sign(round_: GateRound, person: Person, pending: Decision) -> bool:
    try:
        right_to_sign(round_, round_.idea, Actor(person=person), pending)
    except NotAllowed:
        return False
    return True


def _leads(round_: GateRound, person: Person) -> bool:
    try:
        check_lead(as_lead(round_, person), round_.idea, round_.gate)
    except NotAllowed:
        return False
    return True


def as_lead(round_: GateRound, person: Person) -> Actor:
    """The actor when this person does what a lead does here: oneself, or a deputy for a lead who is absent."""
    return roles.acting_as(person, who_leads(round_.idea))


def _check_own_vote(seat: Seat, person: Person) -> None:
    """A seat sees nothing of others' votes before its own, and opens them before it sees their sum. A deputy's own is
    not that of the holder."""
    if not seat.voted or not queries.answers_for(seat, person):  # type: ignore[attr-defined] # annotated by the query
        raise Conflict(
            _("You sit on this panel: give your own opinion first, then you can read what the others think."),
            code="decide.vote_first",
            next_url=link("review", seat.key),
            next_label=_("Give my opinion"),
        )
    if seat.others_opened_at is None:
        raise Conflict(
            _("You sit on this panel: read the others’ votes first. Your own is final from then on."),
            code="decide.open_first",
            next_url=link("review", seat.key),
            next_label=_("To my opinion"),
        )
