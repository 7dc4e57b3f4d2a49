"""An entity's closing days as they are given and shown, in stretches of days: pure, no Django and no clock."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from incubator.lib.working_days import is_working_day

ONE_DAY = timedelta(days=1)


class Closing(NamedTuple):
    """Closed from `first` to `last`, both included; `days`: how many of them would have been worked."""

    first: date
    last: date
    days: int


def worked(first: date, last: date, *, country: str, closed: Collection[date]) -> list[date]:
    """The days from `first` to `last` on which the entity works so far."""
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if is_working_day(day, country=country, closing_days=closed)]


def stretches(closed: Iterable[date], *, country: str) -> list[Closing]:
    """Closing days in their order; those with nothing worked in between are one stretch."""
    found: list[Closing] = []
    for day in sorted(set(closed)):
        before = found[-1] if found else None
        if before and not worked(before.last + ONE_DAY, day - ONE_DAY, country=country, closed=()):
            found[-1] = Closing(before.first, day, before.days + 1)
        else:
            found.append(Closing(day, day, 1))
    return found
