"""When people are reminded, as a table."""

from datetime import date
from typing import Any

import pytest

from workflows.clock.rules import Step, latest_due, steps
from workflows.gates.configuration import defaults

MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, day) for day in range(16, 23))
NEXT_MON, NEXT_TUE = date(2026, 11, 23), date(2026, 11, 24)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def test_the_defaults() -> None:
    assert steps(defaults()["reminders"]) == [
        Step(1, "half", None),
        Step(2, "-1", -1),
        Step(3, "1", 1),
        Step(4, "3", 3),
        Step(5, "escalate", 4),
    ]


@pytest.mark.parametrize(
    ("reminders", "found"),
    [
        ({"at": []}, []),
        ({"at": [2]}, [Step(1, "2", 2)]),
        ({"at": ["half"], "then": "escalate"}, [Step(1, "half", None), Step(2, "escalate", 1)]),
        ({"at": [-2], "then": "escalate"}, [Step(1, "-2", -2), Step(2, "escalate", 1)]),
    ],
)
def test_steps(reminders: dict[str, Any], found: list[Step]) -> None:
    assert steps(reminders) == found


@pytest.mark.parametrize("at", [[0], [3, 1], [1, 1], [1, "half"], ["soon"], [1.5], [True]])
def test_what_is_no_reminder_is_refused(at: list[Any]) -> None:
    with pytest.raises(ValueError, match="Reminders"):
        steps({"at": at})


@pytest.mark.parametrize(
    ("today", "offset", "latest"),
    [
        (MON, -1, TUE),
        (MON, -2, WED),
        (FRI, -1, NEXT_MON),  # what is due on the week-end too
        (TUE, 1, MON),
        (MON, 1, date(2026, 11, 15)),
        (THU, 3, MON),
        (NEXT_MON, 3, WED),
        (NEXT_TUE, 3, THU),
    ],
)
def test_the_latest_due_day_that_a_step_reaches(today: date, offset: int, latest: date) -> None:
    assert latest_due(today, offset, weekday) == latest


def test_a_city_that_never_opens_again_is_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="closing days"):
        latest_due(MON, 3, lambda _day: False)
