"""When people are reminded, pure: steps before and after a due time, in working days."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

HALF = "half"
ESCALATE = "escalate"
LONGEST_CLOSURE = 366
# The work of a hold itself, which does not rest with the idea: to say whether what it waits for has come.
OF_THE_HOLD = "hold_condition"


@dataclass(frozen=True)
class Step:
    """`rank` counts from 1, the last reached replaces those before it; `offset`: working days, None for half-time."""

    rank: int
    name: str
    offset: int | None


def steps(reminders: Mapping[str, Any]) -> list[Step]:
    """The steps of `{"at": ["half", -1, 1, 3], "then": "escalate"}`, in order.

    A number counts working days before (-) or after the due day. `then` happens on the working day after the last.
    Raises ValueError for anything else, and for days out of order.
    """
    at = list(reminders["at"])
    days = at[1:] if at[:1] == [HALF] else at
    if not all(type(day) is int and day for day in days) or days != sorted(set(days)):
        raise ValueError(f"Reminders are “half”, then days in order, never 0: {at}")
    found = [Step(rank, str(one), None if one == HALF else one) for rank, one in enumerate(at, 1)]
    if reminders.get("then") == ESCALATE:
        found.append(Step(len(at) + 1, ESCALATE, max([0, *days]) + 1))
    return found


def latest_due(today: date, offset: int, is_working: Callable[[date], bool]) -> date:
    """The latest due day whose step `offset` working days from it is reached on `today`, itself a working day.

    -1: what is due until the next working day; 1: what was due before today. Raises ValueError when no working
    day is found within a year.
    """
    forwards = offset < 0
    day, left = today, -offset if forwards else offset - 1
    for _ in range(LONGEST_CLOSURE):
        if not left:
            return day if forwards else day - timedelta(days=1)
        day += timedelta(days=1 if forwards else -1)
        left -= is_working(day)
    raise ValueError("No working day within a year: look at the closing days.")
