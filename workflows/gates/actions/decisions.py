"""Deciding a round: reasons, a valid mandate, what the author can do next; and the conditions that follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotFound
from incubator.messages.actions import defer_telling
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from workflows import nodes
from workflows.gates import authority, hooks, queries, rules
from workflows.gates.actions.rounds import due_after, work_keys
from workflows.gates.actions.seats import ask_decision
from workflows.gates.configuration import defaults
from workflows.gates.models import Condition, Decision, GateRound, Seat


@dataclass(frozen=True)
class Choice:
    """What a decider writes. `conditions`: `(text, owner, due date)`; `gaps`: named lacks of a rework."""

    outcome: str
    reasons: str
    criterion_reasons: dict[str, str] = field(default_factory=dict)
    departure_reason: str = ""
    conditions: Sequence[tuple[str, Person, date]] = ()
    gaps: Sequence[str] = ()
    learning: str = ""
    hold_until: date | None = None
    hold_condition: str = ""
    answers: dict[str, str] = field(default_factory=dict)


NEXT_STEPS = {
    "rework": ["complete", "ask_lead", "withdraw"],
    "hold": ["wait", "meet_condition", "withdraw"],
    "stop": ["reexamination", "learning_sheet", "new_idea"],
}


def decide(*, round_key: Any, by: Actor, choice: Choice) -> Decision:
    """Decide a round, or, where two sign, draft what the second person then signs.

    Raises NotAllowed (no mandate, too close), Conflict (over, opinion not in yet, outcome not permitted),
    Invalid with `fields` (reasons, conditions, gaps … missing). Nothing is changed by a refusal.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = _open_round(round_key)
        mandate = authority.mandate_to_decide(round_, idea, by.human)
        record = queries.record_of(round_, idea, choice.answers)
        allowed = _permitted(round_, record, choice.outcome)
        _check_written(choice, allowed, record)
        decision = _draft(round_, by, mandate, choice, allowed)
        if second := authority.needs_second_signature(round_, choice.outcome):
            _ask_second(round_, idea, decision, second)
            append(
                subject=Subject("idea", idea.key),
                verb="decision_drafted",
                by=by,
                payload={"round": str(round_.key), "decision": str(decision.key)},
            )
            return decision
        _issue(decision, round_, idea, record, by)
        return decision


def sign_second(*, decision_key: Any, by: Actor) -> Decision:
    """The second person signs a drafted decision, which is issued by that; the record is read again first."""
    with locked(rounds__decision__key=decision_key) as idea:
        decision = Decision.objects.select_related("round").get(key=decision_key)
        if decision.issued_at is not None:
            raise Conflict(_("This decision is signed already."), code="sign.done")
        round_ = _open_round(decision.round.key)
        mandate = authority.mandate_to_sign(round_, idea, by.human, decision)
        record = queries.record_of(round_, idea, decision.answers)
        _permitted(round_, record, decision.outcome)
        decision.second_signer, decision.second_mandate = by.human, mandate
        decision.second_capacity, decision.second_signed_at = mandate.capacity, clock.now()
        _issue(decision, round_, idea, record, by)
        return decision


def hand_over(*, round_key: Any, by: Actor) -> None:
    """Sponsor and lead do not agree: the round is handed to the capacity its rules name (G2's decider)."""
    with locked(rounds__key=round_key) as idea:
        round_ = _open_round(round_key)
        if authority.decider_rule(round_) != "sponsor_and_lead":
            raise Conflict(_("This decision has its decider already."), code="hand_over.not_here")
        authority.mandate_to_decide(round_, idea, by.human)
        Decision.objects.filter(round=round_, issued_at=None).delete()
        inbox.close(*work_keys(round_, []))
        round_.handed_to = "dga"
        round_.save(update_fields=["handed_to"])
        ask_decision(round_, idea)
        append(
            subject=Subject("idea", idea.key),
            verb="decision_handed_over",
            by=by,
            payload={"round": str(round_.key)},
            effects=[effect("decider", "sponsor_and_lead", "dga", round=str(round_.key))],
        )


def _issue(decision: Decision, round_: GateRound, idea: Idea, record: dict[str, Any], by: Actor) -> None:
    now = clock.now()
    decision.issued_at = now
    decision.save()
    opinion = rules.opinion(record)
    round_.record = record | {"opinion": opinion.as_data(), "decision": decision.outcome}
    round_.record_sha256 = queries.record_sha256(round_.record)
    round_.state, round_.closed_at = "decided", now
    round_.save(update_fields=["record", "record_sha256", "state", "closed_at"])
    seats = list(Seat.objects.filter(round=round_, state="open"))
    Seat.objects.filter(round=round_, state="open").update(state="closed", left_at=now)
    inbox.close(*work_keys(round_, seats))
    effects = [effect("round", "open", "decided", gate=round_.gate, round=str(round_.key))]
    effects += [
        effect("condition", None, "open", condition=str(item.key)) for item in decision.conditions.all()
    ]
    effects += nodes.move(idea, decision.outcome, by, cause=decision)
    effects += hooks.fire("decided", idea=idea, by=by, cause=decision)
    idea.save(update_fields=["state", "stage", "holder", "held_since", "due_at", "ended_at"])
    event = append(
        subject=Subject("idea", idea.key),
        verb="decided",
        by=by,
        payload={
            "gate": round_.gate,
            "round": str(round_.key),
            "decision": str(decision.key),
            "outcome": decision.outcome,
            "departs": decision.departs,
            "record_sha256": round_.record_sha256,
            "reasons_sha256": sha256(decision.reasons),
            "mandate": decision.mandate_id,
        },
        effects=effects,
    )
    defer_telling(event)


def _open_round(round_key: Any) -> GateRound:
    found = GateRound.objects.filter(key=round_key).first()
    if found is None:
        raise NotFound(_("There is no such consultation."))
    if found.state == "seating":
        raise Conflict(_("The panel is not complete yet, so nothing can be decided."), code="decide.seating")
    if found.state != "open":
        raise Conflict(
            _("This gate was decided already, or the idea left it. Nothing was changed."),
            code="decide.closed",
        )
    return found


def _permitted(round_: GateRound, record: dict[str, Any], outcome: str) -> rules.Permitted:
    if queries.waiting_seats(round_).exists() and clock.now() < (round_.review_due_at or round_.due_at):
        raise Conflict(
            _(
                "The panel has until its due date to vote, and votes are still missing. Decide once they are in."
            ),
            code="decide.panel_still_votes",
        )
    found = next((item for item in rules.permitted(record) if item.outcome == outcome), None)
    if found is None:
        raise Conflict(
            _(
                "This outcome is not open now: look at the opinion and at what is not met yet, and choose another."
            ),
            code="decide.not_permitted",
            fields={"outcome": [_("Choose one of the outcomes that are open.")]},
        )
    return found


def _check_written(choice: Choice, allowed: rules.Permitted, record: dict[str, Any]) -> None:
    gaps = rules.decision_gaps(
        record,
        outcome=choice.outcome,
        reasons=choice.reasons,
        criterion_reasons=choice.criterion_reasons,
        departs=allowed.departs,
        departure_reason=choice.departure_reason,
        conditions=len(choice.conditions),
        needs_conditions=allowed.needs_conditions,
        gaps=choice.gaps,
        held=bool(choice.hold_until or choice.hold_condition.strip()),
        learning=choice.learning,
    )
    if choice.hold_until and choice.hold_until <= clock.today():
        gaps["hold_until"] = "future"
    if gaps:
        raise Invalid(
            _("The decision is not complete yet."),
            code="decide.incomplete",
            fields={name: [decision_sentence(gap)] for name, gap in gaps.items()},
        )


def decision_sentence(gap: str) -> str:
    """What to say about one gap that `rules.decision_gaps` found."""
    return {
        "reasons": _("Give the reasons, in a sentence at least: the author reads them first."),
        "criterion": _("Tie the reasons to at least one criterion or must-meet."),
        "departure": _("This departs from the panel’s opinion. Say why."),
        "condition": _("Name at least one condition, with an owner and a date."),
        "no_condition": _("Conditions go with “go on, with conditions”. Choose that, or remove them."),
        "gap": _("Name at least one thing to complete."),
        "hold": _("Give a date, or the condition the idea waits for."),
        "learning": _("Say what others can learn from it: it goes on the learning sheet."),
        "answer": _("Answer this must-meet with yes before going on."),
        "future": _("Choose a day after today."),
    }[gap]


def _draft(
    round_: GateRound, by: Actor, mandate: Mandate, choice: Choice, allowed: rules.Permitted
) -> Decision:
    """Write the decision, in place of a draft that waited; conditions are written anew."""
    decision, _made = Decision.objects.update_or_create(
        round=round_,
        defaults={
            "outcome": choice.outcome,
            "departs": allowed.departs,
            "departure_reason": choice.departure_reason if allowed.departs else "",
            "reasons": choice.reasons.strip(),
            "criterion_reasons": {
                key: text for key, text in choice.criterion_reasons.items() if text.strip()
            },
            "answers": choice.answers,
            "next_steps": NEXT_STEPS.get(choice.outcome, ["follow"]),
            "gaps": [gap for gap in choice.gaps if gap.strip()],
            "learning": choice.learning.strip(),
            "author_due_at": due_after(mandate.entity, defaults()["rework"]["author_days"])
            if choice.outcome == "rework"
            else None,
            "hold_until": choice.hold_until if choice.outcome == "hold" else None,
            "hold_condition": choice.hold_condition.strip() if choice.outcome == "hold" else "",
            "decider": by.human,
            "mandate": mandate,
            "capacity": mandate.capacity,
            "mandate_reference": mandate.reference,
            "drafted_at": clock.now(),
        },
    )
    decision.conditions.all().delete()
    Condition.objects.bulk_create(
        [
            Condition(decision=decision, text=text, owner=owner, due_on=due_on)
            for text, owner, due_on in choice.conditions
        ]
    )
    return decision


def _ask_second(round_: GateRound, idea: Idea, decision: Decision, who: str) -> None:
    people = [
        party.person for party in authority.parties(round_, idea) if party.person.pk != decision.decider_id
    ]
    if who == "other_party":
        sponsor = authority.sponsor_of(idea)
        is_sponsor = sponsor is not None and sponsor.pk == decision.decider_id
        people = [item for item in people if is_sponsor or (sponsor is not None and item.pk == sponsor.pk)]
    elif not people:
        people = [
            item.holder
            for item in grants.mandates(entity=idea.programme.entity, capacities=["director", "dga"])
            if item.holder_id != decision.decider_id
        ]
    inbox.close(f"decide:{round_.key}")
    inbox.open_for(
        people,
        key=f"second_signature:{round_.key}",
        verb="second_signature",
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title,
        url=reverse("decide", args=[round_.key]),
        due_at=round_.due_at,
    )
