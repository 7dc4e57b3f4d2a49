"""Readings set beside the sealed plan, and benefits beside both. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from incubator.lib.numbers import is_measurable, is_reached, plain_number

LONGEST_TEXT = 20_000
MOST_EUROS_A_YEAR = 100_000_000
# Whoever runs the service is asked so long before the day: the values are found out, not guessed.
ASKED_BEFORE = timedelta(days=14)
LONGEST_NOTE = 4_000
LONGEST_WHY = 300
GOES_ON = ("scale", "extend", "transfer")


class ReadingPoint(NamedTuple):
    """One reading: the indicator's key, the day it was taken, its place among those of that day, its value."""

    indicator: str
    on: date
    order: int
    value: Decimal


class Measured(NamedTuple):
    """What is given for one indicator of a service: today's value, or why it was not measured."""

    value: Decimal | None
    why: str = ""


def compare(sealed: Mapping[str, Any], readings: Iterable[ReadingPoint]) -> list[dict[str, Any]]:
    """Each indicator of the sealed plan, in its order, with its readings by day and whether the last one reached
    the target.

    Gives `{"indicator", "unit", "direction", "baseline", "target", "readings": [{"on", "value"}], "last",
    "reached"}`: numbers are texts without trailing zeros, days ISO; `last` and `reached` are None without a
    reading. Readings of indicators that the plan does not name are left out.
    """
    by_indicator: dict[str, list[ReadingPoint]] = {}
    for point in sorted(readings, key=lambda point: (point.on, point.order)):
        by_indicator.setdefault(point.indicator, []).append(point)
    return [_line(indicator, by_indicator.get(indicator["key"], [])) for indicator in sealed["indicators"]]


def _line(indicator: Mapping[str, Any], points: list[ReadingPoint]) -> dict[str, Any]:
    last = points[-1].value if points else None
    return {
        "indicator": indicator["name"],
        "unit": indicator["unit"],
        "direction": indicator["direction"],
        "baseline": indicator["baseline"],
        "target": indicator["target"],
        "readings": [{"on": point.on.isoformat(), "value": plain_number(point.value)} for point in points],
        "last": None if last is None else plain_number(last),
        "reached": None
        if last is None
        else is_reached(indicator["direction"], Decimal(indicator["target"]), last),
    }


def evaluation_errors(
    *, findings: str, effect_on_staff: str, run_cost_euros_a_year: int, advice: str, has_run_owner: bool
) -> dict[str, str]:
    """What an evaluation lacks before it is delivered: field → code (missing, long, range, choice)."""
    found = {}
    for name, text in (("findings", findings), ("effect_on_staff", effect_on_staff)):
        if not text.strip():
            found[name] = "missing"
        elif len(text) > LONGEST_TEXT:
            found[name] = "long"
    if not 0 <= run_cost_euros_a_year <= MOST_EUROS_A_YEAR:
        found["run_cost_euros_a_year"] = "range"
    if advice not in (*GOES_ON, "stop"):
        found["advice"] = "choice"
    elif advice in ("scale", "transfer") and not has_run_owner:
        # What is to stay needs someone who runs it; a longer pilot or a stop does not yet.
        found["run_owner"] = "missing"
    return found


def benefit_errors(count: int, measured: Sequence[Measured], note: str) -> dict[str, str]:
    """What a reading of the benefits of `count` indicators lacks: field → code (missing, range, both, long).

    Fields: `value-0`, `why-0` … in the order of the indicators, and `note`, which is needed where there are none.
    Raises ValueError for another number of values than of indicators.
    """
    found = {}
    for place, (_line, one) in enumerate(zip(range(count), measured, strict=True)):
        why = one.why.strip()
        if one.value is None and not why:
            found[f"value-{place}"] = "missing"
        elif one.value is not None and not is_measurable(one.value):
            found[f"value-{place}"] = "range"
        if one.value is not None and why:
            found[f"why-{place}"] = "both"
        elif len(why) > LONGEST_WHY:
            found[f"why-{place}"] = "long"
    if not count and not note.strip():
        found["note"] = "missing"
    elif len(note) > LONGEST_NOTE:
        found["note"] = "long"
    return found


def benefit_lines(
    compared: Iterable[Mapping[str, Any]], measured: Iterable[Measured]
) -> list[dict[str, Any]]:
    """Each indicator as it was promised and last read in the pilot, with what it is now; see `BenefitReading`."""
    return [
        {
            **{name: line[name] for name in ("indicator", "unit", "direction", "baseline", "target", "last")},
            "value": None if one.value is None else plain_number(one.value),
            "why": one.why.strip(),
            "reached": None
            if one.value is None
            else is_reached(line["direction"], Decimal(line["target"]), one.value),
        }
        for line, one in zip(compared, measured, strict=True)
    ]
