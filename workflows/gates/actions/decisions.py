"""Deciding a round: reasons, a valid mandate, what the author can do next; and the conditions that follow."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, IntegerField, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.acts import record as record_event
from ideas.drafting.models import CLOSED, Idea
from ideas.lock import locked_with
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given
from incubator.lib.refusals import Conflict, NotFound
from incubator.messages.actions import defer_telling
from incubator.people.actors import Actor
from workflows import nodes
from workflows.gates import authority, hooks, queries, records, rules
from workflows.gates.actions.choices import Choice, check_written, permitted_one
from workflows.gates.actions.elsewhere import ask_consent, check_elsewhere
from workflows.gates.actions.rounds import close_decided, due_after, work_keys
from workflows.gates.authority import Party
from workflows.gates.configuration import rework_days
from workflows.gates.conflicts import Conflicts, conflicts_of_both
from workflows.gates.models import Condition, Decision, GateRound, KeptDecision, Seat
from workflows.gates.signing import second_parties, waits_for_consent

# The right, the record, and the outcome chosen.
Checked = tuple[Party, dict[str, Any], rules.Permitted]
NEXT_STEPS = {
    "rework": ["complete", "ask_lead", "withdraw"],
    "hold": ["wait", "meet_condition", "withdraw"],
    "stop": ["reexamination", "learning_sheet", "new_idea"],
    "merge": ["merge", "undo_merge"],
    "redirect": ["redirect", "new_idea"],
}


def next_steps(gate: str, outcome: str) -> list[str]:
    """Codes of what the author can do after this outcome; after a local no, send the idea up."""
    if (gate, outcome) == ("L", "stop"):
        return ["send_up", "new_idea"]
    return NEXT_STEPS.get(outcome, ["follow"])


def decide(*, round_key: Any, by: Actor, choice: Choice) -> Decision:
    """Decide a round, or draft what a second person then signs, or, for a redirect, what an author consents to.

    Raises NotAllowed (no mandate, too close), Conflict (over, opinion not in yet, outcome not permitted),
    Invalid with `fields` (reasons, conditions, gaps … missing). Nothing is changed by a refusal.
    """
    with locked_for(choice, rounds__key=round_key) as (idea, choice):
        round_ = open_round_of(round_key, idea)
        return write(round_, idea, choice, _checked(round_, idea, by, choice))


# What the facts and ways of later gates read, with the idea itself; most ideas have none.
IN_PILOT = ["pilot_plan", "pilot"]


@contextmanager
def locked_for(choice: Choice, **lookup: Any) -> Iterator[tuple[Idea, Choice]]:
    """The idea's lock and, for a merge, the other idea's; the choice names that one as it is under its lock."""
    other_pk = choice.merged_into.pk if choice.merged_into is not None else None
    with locked_with(other_pk, also=IN_PILOT, **lookup) as (idea, other):
        yield idea, choice if other is None else replace(choice, target=other)


def write(round_: GateRound, idea: Idea, choice: Choice, checked: Checked) -> Decision:
    """Draft the decision and, where one signature is enough, issue it. The idea is locked."""
    right, record, allowed = checked
    second = authority.needs_second_signature(round_, choice.outcome)
    waits = bool(second) or choice.outcome == "redirect"
    decision = _draft(round_, idea, right, choice, allowed, issued_at=None if waits else clock.now())
    if waits:
        KeptDecision.objects.filter(round=round_, person=right.person).delete()
        if second:
            ask_second(round_, idea, decision)
        else:
            ask_consent(round_, idea)
        keys = {"round": str(round_.key), "decision": str(decision.key)}
        record_event(idea, "decision_drafted" if second else "consent_asked", right.actor, [], **keys)
        return decision
    issue(decision, round_, idea, record, right.actor)
    return decision


def check(*, round_key: Any, by: Actor, choice: Choice) -> rules.Permitted:
    """Everything `decide` would refuse, without deciding: for the page that is read before."""
    round_ = open_round_of(round_key)
    return _checked(round_, round_.idea, by, choice)[2]


def set_aside(draft: Decision) -> None:
    inbox.close(f"consent:{draft.round.key}")
    draft.conditions.all().delete()
    draft.delete()


def check_distance(seats: Sequence[Seat], against: Mapping[int, Conflicts]) -> None:
    """Raises Conflict when a seat's holder has come too close since being seated: the vote is set aside first."""
    if any(against[one.pk].hard for seat in seats for one in records.voters(seat)):
        raise Conflict(
            _(
                "A member of the panel has come too close to the idea. Their vote is set aside, then you decide."
            ),
            code="decide.conflicted_vote",
        )


def _checked(round_: GateRound, idea: Idea, by: Actor, choice: Choice) -> Checked:
    """The right, the record and the outcome chosen, once everything stands. Raises as `decide` does."""
    seats = records.sitting(round_)
    rights = authority.rights_to_decide(round_, idea, by)
    deciders = [one for right in rights for one in authority.concerned_by(right)]
    # One statement asks for all: whoever decides, and whoever votes.
    voters = [one for seat in seats for one in records.voters(seat)]
    against = conflicts_of_both([*deciders, *voters], idea, choice.merged_into, round_.gate)
    return checked_with(round_, idea, choice, rights, seats, against)


def checked_with(
    round_: GateRound,
    idea: Idea,
    choice: Choice,
    rights: Sequence[Party],
    seats: Sequence[Seat],
    against: tuple[dict[int, Conflicts], dict[int, Conflicts]],
) -> Checked:
    """`_checked` where rights, seats and conflicts (`conflicts_of_both`) are read already."""
    own, of_target = against
    right = authority.distant(rights, own, idea)
    check_distance(seats, own)
    record = records.record_of(round_, idea, choice.answers, seats)
    today = clock.today(idea.programme.entity.time_zone)
    if choice.outcome not in Decision.Outcome.values:
        check_written(choice, rules.Permitted(choice.outcome), record, today)
    allowed = permitted_one(round_, record, choice.outcome)
    check_written(choice, allowed, record, today)
    check_elsewhere(idea, choice.merged_into, right.actor, of_target)
    return right, record, allowed


def issue(decision: Decision, round_: GateRound, idea: Idea, record: dict[str, Any], by: Actor) -> None:
    """Freeze the record, close the round and move the idea. `decision` is saved by the caller, issued now."""
    now = clock.now()
    opinion = rules.opinion(record)
    round_.record = record | {"opinion": opinion.as_data(), "decision": decision.outcome}
    round_.record_sha256 = records.record_sha256(round_.record)
    before, round_.state, round_.closed_at = round_.state, "decided", now
    close_decided(round_, seats=records.has_seats(round_))
    # Asked with the round, so that the many decisions without a draft cost no statement more.
    if getattr(round_, "has_drafts", True):
        KeptDecision.objects.filter(round=round_).delete()
    effects = [effect("round", before, "decided", gate=round_.gate, round=str(round_.key))]
    effects += [effect("condition", None, "open", condition=str(item.key)) for item in _conditions(decision)]
    with inbox.opened_together():
        effects += nodes.move(idea, decision.outcome, by, cause=decision)
        effects += hooks.fire("decided", idea=idea, by=by, cause=decision)
    # An idea that ends has closed all that was open for it, as it arrived there.
    if idea.state not in CLOSED:
        inbox.close(*work_keys(round_, [seat["seat"] for seat in record["seats"]]))
    idea.save(update_fields=MOVED)
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


MOVED = ["route", "state", "stage", "holder", "held_since", "due_at", "ended_at", "merged_into"]


def _conditions(decision: Decision) -> list[Condition]:
    return decision.written if decision.outcome in rules.GO_ON[1:] else []


def open_round_of(round_key: Any, idea: Idea | None = None) -> GateRound:
    """The round, still open, with its decision if one is drafted; `idea`: its idea, read under the lock already.

    Raises NotFound, or Conflict when nothing can be decided there.
    """
    found = (OF_ANY if idea is None else OF_LOCKED).first(key=round_key)
    if found is not None and idea is not None:
        found.idea = idea
    if found is None:
        raise NotFound(_("There is no such consultation."))
    check_open(found)
    return found


def check_open(round_: GateRound) -> None:
    """Raises Conflict where nothing can be decided.

    After a shortlist was drawn no decision waits for a seat, but for what the opinion then lacks; and one that is
    drafted waits for its signature or its author, not for a seat that was left since.
    """
    drafted = getattr(round_, "decision", None) is not None
    if round_.state == "seating" and not drafted and not queries.is_drawn(round_):
        raise Conflict(_("The panel is not complete yet, so nothing can be decided."), code="decide.seating")
    if round_.state not in ("seating", "open"):
        raise Conflict(
            _("This gate was decided already, or the idea left it."),
            code="decide.closed",
        )


def rounds_with(*joined: str) -> QuerySet[GateRound]:
    """Rounds, each with its configuration, its decision, whether any is kept as a draft, and `before`: what was decided
    earlier."""
    drafts = Exists(KeptDecision.objects.filter(round=OuterRef("pk")))
    before = RawSQL(records.BEFORE_ROUND, [], ArrayField(IntegerField()))  # noqa: S611  no parameters
    rounds = GateRound.objects.select_related("decision", "configuration", *joined)
    return rounds.annotate(has_drafts=drafts, before=before)


OF_LOCKED = BuiltOnce(lambda: rounds_with().filter(key=Given("key")))
OF_ANY = BuiltOnce(lambda: rounds_with("idea__programme__entity", "idea__content").filter(key=Given("key")))


def _draft(
    round_: GateRound,
    idea: Idea,
    right: Party,
    choice: Choice,
    allowed: rules.Permitted,
    *,
    issued_at: datetime | None,
) -> Decision:
    """Write the decision, in place of one's own draft that waited."""
    waiting = getattr(round_, "decision", None)
    if waiting is not None:
        if waiting.decider_id != right.person.pk:
            raise Conflict(
                _("A decision is written already and waits for the consent of the idea’s author.")
                if waits_for_consent(waiting)
                else _(
                    "A decision is written already and waits for its second signature. Sign it, or hand it back."
                ),
                code="decide.pending",
            )
        set_aside(waiting)
    outcome, entity = choice.outcome, idea.programme.entity
    decision = Decision.objects.create(
        round=round_,
        outcome=outcome,
        departs=allowed.departs,
        departure_reason=choice.departure_reason.strip() if allowed.departs else "",
        reasons=choice.reasons.strip(),
        criterion_reasons={
            key: text.strip()
            for key in rules.reason_keys(round_.rules)
            if (text := choice.criterion_reasons.get(key, "")).strip()
        },
        answers=choice.answers,
        next_steps=next_steps(round_.gate, outcome),
        gaps=[gap.strip() for gap in choice.gaps if gap.strip()] if outcome == "rework" else [],
        learning=choice.learning.strip() if outcome == "stop" else "",
        author_due_at=due_after(entity, rework_days(round_.rules)) if outcome == "rework" else None,
        hold_until=choice.hold_until if outcome == "hold" else None,
        hold_condition=choice.hold_condition.strip() if outcome == "hold" else "",
        target=choice.target if outcome == "merge" else None,
        redirect_to=choice.redirect_to if outcome == "redirect" else "",
        redirect_service=choice.service if (outcome, choice.redirect_to) == ("redirect", "service") else None,
        decider=right.person,
        on_behalf_of=right.on_behalf_of,
        mandate=right.mandate,
        capacity=right.mandate.capacity,
        mandate_reference=right.mandate.reference,
        drafted_at=clock.now(),
        issued_at=issued_at,
    )
    decision.written = Condition.objects.bulk_create(
        [
            Condition(decision=decision, text=text.strip(), owner=owner, due_on=due_on)
            for text, owner, due_on in choice.conditions
        ]
    )
    return decision


def ask_second(round_: GateRound, idea: Idea, decision: Decision) -> None:
    """Give the draft to whoever may sign it, in place of the decision to make. Raises Conflict for nobody."""
    people = [party.person for party in second_parties(round_, idea, decision)]
    if not people:
        raise Conflict(
            _(
                "This decision needs a second signature, and nobody can give it today. Choose another outcome, or ask"
                " for someone to be given a delegation."
            ),
            code="decide.nobody_to_sign",
        )
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
