"""Working days between two dates are those one would count on a calendar."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from incubator.lib.working_days import add_working_days, is_working_day, working_days_between

DAYS = some.dates(date(2023, 1, 1), date(2028, 12, 31))


@given(DAYS, some.integers(-40, 900), some.lists(DAYS, max_size=8), some.sampled_from(["FR", ""]))
def test_between_counts_as_one_would_by_hand(
    start: date, span: int, closed: list[date], country: str
) -> None:
    days = (start + timedelta(days=n) for n in range(1, span + 1))
    by_hand = sum(is_working_day(day, country=country, closing_days=closed) for day in days)
    end = start + timedelta(days=span)
    assert working_days_between(start, end, country=country, closing_days=closed) == by_hand


@given(DAYS, some.integers(0, 300), some.lists(DAYS, max_size=8))
def test_so_many_days_later_lie_so_many_days_between(start: date, count: int, closed: list[date]) -> None:
    assert (
        working_days_between(start, add_working_days(start, count, closing_days=closed), closing_days=closed)
        == count
    )


def test_the_first_of_may_a_weekend_and_a_closing_day_do_not_count() -> None:
    closed = [date(2026, 5, 4)]
    assert working_days_between(date(2026, 4, 30), date(2026, 5, 5), closing_days=closed) == 1
