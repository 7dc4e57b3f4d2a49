"""Many stories played in the order of time: each act at its own instant, of whatever story it is."""

import heapq
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from incubator.lib import clock, working_days

ZONE = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(8, 15), time(17, 45)
MORNING = time(8, 5)  # people are written to from eight o'clock on, and act from `OPENS` on

# A story gives the instant of its next act, and acts when it is resumed: then the clock shows that instant.
Story = Generator[datetime, None, None]


class Diary:
    """Instants of one story: always later, always in the hours of a working day.

    Days are counted on the calendar, and each act is moved to a working day by itself: a story takes as long
    whatever the day on which the city is shown.
    """

    def __init__(self, began: date, shown: date, dice: Random) -> None:
        self.dice, self.day, self.shown = dice, began, shown
        self.last = shown - timedelta(days=1)
        while not working_days.is_working_day(self.last):
            self.last -= timedelta(days=1)
        self.now = self._at(began)

    def later(self, days: int = 0) -> datetime:
        """So many days on; with 0, within two hours."""
        self.day += timedelta(days=days)
        instant = self._at(self.day) if days else self.now
        self.now = instant if instant > self.now else self._soon()
        return self.now

    def until(self, day: date) -> datetime:
        """That day; soon when it has passed."""
        return self.later(max((day - self.day).days, 0))

    def _soon(self) -> datetime:
        instant = self.now + timedelta(minutes=self.dice.randint(7, 110), seconds=self.dice.randint(0, 59))
        local = instant.astimezone(ZONE)
        if local.time() < CLOSES and local.date() == self.now.astimezone(ZONE).date():
            return instant
        if local.date() < self.last:
            return self._at(local.date() + timedelta(days=1))
        return self.now + timedelta(minutes=self.dice.randint(2, 15))

    def _at(self, day: date) -> datetime:
        """Some time of that day, or of the next working day; at the end, of the last one there is."""
        planned = day
        while not working_days.is_working_day(day):
            day += timedelta(days=1)
        if planned < self.shown:
            day = min(day, self.last)
        opens = datetime.combine(day, OPENS, ZONE)
        return (opens + timedelta(seconds=self.dice.randint(0, 7 * 3600))).astimezone(UTC)


class TooLate(Exception):
    """A story goes on after the day the city is shown: its fixture begins too late."""


def play(
    stories: Sequence[tuple[str, Story]],
    until: datetime,
    afterwards: Callable[[], None],
    each_morning: Callable[[], None] = lambda: None,
) -> int:
    """Play every story to its end and return how many acts that took.

    `afterwards` is called at the instant of each act: what a worker would do at once. `each_morning` is called on
    every working day from the first act to the day before `until`, ahead of that day's acts. Raises TooLate.
    """
    waiting: list[tuple[datetime, int]] = []
    late: list[str] = []
    for place, (_name, story) in enumerate(stories):
        if (first := next(story, None)) is not None:
            heapq.heappush(waiting, (first, place))
    mornings = _mornings(waiting[0][0], until) if waiting else iter(())
    morning = next(mornings, until)
    acts = 0
    while waiting:
        instant, place = heapq.heappop(waiting)
        name, story = stories[place]
        if instant >= until:
            late.append(
                f"“{name}” is not over: its next act is due {(instant - until).days + 1} days too late."
            )
            continue
        while morning <= instant:
            _wake_up(morning, each_morning)
            morning = next(mornings, until)
        acts += 1
        following = _act(name, story, instant, afterwards)
        if following is not None:
            heapq.heappush(waiting, (following, place))
    while morning < until:
        _wake_up(morning, each_morning)
        morning = next(mornings, until)
    if late:
        raise TooLate("\n".join(late))
    return acts


def _act(name: str, story: Story, instant: datetime, afterwards: Callable[[], None]) -> datetime | None:
    """One act at its instant, and when the story goes on."""
    with clock.moved(instant):
        try:
            following = next(story, None)
        except Exception as error:
            error.add_note(f"in the story of “{name}” at {instant.isoformat()}")
            raise
        afterwards()
    return following


def _wake_up(morning: datetime, each_morning: Callable[[], None]) -> None:
    with clock.moved(morning):
        each_morning()


def _mornings(first: datetime, until: datetime) -> Iterator[datetime]:
    """Every working day's `MORNING` from the day of `first` on, before `until`."""
    day = first.astimezone(ZONE).date()
    while (morning := datetime.combine(day, MORNING, ZONE)) < until:
        if working_days.is_working_day(day):
            yield morning.astimezone(UTC)
        day += timedelta(days=1)
