"""Readings beside sealed targets: a pure function, over random plans and readings."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incubator.lib.numbers import is_reached
from workflows.evaluation.rules import ReadingPoint, compare

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6)


@st.composite
def sealed_plans(draw: st.DrawFn) -> dict[str, Any]:
    lines = []
    for number in range(draw(st.integers(0, 4))):
        low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
        direction = draw(st.sampled_from(["up", "down"]))
        baseline, target = (low, high) if direction == "up" else (high, low)
        lines.append(
            {
                "key": f"i{number}",
                "name": f"Indicator {number}",
                "unit": "min",
                "direction": direction,
                "baseline": str(baseline),
                "target": str(target),
            }
        )
    return {"indicators": lines}


READINGS = st.lists(
    st.tuples(st.sampled_from(["i0", "i1", "i2", "i3", "unknown"]), st.integers(0, 5), NUMBERS), max_size=25
).map(
    lambda rows: [
        ReadingPoint(key, date(2026, 3, 1) + timedelta(days=day), order, value)
        for order, (key, day, value) in enumerate(rows)
    ]
)


@given(sealed_plans(), READINGS)
def test_every_indicator_has_its_line_and_each_reading_is_told_once(
    sealed: dict[str, Any], readings: list[ReadingPoint]
) -> None:
    found = compare(sealed, readings)
    assert [line["indicator"] for line in found] == [one["name"] for one in sealed["indicators"]]
    for one, line in zip(sealed["indicators"], found, strict=True):
        own = [point for point in readings if point.indicator == one["key"]]
        assert sorted(Decimal(row["value"]) for row in line["readings"]) == sorted(p.value for p in own)
        assert [row["on"] for row in line["readings"]] == sorted(p.on.isoformat() for p in own)
        assert (line["target"], line["baseline"]) == (one["target"], one["baseline"])


@given(sealed_plans(), READINGS)
def test_reached_is_what_the_last_reading_says(sealed: dict[str, Any], readings: list[ReadingPoint]) -> None:
    for one, line in zip(sealed["indicators"], compare(sealed, readings), strict=True):
        own = [point for point in readings if point.indicator == one["key"]]
        if not own:
            assert line["last"] is None
            assert line["reached"] is None
            continue
        last = max(own, key=lambda point: (point.on, point.order)).value
        assert Decimal(line["last"]) == last
        beyond = (
            last >= Decimal(one["target"]) if one["direction"] == "up" else last <= Decimal(one["target"])
        )
        assert line["reached"] is beyond


@given(sealed_plans(), READINGS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    sealed: dict[str, Any], readings: list[ReadingPoint], random: Any
) -> None:
    shuffled = list(readings)
    random.shuffle(shuffled)
    assert compare(sealed, shuffled) == compare(sealed, readings)


@given(sealed_plans(), READINGS)
def test_it_survives_being_written_down(sealed: dict[str, Any], readings: list[ReadingPoint]) -> None:
    found = compare(sealed, readings)
    assert json.loads(json.dumps(found)) == found


@given(NUMBERS, NUMBERS)
def test_reaching_upwards_mirrors_reaching_downwards(target: Decimal, value: Decimal) -> None:
    assert is_reached("up", target, value) == is_reached("down", -target, -value)
    assert is_reached("up", target, target)
    assert is_reached("down", target, target)
