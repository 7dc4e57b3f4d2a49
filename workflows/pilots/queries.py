"""Reads of plans, check-ins and readings.

`passages` are those masked for a reader. Whoever reads for no reader, as acts and facts do, says so with `()`: a page
that forgot them would show what is masked.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Model, OuterRef, Prefetch, Q

from ideas import roles
from ideas.drafting.masking.queries import masked_row
from ideas.drafting.models import Idea
from ideas.lock import read_once
from incubator.inbox.models import WorkItem
from incubator.lib.numbers import is_reached, plain_number
from incubator.people.models import Person
from workflows.gates.models import GateRound
from workflows.gates.queries import is_at_gate
from workflows.pilots import rules
from workflows.pilots.models import CheckIn, Incident, Indicator, Pilot, PilotPlan, Reading


def plan_of(idea: Idea, passages: Sequence[str]) -> PilotPlan | None:
    """The plan with its indicators in order; without the passages masked for a reader."""
    indicators = Prefetch("indicators", Indicator.objects.order_by("position"))
    plan = PilotPlan.objects.filter(idea=idea).prefetch_related(indicators).first()
    if plan is None or not passages:
        return plan
    found = masked_row(plan, ["where", "stop_rule", "users_told_how"], passages)
    _put(found, "indicators", [_indicator(one, passages) for one in plan.indicators.all()])
    return found


def first_check_in(pilot: Pilot) -> datetime | None:
    """Until when the first check-in is waited for; None where none is: on hold, or when the end comes first."""
    waiting = WorkItem.objects.filter(key=rules.check_in_item(pilot.pk), closed_at=None)
    return waiting.values_list("due_at", flat=True).first()


def _indicator(indicator: Indicator, passages: Sequence[str]) -> Indicator:
    return masked_row(indicator, ["name", "unit"], passages)


def _put(row: Model, name: str, rows: Sequence[Model]) -> None:
    """These rows are what the copy of a row was prefetched with; the row it was copied from keeps its own."""
    vars(row)["_prefetched_objects_cache"] = {name: rows}


def pilot_of(idea: Idea, passages: Sequence[str]) -> Pilot | None:
    found = Pilot.objects.filter(idea=idea).select_related("sponsor", "ended_by").first()
    return found and masked_row(found, ["end_note"], passages)


def plan_at_hand(idea: Idea) -> PilotPlan | None:
    """`plan_of` for no reader, kept with this instance of the idea: an act's facts, sealing and start read it once.

    Not for whoever changes the plan or its indicators.
    """
    plan: PilotPlan | None = getattr(idea, "pilot_plan", None)
    if plan is not None and "indicators" not in vars(plan).get("_prefetched_objects_cache", {}):
        _put(plan, "indicators", list(plan.indicators.order_by("position")))
    return plan


def plan_data(plan: PilotPlan | None) -> dict[str, Any] | None:
    """The plan as `rules` reads and seals it."""
    if plan is None:
        return None
    return {
        "where": plan.where,
        "months": plan.months,
        "stop_rule": plan.stop_rule,
        "users_told_how": plan.users_told_how,
        "minimum_readings": plan.minimum_readings,
        "indicators": [
            {
                "key": str(one.key),
                "name": one.name,
                "unit": one.unit,
                "direction": one.direction,
                "baseline": plain_number(one.baseline),
                "target": plain_number(one.target),
            }
            for one in plan.indicators.all()
        ],
    }


def sponsor_of(idea: Idea) -> Person | None:
    """The sponsor in force, read through the idea: the sponsorship room stands beside this one."""
    pledge = idea.pledges.filter(state="signed").select_related("sponsor").first()
    return pledge.sponsor if pledge else None


def runs_pilot(idea: Idea, person: Person) -> bool:
    """Whether this person may write in the pilot: its team, and the sponsor in force."""
    sponsor = sponsor_of(idea)
    return (sponsor is not None and sponsor.pk == person.pk) or roles.is_author(idea, person)


def check_ins(pilot: Pilot, passages: Sequence[str]) -> list[CheckIn]:
    """Oldest first, with their readings; without the passages masked for a reader."""
    readings = Prefetch(
        "readings", Reading.objects.select_related("indicator").order_by("indicator__position")
    )
    rows = pilot.check_ins.order_by("on", "recorded_at").prefetch_related(readings)
    return [_check_in(one, passages) for one in rows] if passages else list(rows)


def _check_in(row: CheckIn, passages: Sequence[str]) -> CheckIn:
    found, readings = masked_row(row, ["note"], passages), list(row.readings.all())
    for reading in readings:
        reading.indicator = _indicator(reading.indicator, passages)
    _put(found, "readings", readings)
    return found


def incidents(pilot: Pilot, passages: Sequence[str]) -> list[Incident]:
    """In the order they were reported; without the passages masked for a reader."""
    rows = pilot.incidents.order_by("reported_at", "pk")
    return [masked_row(one, ["text", "closing_note"], passages) for one in rows]


class Recorded(NamedTuple):
    """What a pilot has recorded: how many readings of each indicator, in the plan's order, and its open incidents."""

    readings: list[int]
    open_incidents: int


def recorded(idea: Idea) -> Recorded | None:
    """What the pilot has recorded, in one statement; an act that holds the idea's lock asks once. None without one."""
    counted = Indicator.objects.filter(plan__idea=OuterRef("idea")).annotate(number=Count("readings"))
    readings = ArraySubquery(counted.order_by("position").values("number"))
    still_open = Count("incidents", filter=Q(incidents__closed_at=None))
    rows = Pilot.objects.filter(idea=idea).annotate(readings=readings, still_open=still_open)
    found = read_once(idea.pk, "recorded", rows.values_list("readings", "still_open").first)
    return None if found is None else Recorded(*found)


def is_time_to_plan(idea: Idea) -> bool:
    """The plan is written during sponsorship; in the fast lane beside its one gate, which launches the pilot."""
    stage = Idea.Stage.SUBMISSION if idea.route == "fast" else Idea.Stage.SPONSORSHIP
    return idea.state == Idea.State.LIVE and idea.stage == stage


def launch_is_decided_on(idea: Idea) -> bool:
    """Whether the plan is before whoever decides: at G2 from the round's opening, in the fast lane once the lead's
    decision waits for the director's signature."""
    if idea.route == "fast":
        return GateRound.objects.filter(
            idea=idea, gate="F", state="open", decision__issued_at=None, decision__isnull=False
        ).exists()
    return is_at_gate(idea)


def lines(plan: PilotPlan, check_ins: list[CheckIn]) -> list[dict[str, Any]]:
    """Each indicator of the plan with its readings so far, in the shape the evaluation freezes."""
    found = []
    for one in plan.indicators.all():
        points = [
            (check_in.on, reading.value)
            for check_in in check_ins
            for reading in check_in.readings.all()
            if reading.indicator_id == one.pk
        ]
        last = points[-1][1] if points else None
        found.append(
            {
                "indicator": one.name,
                "unit": one.unit,
                "baseline": one.baseline,
                "target": one.target,
                "readings": [{"on": on, "value": value} for on, value in points],
                "last": last,
                "reached": None if last is None else is_reached(one.direction, one.target, last),
            }
        )
    return found
