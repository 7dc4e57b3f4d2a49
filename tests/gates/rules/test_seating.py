"""Who sits on a panel, and why, as tables of cases."""

from hashlib import sha256
from typing import Any

import pytest

from workflows.gates.rules import Candidate, choose_panel, explain_panel


def person(pk: int, **more: Any) -> Candidate:
    """From another department, may not chair, and the less loaded the smaller its number; but for `more`."""
    return Candidate(pk, str(pk), **({"load": pk, "may_chair": False, "other_department": True} | more))


def here(pk: int, **more: Any) -> Candidate:
    return person(pk, other_department=False, **more)


def head(pk: int, **more: Any) -> Candidate:
    return person(pk, may_chair=True, **more)


# Wanted: seats, diversity, chair.
@pytest.mark.parametrize(
    ("pool", "wanted", "panel", "chair"),
    [
        # The least loaded.
        ([person(3), person(1), person(2)], (2, False, False), [1, 2], None),
        ([person(1, load=3), person(2, load=1), person(3, load=0)], (2, False, False), [3, 2], None),
        ([person(1, barred="busy"), person(2)], (1, False, False), [2], None),
        # A chair before all others, the least loaded of those who may; others who may are members like any other.
        ([person(1), person(2), head(3)], (2, False, True), [3, 1], 3),
        ([head(3), head(2), person(1)], (3, False, True), [2, 1, 3], 2),
        ([head(1), person(2)], (2, False, False), [1, 2], None),
        # Someone from another department, however loaded; once there is one, nobody is passed for a second.
        ([here(1), here(2), person(3)], (2, True, False), [3, 1], None),
        ([here(1), here(2), person(3)], (2, False, False), [1, 2], None),
        ([head(3), here(1), person(2)], (2, True, True), [3, 1], 3),
        ([here(1, may_chair=True), here(2), person(3)], (2, True, True), [1, 3], 1),
        ([here(1, may_chair=True), head(2)], (2, True, True), [1, 2], 1),
        # For one seat the chair is the one from another department.
        ([here(1, may_chair=True), head(2)], (1, True, True), [2], 2),
        ([here(1, may_chair=True), head(2)], (1, False, True), [1], 1),
        ([here(1), person(2)], (1, True, False), [2], None),
        # No seat, nobody: nothing lacks.
        ([head(1)], (0, True, True), [], None),
        ([], (0, True, True), [], None),
    ],
)
def test_who_sits(
    pool: list[Candidate], wanted: tuple[int, bool, bool], panel: list[int], chair: int | None
) -> None:
    seats, diversity, with_chair = wanted
    chosen, missing = choose_panel(pool, seats=seats, diversity=diversity, chair=with_chair, seed="a")
    assert ([item.pk for item in chosen], missing) == (panel, [])
    assert [item.pk for item in chosen if item.is_chair is True] == ([] if chair is None else [chair])


@pytest.mark.parametrize(
    ("pool", "seats", "missing"),
    [
        ([], 3, ["chair", "diversity", "people"]),
        ([person(1), person(2)], 3, ["chair", "people"]),
        ([person(1), person(2), person(3)], 3, ["chair"]),
        ([head(1), person(2)], 3, ["people"]),
        ([head(1, barred="absent"), person(2)], 1, ["chair"]),
        ([here(number, may_chair=True) for number in (1, 2, 3)], 3, ["diversity"]),
        # For one seat, nobody who is both: it is said once.
        ([here(1, may_chair=True), person(2)], 1, ["diversity"]),
        ([here(1, may_chair=True)], 1, ["diversity"]),
    ],
)
def test_what_a_panel_lacks(pool: list[Candidate], seats: int, missing: list[str]) -> None:
    assert choose_panel(pool, seats=seats, diversity=True, chair=True, seed="a") == ([], missing)


def test_a_tie_is_broken_by_the_round_s_key_and_not_by_who_comes_first() -> None:
    pool = [person(number, load=0) for number in range(1, 30)]
    for seed in "ab":
        drawn = sorted(range(1, 30), key=lambda number: sha256(f"{seed}:{number}".encode()).hexdigest())
        chosen, _missing = choose_panel(pool, seats=3, diversity=False, chair=False, seed=seed)
        assert [item.pk for item in chosen] == drawn[:3]


def test_everyone_of_the_pool_is_told_why() -> None:
    """Those who sit and those in reserve in the order of the call, then who is barred, by code and number."""
    pool = [
        *(here(5), here(4), here(3), person(2, load=9), here(1, may_chair=True)),
        *(here(6, barred="soft"), here(8, barred="absent"), here(7, barred="absent")),
    ]
    chosen, _missing = choose_panel(pool, seats=3, diversity=True, chair=True, seed="a")
    assert [(item.pk, code) for item, code in explain_panel(pool, chosen, "a")] == [
        (1, "chair"),
        (3, "chosen"),
        (2, "elsewhere"),
        (4, "reserve"),
        (5, "reserve"),
        (7, "absent"),
        (8, "absent"),
        (6, "soft"),
    ]


@pytest.mark.parametrize(
    ("pool", "codes"),
    [
        # Two from elsewhere: neither sits for that.
        ([head(1), person(2), person(3)], ["chair", "chosen", "reserve"]),
        # The chair from elsewhere is told as the chair.
        ([head(1), here(2), here(3)], ["chair", "chosen", "reserve"]),
        # Nobody could be chosen: all stand in reserve.
        ([here(1), here(2)], ["reserve", "reserve"]),
    ],
)
def test_why_each_of_two_seats(pool: list[Candidate], codes: list[str]) -> None:
    chosen, _missing = choose_panel(pool, seats=2, diversity=True, chair=True, seed="a")
    assert [code for _item, code in explain_panel(pool, chosen, "a")] == codes


def test_the_order_told_is_the_one_drawn() -> None:
    """Among equals the seed orders who is told, as it orders who sits."""
    pool = [person(number, load=0) for number in range(1, 10)]
    for seed in "ab":
        chosen, _missing = choose_panel(pool, seats=9, diversity=False, chair=False, seed=seed)
        assert [item.pk for item, _code in explain_panel(pool, chosen, seed)] == [item.pk for item in chosen]
