"""Dates, delays and quantities in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from incubator.lib import clock, words

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with clock.moved(NOON):
        yield


def both(write: Any, *arguments: Any) -> tuple[str, str]:
    """English and French, with every non-breaking space written as `_`."""
    found = []
    for code in ("en", "fr"):
        with translation.override(code):
            found.append(write(*arguments).replace("\u00a0", "_"))
    return found[0], found[1]


@pytest.mark.parametrize(
    ("write", "value", "english", "french"),
    [
        (words.long_day, date(2026, 11, 23), "Monday 23_November", "lundi 23_novembre"),
        (words.long_day, date(2027, 3, 1), "Monday 1_March 2027", "lundi 1er_mars 2027"),
        (words.short_day, date(2026, 12, 1), "Tue 1_Dec", "mar. 1er_déc."),
        (words.short_day, date(2027, 8, 9), "Mon 9_Aug 2027", "lun. 9_août 2027"),
        (words.hour, datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "14:05", "14_h_05"),
        (words.moment, NOON, "Sunday 22_November at 12:00", "dimanche 22_novembre à 12_h_00"),
        (words.number, 1234567, "1,234,567", "1_234_567"),
        (words.short_number, Decimal("2.5"), "2.5", "2,5"),
        (words.short_number, Decimal("3.0"), "3", "3"),
        (words.euros, 18400, "€18,400", "18_400_€"),
        (words.euros, -5, "−€5", "−5_€"),
        (words.percent, 25, "25%", "25_%"),
        (words.days, 1, "1 day", "1_jour"),
        (words.days, Decimal("1.5"), "1.5 days", "1,5_jour"),
        (words.days, 2, "2 days", "2_jours"),
        (words.file_size, 1, "1 byte", "1_octet"),
        (words.file_size, 94_000, "94_kB", "94_ko"),
        (words.file_size, 1_440_000, "1.4_MB", "1,4_Mo"),
        (words.time_left, date(2026, 11, 22), "today", "aujourd’hui"),
        (words.time_left, date(2026, 11, 23), "tomorrow", "demain"),
        (words.time_left, date(2026, 12, 1), "in 9 days", "dans 9_jours"),
        (words.time_left, date(2026, 11, 21), "1 day late", "1_jour de retard"),
        (words.time_left, date(2026, 11, 18), "4 days late", "4_jours de retard"),
    ],
)
def test_said_in_both_languages(write: Any, value: Any, english: str, french: str) -> None:
    assert both(write, value) == (english, french)


def test_the_local_day_counts() -> None:
    # 23:30 UTC on the 22nd is already the 23rd in Paris.
    assert both(words.time_left, datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == ("tomorrow", "demain")


def test_half_is_rounded_up_as_on_paper() -> None:
    assert both(words.number, 2.5)[0] == "3"
    assert both(words.number, 2.675, 2)[0] == "2.68"


def test_late_is_after_the_instant_or_the_day() -> None:
    assert not words.is_late(NOON)
    assert words.is_late(datetime(2026, 11, 22, 10, 59, tzinfo=UTC))
    assert not words.is_late(date(2026, 11, 22))
    assert words.is_late(date(2026, 11, 21))
