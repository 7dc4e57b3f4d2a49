"""Dates, delays and quantities as a person reads them, in the language of the page.

French typography is applied here, so that templates need not know it: `lundi 1er mars`,
`18 400 €`, `14 h 32`, with non-breaking spaces (U+00A0).
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

from incubator.lib import clock

NBSP = "\u00a0"


def in_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def local_day(when: date | datetime) -> date:
    """The local date of an instant; a date stays itself. An aware instant is expected."""
    return timezone.localtime(when).date() if isinstance(when, datetime) else when


def _day_number(day: date) -> str:
    return "1er" if in_french() and day.day == 1 else str(day.day)


def _year(day: date, always: bool) -> str:
    return f" {day.year}" if always or day.year != clock.today().year else ""


def plain_day(when: date | datetime, year: bool = False) -> str:
    """`23 November`, `1er mars 2027`; the year shows when it is not this one."""
    day = local_day(when)
    return f"{_day_number(day)}{NBSP}{MONTHS[day.month]}{_year(day, year)}"


def long_day(when: date | datetime, year: bool = False) -> str:
    """`Monday 23 November`, `lundi 23 novembre`."""
    day = local_day(when)
    return f"{WEEKDAYS[day.weekday()]} {plain_day(day, year)}"


def short_day(when: date | datetime) -> str:
    """`Mon 23 Nov`, `lun. 23 nov.`, with the year when it is not this one."""
    day = local_day(when)
    if in_french():
        weekday, month = (
            date_format(day, "D").lower().rstrip("."),
            date_format(day, "N"),
        )
        return f"{weekday}. {_day_number(day)}{NBSP}{month}{_year(day, False)}"
    return (
        f"{WEEKDAYS_ABBR[day.weekday()]} {day.day}{NBSP}{str(MONTHS_3[day.month]).title()}{_year(day, False)}"
    )


def hour(when: datetime) -> str:
    """`14:32`, `14 h 32`, local."""
    at = timezone.localtime(when)
    return f"{at.hour}{NBSP}h{NBSP}{at.minute:02}" if in_french() else f"{at:%H:%M}"


def moment(when: datetime, year: bool = False) -> str:
    """`Monday 23 November at 14:32`."""
    return gettext("%(day)s at %(hour)s") % {"day": long_day(when, year), "hour": hour(when)}


def time_left(due: date | datetime) -> str:
    """`today`, `tomorrow`, `in 9 days`, `1 day late`: calendar days to the local date of `due`."""
    days = (local_day(due) - clock.today()).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": number(days)}
    return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": number(-days)}


def is_late(due: date | datetime) -> bool:
    """Whether the instant, or the end of the day, is over."""
    return due < clock.now() if isinstance(due, datetime) else due < clock.today()


def number(value: Decimal | float, decimals: int = 0) -> str:
    """`1,234.5` or `1 234,5`; rounded half up, as on paper."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    english = f"{rounded:,.{decimals}f}"
    if not in_french():
        return english
    return english.replace(",", NBSP).replace(".", ",")


def short_number(value: Decimal | float) -> str:
    """As `number`, with one decimal only where there is one: `3`, `2.5`."""
    return number(value, 0 if Decimal(str(value)) % 1 == 0 else 1)


def figure(value: Decimal | float | str) -> str:
    """A measured value with the decimals it has, three at most: `12`, `96.5`, `96,5`."""
    exact = Decimal(str(value)).quantize(Decimal("0.001"), ROUND_HALF_UP).normalize()
    places = exact.as_tuple().exponent
    return number(exact, max(0, -places) if isinstance(places, int) else 0)


def euros(value: Decimal | float, cents: bool = False) -> str:
    """`€18,400`, `18 400 €`; cents only on request."""
    amount = number(value, 2 if cents else 0).removeprefix("-")
    sign = "\u2212" if value < 0 else ""
    return f"{sign}{amount}{NBSP}€" if in_french() else f"{sign}€{amount}"


def percent(value: Decimal | float, decimals: int = 0) -> str:
    """`25%` from 25, never from 0.25; in French with a space."""
    return f"{number(value, decimals)}{NBSP if in_french() else ''}%"


def days(value: Decimal | float) -> str:
    """`1 day`, `2.5 days`; French counts 1,5 as singular."""
    plural_of = int(value) if in_french() else (1 if value == 1 else 2)
    text = ngettext("%(days)s day", "%(days)s days", plural_of)
    return text % {"days": short_number(value)}


def working_days(count: int) -> str:
    """`1 working day`, `10 working days`."""
    return ngettext("%(days)s working day", "%(days)s working days", count) % {"days": number(count)}


def file_size(size: int) -> str:
    """Bytes as `640 bytes`, `92 kB`, `1.4 MB`; powers of a thousand."""
    if size < 1000:
        return ngettext("%(size)s byte", "%(size)s bytes", size) % {"size": size}
    if size < 1_000_000:
        return NBSP.join((number(size / 1000), pgettext("thousand bytes", "kB")))
    return NBSP.join((number(size / 1_000_000, 1), pgettext("million bytes", "MB")))
