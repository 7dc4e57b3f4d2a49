"""What happened to an idea, read from the effects of its events, and the periods of the figures. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

STAGES = ("submission", "review", "sponsorship", "pilot", "evaluation")
ENDED = frozenset({"stopped", "withdrawn", "merged", "redirected", "in_service"})
SERVICE = "in_service"

Change = tuple[datetime, Sequence[Mapping[str, Any]]]  # when, and the effects of one event in order


@dataclass
class Stay:
    """An idea's time in one stage. `pieces`: from when to when the clock ran (None: it runs still).

    The clock stands while the idea is on hold or with its author, as the promised times do. `over` is false for
    a stage that the idea has not left.
    """

    stage: str
    since: datetime
    pieces: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    over: bool = False

    def run(self, at: datetime) -> None:
        if not self._runs:
            self.pieces.append((at, None))

    def stand(self, at: datetime) -> None:
        if self._runs:
            self.pieces[-1] = (self.pieces[-1][0], at)

    @property
    def _runs(self) -> bool:
        return bool(self.pieces) and self.pieces[-1][1] is None


@dataclass
class Path:
    """An idea's way: its stays in order, and when it came into service."""

    stays: list[Stay] = field(default_factory=list)
    in_service_at: datetime | None = None

    def first(self, stage: str) -> datetime | None:
        """When it entered this stage first."""
        return next((stay.since for stay in self.stays if stay.stage == stage), None)


def path(changes: Iterable[Change]) -> Path:
    """An idea's way, from its events in order; events that change neither state, stage nor holder may be left out."""
    place = {"state": "draft", "stage": "", "holder": "author"}
    found = Path()
    here: Stay | None = None
    for at, effects in changes:
        for one in effects:
            if one["what"] in place:
                place[one["what"]] = str(one.get("to", ""))
        under_way = place["state"] in ("live", "held") and bool(place["stage"])
        if here and (not under_way or place["stage"] != here.stage):
            here.stand(at)
            here.over = True
            here = None
        if under_way and here is None:
            here = Stay(place["stage"], at)
            found.stays.append(here)
        if here and place["state"] == "live" and place["holder"] != "author":
            here.run(at)
        elif here:
            here.stand(at)
        if place["state"] == SERVICE and found.in_service_at is None:
            found.in_service_at = at
    return found


@dataclass(frozen=True)
class Period:
    """A half-year: `starts_on` included, `ends_on` not. Periods never overlap, so that none can be subtracted."""

    starts_on: date
    ends_on: date

    @property
    def code(self) -> str:
        return f"{self.starts_on.year}-{1 if self.starts_on.month == 1 else 2}"

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def before(self) -> "Period":
        return half_year_of(self.starts_on - timedelta(days=1))


def half_year_of(day: date) -> Period:
    if day.month < 7:
        return Period(date(day.year, 1, 1), date(day.year, 7, 1))
    return Period(date(day.year, 7, 1), date(day.year + 1, 1, 1))


def quarter_start(day: date) -> date:
    """The first day of the quarter of `day`."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
