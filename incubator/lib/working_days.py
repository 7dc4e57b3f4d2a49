"""Due times in working days: holidays of the country and the entity's closing days.

A due time is 23:59:59 local of the nth working day after the event's local date, stored in UTC.
"""

import calendar
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

# Whose public holidays are known, by their codes.
COUNTRIES = frozenset(holidays.list_supported_countries())


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year)) if country else frozenset()


@lru_cache(maxsize=64)
def named_holidays(country: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    """The public holidays of a year in their order, named in `language` or, without, in the country's own."""
    if not country:
        return ()
    known = holidays.country_holidays(country)
    spoken = (one for one in known.supported_languages if one.partition("_")[0] == language)
    # Without a language the library looks at the server's own.
    named = next(spoken, known.default_language)
    return tuple(sorted(holidays.country_holidays(country, years=year, language=named).items()))


def is_working_day(day: date, *, country: str = "FR", closing_days: Collection[date] = ()) -> bool:
    """Monday to Friday, neither a public holiday of `country` (ISO code, or '' for none) nor closed."""
    return day.weekday() < 5 and day not in _public_holidays(country, day.year) and day not in closing_days


def add_working_days(
    day: date, count: int, *, country: str = "FR", closing_days: Collection[date] = ()
) -> date:
    """The `count`th working day after `day`; `count` ≥ 0, and 0 gives `day` itself.

    Raises ValueError for a negative count or when no working day is found within ten years.
    """
    if count < 0:
        raise ValueError("Working days are counted forwards.")
    last = day + timedelta(days=3660)
    while count:
        day += timedelta(days=1)
        if day > last:
            raise ValueError("No working day within ten years: look at the closing days.")
        if is_working_day(day, country=country, closing_days=closing_days):
            count -= 1
    return day


def working_days_between(
    start: date, end: date, *, country: str = "FR", closing_days: Collection[date] = ()
) -> int:
    """How many working days lie after `start` up to and including `end`; 0 when `end` ≤ `start`."""
    if end <= start:
        return 0
    years = sum(_working_days(country, year)[-1] for year in range(start.year, end.year))
    counted = (
        years + _working_days(country, end.year)[_day(end)] - _working_days(country, start.year)[_day(start)]
    )
    closed = (day for day in set(closing_days) if start < day <= end)
    return counted - sum(is_working_day(day, country=country) for day in closed)


@lru_cache(maxsize=64)
def _working_days(country: str, year: int) -> tuple[int, ...]:
    """How many of a year's first n days are working days, at index n, closing days apart."""
    first, length = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = (first + timedelta(days=n) for n in range(length))
    return tuple(accumulate((is_working_day(day, country=country) for day in days), initial=0))


def _day(day: date) -> int:
    return day.timetuple().tm_yday


def end_of_day(day: date, zone: str) -> datetime:
    """23:59:59 of `day` in `zone`, as UTC."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def start_of_day(day: date, zone: str) -> datetime:
    """00:00:00 of `day` in `zone`, as UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def due(
    event_at: datetime,
    count: int,
    *,
    zone: str,
    country: str = "FR",
    closing_days: Collection[date] = (),
) -> datetime:
    """The due time `count` working days after `event_at` (aware), in UTC."""
    local = event_at.astimezone(ZoneInfo(zone)).date()
    return end_of_day(add_working_days(local, count, country=country, closing_days=closing_days), zone)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
