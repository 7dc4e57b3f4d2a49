"""Kaplan–Meier against a table everybody can look up, and against what it must be without open spells."""

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.metrics import survival
from workflows.metrics.survival import Spell

# Weeks in remission, 6-mercaptopurine and placebo: Freireich et al., Blood 21 (1963), as in Cox and Oakes,
# Analysis of Survival Data (1984), table 1.1. A plus sign: still in remission.
DRUG = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
DRUG_CURVE = [
    (6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448),
]  # fmt: skip


def spells(text: str) -> list[Spell]:
    return [(int(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


def test_the_curve_is_the_published_one() -> None:
    assert [(days, round(share, 3)) for days, share in survival.curve(spells(DRUG))] == DRUG_CURVE


def test_the_medians_are_the_published_ones() -> None:
    assert survival.reached(spells(DRUG), 0.5) == 23
    assert survival.reached(spells(PLACEBO), 0.5) == 8
    assert survival.reached(spells(DRUG), 0.75) is None


def test_open_ideas_are_not_left_out() -> None:
    """Of ended ones alone the median would be 4; six that wait still push it beyond what is known."""
    waiting = [(3, True), (4, True), (5, True)] + [(30, False)] * 6
    assert survival.reached(waiting, 0.5) is None
    assert survival.reached(waiting[:3], 0.5) == 4


@given(days=st.lists(st.integers(0, 400), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_without_open_spells_it_is_the_plain_median(days: list[int]) -> None:
    assert survival.reached([(one, True) for one in days], 0.5) == statistics.median_low(days)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=40))
@settings(max_examples=200, deadline=None)
def test_the_curve_only_falls_and_an_open_spell_never_shortens_it(found: list[Spell]) -> None:
    shares = [share for _days, share in survival.curve(found)]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    longer = survival.reached([*found, (survival.longest(found) + 1, False)], 0.5)
    shorter = survival.reached(found, 0.5)
    assert longer is None or (shorter is not None and shorter <= longer)


@pytest.mark.parametrize("none", [[], [(5, False)]])
def test_nothing_ended_reaches_nothing(none: list[Spell]) -> None:
    assert survival.reached(none, 0.5) is None
