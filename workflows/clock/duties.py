"""What the clock does besides reminding: each duty says what is owed now, and does one of them.

A duty lies in the room whose state it changes; rooms above the clock register theirs when the application starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, DateTimeField, F, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, Concat

from workflows.clock.models import ClockStep


@dataclass(frozen=True)
class Duty:
    """`owed()` gives what is due now, as `owing` shapes it; `act(step)` does it under the idea's lock.

    An act that finds its work done, or no longer owed, raises a Refusal and changes nothing. `repeats`: the same
    thing may come to be owed again at the same due time, so its row is dropped once it is done.
    """

    name: str
    owed: Callable[[], QuerySet[Any]]
    act: Callable[[ClockStep], object]
    repeats: bool = False


_duties: dict[str, Duty] = {}


def register(duty: Duty) -> None:
    """Add a duty. Raises ValueError when its name is another's."""
    if _duties.setdefault(duty.name, duty) is not duty:
        raise ValueError(f"The duty {duty.name!r} is taken.")


def duties() -> list[Duty]:
    return list(_duties.values())


def named(name: str) -> Duty | None:
    return _duties.get(name)


def owing(rows: QuerySet[Any], kind: str, *, named: str = "pk", due: str, idea: str) -> QuerySet[Any]:
    """Rows as `(key, due_at, subject_key)`: `kind:named`, with the fields that hold the due time and the idea's key."""
    key = Concat(Value(f"{kind}:"), Cast(F(named), CharField()), output_field=CharField())
    when = Cast(F(due), DateTimeField())
    subject = Cast(F(idea), UUIDField())
    return rows.order_by().values_list(key, when, subject)
