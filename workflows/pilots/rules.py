"""The plan's completeness, its sealed text, and the dates of a pilot. Pure.

A plan as plain data: `{"where", "months", "stop_rule", "users_told_how", "minimum_readings", "indicators":
[{"key", "name", "unit", "direction": "up"|"down", "baseline", "target"}]}`; numbers of indicators are texts
without trailing zeros, so that the same plan gives the same bytes.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from incubator.lib.numbers import is_measurable

MONTHS = 6
MOST_MONTHS = 24
FAST_MONTHS = 2
FAST_LASTS = timedelta(days=60)
CHECK_IN_EVERY = timedelta(days=30)
MOST_INDICATORS = 12
MOST_READINGS = 24
LONGEST_TEXT = 10_000


class IndicatorValues(NamedTuple):
    """One line of the plan as the team wrote it."""

    name: str
    unit: str
    direction: str
    baseline: Decimal
    target: Decimal


def plan_gaps(plan: Mapping[str, Any] | None) -> list[str]:
    """What a plan lacks before it can be sealed, in the order of its form; no plan at all is `["plan"]`.

    Codes: where, indicators, change (an indicator whose target is its baseline), minimum_readings, stop_rule,
    users_told_how.
    """
    if plan is None:
        return ["plan"]
    indicators = plan["indicators"]
    found = {
        "where": not plan["where"].strip(),
        "indicators": not indicators,
        "change": any(Decimal(one["baseline"]) == Decimal(one["target"]) for one in indicators),
        "minimum_readings": plan["minimum_readings"] < 1,
        "stop_rule": not plan["stop_rule"].strip(),
        "users_told_how": not plan["users_told_how"].strip(),
    }
    return [code for code, lacking in found.items() if lacking]


def indicator_errors(one: IndicatorValues) -> dict[str, str]:
    """What is wrong with one line of the plan: field → code (missing, long, range, choice, direction)."""
    found = {}
    for field, most in (("name", 200), ("unit", 40)):
        text = getattr(one, field).strip()
        if not text or len(text) > most:
            found[field] = "long" if text else "missing"
    for field in ("baseline", "target"):
        if not is_measurable(getattr(one, field)):
            found[field] = "range"
    if one.direction not in ("up", "down"):
        found["direction"] = "choice"
    elif not {"baseline", "target"} & found.keys() and lies_against(one):
        found["target"] = "direction"
    return found


def lies_against(one: IndicatorValues) -> bool:
    """Whether the target lies on the wrong side of the baseline for the direction."""
    return one.target < one.baseline if one.direction == "up" else one.target > one.baseline


def check_in_item(pilot: int) -> str:
    """The key of the work that asks for a pilot's next check-in."""
    return f"check-in:{pilot}"


def next_check_in(after: date, planned_end: date) -> date | None:
    """The day of the check-in that follows `after`; None when the pilot ends first."""
    day = after + CHECK_IN_EVERY
    return day if day < planned_end else None


def ends_by(planned_end: date, after: date) -> date:
    """The day by which the end is told; whoever went on `after` the planned end has as long as for a check-in."""
    return planned_end if after <= planned_end else after + CHECK_IN_EVERY


def has_minimum_readings(minimum: int, counts: Iterable[int]) -> bool:
    """Whether each indicator has its readings; a plan without indicators has none."""
    numbers = list(counts)
    return bool(numbers) and all(number >= minimum for number in numbers)
