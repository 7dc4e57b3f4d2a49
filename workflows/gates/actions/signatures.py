"""The second signature: signing, declining, or handing the round over when two do not agree."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from ideas.acts import record as record_event
from ideas.drafting.models import Idea
from ideas.lock import locked, locked_with
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given
from incubator.lib.refusals import Conflict, NotAllowed
from incubator.people.actors import SUBSTITUTION, Actor
from workflows.gates import authority, records
from workflows.gates.actions.choices import permitted_one
from workflows.gates.actions.closing import ask_anew
from workflows.gates.actions.decisions import (
    IN_PILOT,
    ask_second,
    check_distance,
    check_open,
    issue,
    open_round_of,
    rounds_with,
    set_aside,
)
from workflows.gates.actions.elsewhere import ask_consent, check_elsewhere
from workflows.gates.actions.rounds import decision_keys
from workflows.gates.actions.seating import ask_decision, is_lost
from workflows.gates.conflicts import Conflicts, conflicts_of
from workflows.gates.models import Condition, Decision, GateRound, Seat
from workflows.gates.queries import is_asked, is_drawn, waiting_seats
from workflows.gates.rules import Permitted
from workflows.gates.signing import right_to_sign, right_with, second_parties, waits_for_consent


def sign_second(*, decision_key: Any, by: Actor) -> Decision:
    """The second person signs a drafted decision, which is issued by that; the record is read again first.

    A redirect is not: an author consents next.
    """
    target = Decision.objects.filter(key=decision_key).values("target")
    with locked_with(target, also=IN_PILOT, rounds__decision__key=decision_key) as (idea, other):
        round_, decision = _draft_of(decision_key, idea)
        seats = records.sitting(round_)
        first = _rights_of_writer(round_, idea, decision)
        voters = [one for seat in seats for one in records.voters(seat)]
        beside = [*voters, *(one for right in first for one in authority.concerned_by(right))]
        right, known = right_with(round_, idea, by, decision, beside)
        record = _read_again(round_, idea, decision, seats, first, known)
        people = authority.concerned_by(right)
        against = conflicts_of(people, other, round_.gate) if other is not None else {}
        check_elsewhere(idea, other, right.actor, against)
        decision.target = other
        decision.second_signer, decision.second_mandate = right.person, right.mandate
        decision.second_capacity, decision.second_signed_at = right.mandate.capacity, clock.now()
        decision.second_on_behalf_of = right.on_behalf_of
        if decision.outcome == "redirect":
            decision.save()
            ask_consent(round_, idea)
            keys = {"round": str(round_.key), "decision": str(decision.key)}
            record_event(idea, "consent_asked", right.actor, [], **keys)
            return decision
        decision.issued_at = clock.now()
        decision.save()
        issue(decision, round_, idea, record, right.actor)
        return decision


def read_again(round_: GateRound, idea: Idea, decision: Decision) -> dict[str, Any]:
    """The record on which a draft is made now, by the delegation its writer holds now: the one it was written by may
    have ended since, and another begun. Raises Conflict when it could not be written any more."""
    seats, rights = records.sitting(round_), _rights_of_writer(round_, idea, decision)
    voters = [one for seat in seats for one in records.voters(seat)]
    concerned = [one for right in rights for one in authority.concerned_by(right)]
    against = conflicts_of([*concerned, *voters], idea, round_.gate)
    return _read_again(round_, idea, decision, seats, rights, against)


def _read_again(
    round_: GateRound,
    idea: Idea,
    decision: Decision,
    seats: Sequence[Seat],
    rights: Sequence[authority.Party],
    against: dict[int, Conflicts],
) -> dict[str, Any]:
    """`read_again` where the seats, the writer's rights and what stands against all of them are read already."""
    first = _check_first(idea, decision, rights, against)
    decision.mandate, decision.mandate_reference = first.mandate, first.mandate.reference
    check_distance(seats, against)
    record = records.record_of(round_, idea, decision.answers, seats)
    _mark_again(decision, permitted_one(round_, record, decision.outcome))
    return record


def _mark_again(decision: Decision, allowed: Permitted) -> None:
    """A vote may have gone or come since: what now follows the opinion departs no more, what now departs has no reason
    for it. Raises Conflict for this."""
    if allowed.departs and not decision.departs:
        raise Conflict(
            _(
                "The panel’s opinion has changed since this was written, and the decision would now depart from it."
                " Hand it back, so that it can be written anew."
            ),
            code="sign.opinion_changed",
        )
    if decision.departs and not allowed.departs:
        decision.departs, decision.departure_reason = False, ""


def _draft_of(decision_key: Any, idea: Idea) -> tuple[GateRound, Decision]:
    """The open round and the draft that waits in it for a signature. Raises Conflict for one signed or taken back."""
    round_ = WITH_DRAFT.first(idea=idea.pk, decision=decision_key)
    if round_ is None:
        raise Conflict(_("There is nothing to sign any more: the decision was taken back."), code="sign.gone")
    decision: Decision = round_.decision
    if decision.issued_at is not None:
        raise Conflict(_("This decision is signed already."), code="sign.done")
    check_open(round_)
    round_.idea, decision.round = idea, round_
    if not round_.has_conditions:  # type: ignore[attr-defined] # annotated
        decision.written = []
    return round_, decision


def _with_draft() -> QuerySet[GateRound]:
    conditions = Condition.objects.filter(decision=OuterRef("decision"))
    found = rounds_with("decision__decider", "decision__on_behalf_of", "decision__mandate")
    return found.annotate(has_conditions=Exists(conditions)).filter(
        idea=Given("idea"), decision__key=Given("decision")
    )


WITH_DRAFT = BuiltOnce(_with_draft)


def _rights_of_writer(round_: GateRound, idea: Idea, decision: Decision) -> list[authority.Party]:
    """Every right by which whoever wrote the decision could write it now."""
    writer = Actor(person=decision.decider, on_behalf_of=decision.on_behalf_of)
    return authority.rights_to_decide(round_, idea, writer)


def _check_first(
    idea: Idea, decision: Decision, rights: Sequence[authority.Party], against: dict[int, Conflicts]
) -> authority.Party:
    """The right by which the decision is made, now. Raises Conflict when its writer may no longer decide in the
    capacity it names, or has come too close."""
    right: authority.Party | None = None
    with suppress(NotAllowed):
        right = authority.distant(rights, against, idea)
    if right is None or (right.on_behalf_of, right.mandate.capacity) != (
        decision.on_behalf_of,
        decision.capacity,
    ):
        raise Conflict(
            _(
                "Whoever wrote this decision may no longer decide on this idea. Do not sign it: whoever may decide is"
                " then asked again."
            ),
            code="sign.first_signer",
        )
    return right


def decline(*, decision_key: Any, by: Actor) -> None:
    """The second person does not sign: the draft is set aside and whoever may decide is asked again, once nothing of
    the panel's opinion is missing."""
    with locked(rounds__decision__key=decision_key) as idea:
        decision = Decision.objects.select_related("round").get(key=decision_key)
        if decision.issued_at is not None:
            raise Conflict(_("This decision is signed already."), code="sign.done")
        round_ = open_round_of(decision.round.key, idea)
        right = right_to_sign(round_, idea, by, decision)
        set_aside(decision)
        inbox.close(f"second_signature:{round_.key}")
        effects = ask_anew(round_, idea, authority.parties(round_, idea))
        record_event(
            idea,
            "signature_declined",
            right.actor,
            effects,
            round=str(round_.key),
            gate=round_.gate,
            decision=str(decision.key),
            outcome=decision.outcome,
            decider=str(decision.decider.key),
            on_behalf_of=str(decision.on_behalf_of.key) if decision.on_behalf_of else "",
        )


def hand_over(*, round_key: Any, by: Actor) -> None:
    """Sponsor and lead do not agree: the round is handed to the capacity its rules name (G2's decider)."""
    with locked(rounds__key=round_key) as idea:
        round_ = open_round_of(round_key, idea)
        if authority.decider_rule(round_) != authority.TOGETHER:
            raise Conflict(_("This decision has its decider already."), code="hand_over.not_here")
        right = authority.right_to_decide(round_, idea, by)
        for pending in Decision.objects.filter(round=round_, issued_at=None):
            set_aside(pending)
        inbox.close(*decision_keys(round_))
        round_.handed_to = authority.if_they_differ(round_, idea)
        round_.save(update_fields=["handed_to"])
        ask_decision(round_, idea)
        effects = [effect("decider", authority.TOGETHER, round_.handed_to, round=str(round_.key))]
        record_event(
            idea, "decision_handed_over", right.actor, effects, round=str(round_.key), gate=round_.gate
        )


def ask_again(*, round_key: Any) -> None:
    """Whoever may decide, or sign, now has what waits for someone, and nobody else any more.

    Nothing changes and no event is written, but where the writer of a draft may no longer decide: it is set aside.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = GateRound.objects.get(key=round_key)
        if round_.state not in ("seating", "open"):
            return
        draft = Decision.objects.select_related("decider", "on_behalf_of").filter(round=round_).first()
        if draft is not None:
            draft.round = round_
        if draft is not None and draft.issued_at is None:
            _ask_again_to_sign(round_, idea, draft)
        elif _is_due(round_, idea):
            _ask_again_to_decide(round_, idea)


def _is_due(round_: GateRound, idea: Idea) -> bool:
    """Whether the decision waits for whoever decides, not for a seat or a vote: none of them delays it any more once a
    session drew its shortlist, but for what the opinion then lacks."""
    if is_asked(round_):
        return True
    if is_drawn(round_):
        return not is_lost(round_, idea)
    return round_.state == "open" and not waiting_seats(round_).exists()


def _ask_again_to_sign(round_: GateRound, idea: Idea, draft: Decision) -> None:
    try:
        rights = _rights_of_writer(round_, idea, draft)
        concerned = [one for right in rights for one in authority.concerned_by(right)]
        _check_first(idea, draft, rights, conflicts_of(concerned, idea, round_.gate))
    except Conflict:
        key = str(draft.key)
        set_aside(draft)
        inbox.close(f"second_signature:{round_.key}")
        if _is_due(round_, idea):
            _ask_whoever_may(round_, idea, authority.parties(round_, idea))
        record_event(idea, "draft_lapsed", SUBSTITUTION, [], round=str(round_.key), decision=key)
        return
    if waits_for_consent(draft):
        return
    people = [party.person for party in second_parties(round_, idea, draft)]
    if people:
        ask_second(round_, idea, draft)
    else:
        # Nobody can sign it today: whoever may decide can choose what needs no second signature.
        ask_decision(round_, idea)
    inbox.narrow(f"second_signature:{round_.key}", people)


def _ask_again_to_decide(round_: GateRound, idea: Idea) -> None:
    parties = authority.parties(round_, idea)
    seats = records.sitting(round_) if round_.gate == "G0" else []
    if any(party.person.pk == seat.person_id for party in parties for seat in seats):
        return  # the lead who sits at G0 decides with the form of the vote
    _ask_whoever_may(round_, idea, parties)


def _ask_whoever_may(round_: GateRound, idea: Idea, parties: list[authority.Party]) -> None:
    ask_decision(round_, idea, parties)
    if parties:
        inbox.narrow(f"decide:{round_.key}", [party.person for party in parties])
