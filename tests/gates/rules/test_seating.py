"""Who sits on a panel, and why, as tables of cases."""

from typing import Any

import pytest

from workflows.gates.rules import Candidate, choose_panel


def person(pk: int, **more: Any) -> Candidate:
    return Candidate(pk, str(pk), **({"load": 0, "may_chair": False, "other_department": True} | more))


def test_the_least_loaded_sit() -> None:
    pool = [person(1, load=3), person(2, load=1), person(3), person(4, load=2, may_chair=True)]
    chosen, _missing = choose_panel(pool, seats=3, diversity=True, chair=True, seed="a")
    assert [item.pk for item in chosen] == [4, 3, 2]


def test_a_tie_is_broken_by_the_round_and_not_by_who_comes_first() -> None:
    pool = [person(number) for number in range(1, 30)]
    panels = {
        tuple(item.pk for item in choose_panel(pool, seats=3, diversity=False, chair=False, seed=seed)[0])
        for seed in "abcdefgh"
    }
    assert len(panels) > 1


@pytest.mark.parametrize(
    ("pool", "missing"),
    [
        ([], ["chair", "diversity", "people"]),
        ([person(1), person(2)], ["chair", "people"]),
        ([person(1), person(2), person(3)], ["chair"]),
        ([person(1, may_chair=True), person(2)], ["people"]),
        ([person(number, may_chair=True, other_department=False) for number in (1, 2, 3)], ["diversity"]),
    ],
)
def test_what_a_panel_lacks(pool: list[Candidate], missing: list[str]) -> None:
    chosen, found = choose_panel(pool, seats=3, diversity=True, chair=True, seed="a")
    assert (chosen, set(found)) == ([], set(missing))
