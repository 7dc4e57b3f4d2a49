"""Entering a gate opens a round; leaving it without a decision voids it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ideas.drafting.models import Idea
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.lib.built_once import planned_once
from incubator.lib.deferring import defer
from incubator.people.models import Entity
from workflows.gates import hooks
from workflows.gates.configuration import gate_delay, pinned
from workflows.gates.models import GateRound, KeptDecision, KeptVote, Seat


def due_after(entity: Entity, count: int, start: Any = None) -> Any:
    """The due time `count` working days of the entity after `start` (default: now)."""
    return working_days.due(
        start or clock.now(),
        count,
        zone=entity.time_zone,
        country=entity.holidays_country,
        closing_days=entity.closing_days,
    )


def days_to_decide(rules: Mapping[str, Any]) -> int:
    """Working days that a gate leaves for the decision alone: those of the gate, or as many as for the opinion."""
    days: int = rules.get("due") or rules["review_in"]
    return days


def enter(idea: Idea, gate: str, *, after: GateRound | None = None) -> tuple[GateRound, list[dict[str, Any]]]:
    """Open a round in state `seating` with its configuration frozen, and defer the job that fills its seats.

    `after`: the idea's last round, with its configuration, where it is known; at this gate, its rules hold again.
    The caller holds the idea's lock and appends the event that lists the effects.
    """
    from workflows.gates.jobs import fill_seats_of

    if after is not None and after.gate == gate:
        configuration, rules, number = after.configuration, after.rules, after.number + 1
    else:
        configuration, rules, number = pinned(idea, gate)
    now, entity = clock.now(), idea.programme.entity
    round_ = GateRound.objects.create(
        idea=idea,
        gate=gate,
        number=number,
        configuration=configuration,
        rules=rules,
        content_version=idea.content.version,
        entered_at=now,
        review_due_at=due_after(entity, rules["review_in"]) if "review_in" in rules else None,
        due_at=_due_at(idea, rules, number),
        comparison=hooks.compared(idea, gate) if number > 1 else None,
    )
    # One seating at a time per pool, so that "least loaded" is counted right.
    task = fill_seats_of.configure(lock=f"seating:{idea.programme.key}")
    defer(task, round_key=str(round_.key), at=clock.moved_to())
    return round_, [effect("round", None, "seating", gate=gate, number=number, round=str(round_.key))]


def close_seats(round_: GateRound, now: datetime) -> None:
    """Close the seats that are open still; what was typed of votes not sent is gone."""
    with planned_once() as cursor:
        cursor.execute(CLOSE_SEATS, {"round": round_.pk, "now": now})


def drop_kept(*seats: Seat) -> None:
    """What was typed in these seats and not sent is gone: they are left, or others' votes are open to them."""
    KeptVote.objects.filter(seat__in=seats).delete()


def close_decided(round_: GateRound, *, seats: bool) -> None:
    """Write the record and the end of a decided round; with its open seats, and what was typed in them, in the same
    statement."""
    if not seats:
        round_.save(update_fields=["record", "record_sha256", "state", "closed_at"])
        return
    with planned_once() as cursor:
        cursor.execute(
            CLOSE_DECIDED,
            {
                "round": round_.pk,
                "now": round_.closed_at,
                "state": round_.state,
                "record": json.dumps(round_.record),
                "sha256": round_.record_sha256,
            },
        )


# By hand, as every decision asks it.
CLOSE_SEATS = """
with dropped as (
  delete from workflows_keptvote where seat_id in (select id from workflows_seat where round_id = %(round)s)
)
update workflows_seat set state = 'closed', left_at = %(now)s where round_id = %(round)s and state = 'open'
"""
CLOSE_DECIDED = """
with seats as (
  update workflows_seat set state = 'closed', left_at = %(now)s where round_id = %(round)s and state = 'open'
), dropped as (
  delete from workflows_keptvote where seat_id in (select id from workflows_seat where round_id = %(round)s)
)
update workflows_gateround
set state = %(state)s, closed_at = %(now)s, record = %(record)s::jsonb, record_sha256 = %(sha256)s where id = %(round)s
"""


def void(idea: Idea, reason: str) -> list[dict[str, Any]]:
    """Void the open rounds of an idea that leaves its gate without a decision; the seats are freed, and what was
    written of a decision that waits for a signature or a consent is gone."""
    now, effects = clock.now(), []
    rounds = GateRound.objects.filter(idea=idea, state__in=["seating", "open"]).select_related("decision")
    for round_ in rounds.order_by("pk"):
        open_seats = list(Seat.objects.filter(round=round_, state="open"))
        close_seats(round_, now)
        KeptDecision.objects.filter(round=round_).delete()
        if hasattr(round_, "decision"):
            round_.decision.conditions.all().delete()
            round_.decision.delete()
        effects.append(
            effect("round", round_.state, "void", gate=round_.gate, reason=reason, round=str(round_.key))
        )
        round_.state, round_.closed_at, round_.void_reason = "void", now, reason
        round_.save(update_fields=["state", "closed_at", "void_reason"])
        inbox.close(*work_keys(round_, [seat.key for seat in open_seats]))
    return effects


def work_keys(round_: GateRound, seats: Sequence[object]) -> list[str]:
    """The keys of every work item a round may have opened; `seats` are the keys of its open seats."""
    acts = ("seat_panel", "casting_vote", "complete_opinion")
    own = [f"{act}:{round_.key}" for act in acts] + [expert_item(round_)]
    return decision_keys(round_) + own + [item for key in seats for item in seat_keys(key)]


def decision_keys(round_: GateRound) -> list[str]:
    """The keys of the work items by which a decision is made, signed and consented to."""
    return [f"{act}:{round_.key}" for act in ("decide", "agree", "second_signature", "consent")]


def expert_item(round_: GateRound) -> str:
    """The key of the work item that all experts asked in a round have, each until they have answered."""
    return f"expert:{round_.key}"


def seat_keys(seat: object) -> list[str]:
    """The keys of the work items of one seat, named by its key: its vote, and a second look at it."""
    return [f"vote:{seat}", f"discuss:{seat}"]


def _due_at(idea: Idea, rules: dict[str, Any], number: int) -> Any:
    entity, delay = idea.programme.entity, gate_delay(rules)
    if number == 1 and delay.from_submission and idea.submitted_at:
        return due_after(entity, delay.from_submission, idea.submitted_at)
    return due_after(entity, delay.due)
