"""Charts: well-formed, silent for the security policy, named for those who do not see them."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.lib import charts
from incubator.lib.charts import Interval, Part, Row, Step

NAMED = {"title": "Finding <b>", "sentence": "27 & more"}
SVG = "{http://www.w3.org/2000/svg}"


def read(svg: str) -> Any:
    """The parsed drawing; fails when a policy or a screen reader would."""
    assert "style=" not in svg
    assert "<script" not in svg
    assert not re.search(r"\son\w+=", svg)
    return ET.fromstring(svg)  # noqa: S314 - our own output


def widths(root: Any, kind: str) -> list[float]:
    return [float(mark.get("width")) for mark in root.iter("rect") if mark.get("class") == kind]


def test_every_drawing_has_a_name_and_a_sentence() -> None:
    drawings = [
        charts.bars([Row("a", [Part(1)])], **NAMED),
        charts.funnel([Row("a", [Part(1)])], **NAMED),
        charts.intervals([Interval("a", 1, None, 2)], longest=10, **NAMED),
        charts.steps([Step(0, 0)], until=10, **NAMED),
    ]
    for drawing in drawings:
        root = read(drawing)
        assert root.get("role") == "img"
        names = {mark.get("id"): mark.text for mark in root if mark.tag in ("title", "desc")}
        assert [names[key] for key in root.get("aria-labelledby").split()] == ["Finding <b>", "27 & more"]


def test_bars_keep_the_proportion_and_start_at_zero() -> None:
    root = read(charts.bars([Row("a", [Part(30)]), Row("b", [Part(15)])], **NAMED))
    assert widths(root, "a") == [400, 200]
    assert all(mark.get("x") == "0" for mark in root.iter("rect") if mark.get("class") == "a")
    with pytest.raises(ValueError, match="zero"):
        charts.bars([Row("a", [Part(-1)])], **NAMED)


def test_open_episodes_are_hatched_by_the_drawings_own_pattern() -> None:
    root = read(charts.bars([Row("a", [Part(1), Part(1, "open")])], **NAMED))
    (pattern,) = root.iter("pattern")
    (hatched,) = [mark for mark in root.iter("rect") if mark.get("class") == "open"]
    assert hatched.get("fill") == f"url(#{pattern.get('id')})"


def test_the_same_figures_give_the_same_bytes_and_other_figures_other_ids() -> None:
    one, again = (charts.bars([Row("a", [Part(1)])], **NAMED) for _ in range(2))
    other = charts.bars([Row("b", [Part(1)])], **NAMED)
    assert one == again
    assert re.findall(r'id="(\w+)"', one) != re.findall(r'id="(\w+)"', other)


def test_a_late_median_is_a_ring_and_an_unreached_one_no_dot() -> None:
    rows = [Interval("a", 10, 12, 20), Interval("b", 30, None, 20), Interval("c", None, None, 20)]
    root = read(charts.intervals(rows, longest=40, **NAMED))
    assert [mark.get("class") for mark in root.iter("circle")] == ["a", "over"]
    assert len([mark for mark in root.iter("rect") if mark.get("class") == "open"]) == 2


def test_a_bar_passes_its_promise_only_when_something_did() -> None:
    rows = [Interval("a", 31, None, 100, lasted=78), Interval("b", 25, None, 35, lasted=55)]
    rows += [Interval("c", None, None, 50, lasted=20), Interval("d", None, None, 20, lasted=50)]
    root = read(charts.intervals(rows, longest=100, **NAMED))
    bars = [mark for mark in root.iter("rect") if mark.get("class") == "open"]
    edges = [(float(bar.get("x", "")), float(bar.get("x", "")) + float(bar.get("width", ""))) for bar in bars]
    day = [((start - 10) / 3.8, (end - 10) / 3.8) for start, end in edges]
    assert day == [pytest.approx(one, abs=1) for one in ((31, 78), (25, 55), (0, 20), (20, 50))]


def test_a_step_curve_rises_to_its_share() -> None:
    root = read(charts.steps([Step(0, 0), Step(50, 0.5)], until=100, **NAMED))
    (line,) = [mark.get("d") for mark in root.iter("path") if mark.get("class") == "line"]
    assert line == "M44 184H218V98H392"


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=4), max_size=6))
def test_no_figures_break_a_drawing(figures: list[list[int]]) -> None:
    rows = [Row(f"<{index}>", [Part(value) for value in values]) for index, values in enumerate(figures)]
    for drawing in (charts.bars(rows, **NAMED), charts.funnel(rows, **NAMED)):
        root = read(drawing)
        assert all(0 <= width <= 400 for width in widths(root, "a"))


@given(st.floats(0, 4), st.floats(0, 4), st.floats(0, 4))
def test_a_spread_holds_its_mean(a: float, b: float, c: float) -> None:
    low, mean, high = sorted((a, b, c))
    root = read(charts.spread(mean, low, high, 2.4))
    assert root.get("aria-hidden") == "true"
    assert len(list(root.iter("circle"))) == 1
