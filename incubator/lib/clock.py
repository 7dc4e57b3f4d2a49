"""The only clock. Tests, the demo city and imports move it; nothing else asks the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

_moved: ContextVar[datetime | None] = ContextVar("moved", default=None)


def now() -> datetime:
    """The instant, aware, in UTC."""
    return _moved.get() or datetime.now(UTC)


def today(zone: str | ZoneInfo | None = None) -> date:
    """The local date in `zone` (default: the installation's)."""
    if zone is None:
        return day_of(now())
    return now().astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def day_of(instant: datetime) -> date:
    """The installation's local date of an aware instant."""
    return timezone.localtime(instant, timezone.get_default_timezone()).date()


def hour(zone: str) -> int:
    """The local hour in `zone`, 0 to 23."""
    return now().astimezone(ZoneInfo(zone)).hour


def moved_to() -> str:
    """The instant a moved clock shows, as ISO text to hand to a job; '' when the clock is the real one."""
    instant = _moved.get()
    return instant.isoformat() if instant else ""


@contextmanager
def as_of(instant: str) -> Iterator[None]:
    """Run a job's block at the instant `moved_to()` gave its act, or at the real time for ''."""
    if not instant:
        yield
        return
    with moved(datetime.fromisoformat(instant)):
        yield


@contextmanager
def moved(at: datetime) -> Iterator[None]:
    """Run a block at another instant; `at` is aware. Frozen inside the block, restored after it."""
    if at.tzinfo is None:
        raise ValueError("The clock takes aware instants only.")
    # In UTC as everywhere: an event's hash is taken of the instant as written, and the database gives UTC back.
    token = _moved.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)
