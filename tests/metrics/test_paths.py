"""An idea's way, read from the effects of its events."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.events.actions import effect
from workflows.metrics import rules
from workflows.metrics.rules import Period

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def event(number: int, **to: str) -> tuple[datetime, list[dict[str, Any]]]:
    return day(number), [effect(what, None, after) for what, after in to.items()]


SUBMITTED = [event(0, state="draft"), event(1, state="live", stage="submission", holder="lead")]


def stays(*changes: Any) -> list[tuple[str, list[tuple[int, int | None]], bool]]:
    return [
        (
            stay.stage,
            [((start - START).days, (end - START).days if end else None) for start, end in stay.pieces],
            stay.over,
        )
        for stay in rules.path(changes).stays
    ]


def test_a_draft_has_no_stage() -> None:
    assert stays(event(0, state="draft")) == []


def test_from_stage_to_stage_into_service() -> None:
    changes = [*SUBMITTED]
    for number, stage in enumerate(rules.STAGES[1:]):
        changes.append(event(10 * (number + 1), stage=stage, holder="panel"))
    changes.append(event(60, state="in_service", holder="nobody"))
    found = rules.path(changes)
    assert [(stay.stage, stay.over) for stay in found.stays] == [(stage, True) for stage in rules.STAGES]
    assert found.first("pilot") == day(30)
    assert found.in_service_at == day(60)


def test_an_idea_in_a_stage_stays_open() -> None:
    assert stays(*SUBMITTED) == [("submission", [(1, None)], False)]


def test_the_clock_stands_on_hold_and_with_the_author() -> None:
    changes = [
        *SUBMITTED,
        event(3, holder="author"),
        event(9, holder="lead"),
        event(11, state="held", holder="nobody"),
        event(20, state="live", holder="lead"),
        event(21, stage="review", holder="panel"),
    ]
    assert stays(*changes) == [
        ("submission", [(1, 3), (9, 11), (20, 21)], True),
        ("review", [(21, None)], False),
    ]


def test_a_stop_ends_the_stay_and_an_overturned_one_begins_another() -> None:
    changes = [
        *SUBMITTED,
        event(5, state="stopped", holder="nobody"),
        event(30, state="live", holder="lead"),
    ]
    assert stays(*changes) == [
        ("submission", [(1, 5)], True),
        ("submission", [(30, None)], False),
    ]


def test_a_pilot_extended_after_its_evaluation_is_a_second_stay() -> None:
    changes = [*SUBMITTED, *(event(n, stage=s) for n, s in ((5, "pilot"), (9, "evaluation"), (12, "pilot")))]
    assert [stay for stay, _pieces, _over in stays(*changes)] == [
        "submission",
        "pilot",
        "evaluation",
        "pilot",
    ]


CHANGE = st.dictionaries(
    st.sampled_from(["state", "stage", "holder", "round"]),
    st.sampled_from(["draft", "live", "held", "stopped", "in_service", *rules.STAGES, "author", "lead"]),
)


@given(st.lists(CHANGE, max_size=30))
def test_whatever_happens_stays_follow_each_other_and_only_the_last_is_open(
    changes: list[dict[str, str]],
) -> None:
    found = rules.path(event(number, **change) for number, change in enumerate(changes)).stays
    assert all(stay.over for stay in found[:-1])
    instants = [at for stay in found for piece in stay.pieces for at in piece if at is not None]
    assert instants == sorted(instants)
    assert all(end is not None for stay in found for _start, end in stay.pieces[:-1])
    assert all(stay.pieces[-1][1] is not None for stay in found if stay.over and stay.pieces)


@pytest.mark.parametrize(
    ("today", "code", "before"),
    [
        (date(2026, 1, 1), "2026-1", "2025-2"),
        (date(2026, 6, 30), "2026-1", "2025-2"),
        (date(2026, 7, 1), "2026-2", "2026-1"),
    ],
)
def test_half_years_touch_and_never_overlap(today: date, code: str, before: str) -> None:
    period = rules.half_year_of(today)
    assert (period.code, period.before.code) == (code, before)
    assert period.before.ends_on == period.starts_on
    assert period.starts_on <= today <= period.last_day


def test_a_year_before_a_leap_day() -> None:
    assert rules.year_before(date(2028, 2, 29)) == date(2027, 2, 28)
    assert rules.year_before(date(2026, 11, 22)) == date(2025, 11, 22)
    assert rules.quarter_start(date(2026, 12, 31)) == date(2026, 10, 1)
    assert Period(date(2026, 1, 1), date(2026, 7, 1)).last_day == date(2026, 6, 30)
