"""What time does to an idea: holds wake, windows close, a rework lapses. Run twice, each finds its work done."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from incubator.lib.refusals import Refusal
from incubator.people.actors import CLOCK
from workflows.journey import actions, due


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="journey.pass_time", name="journey.pass_time")
def pass_time(timestamp: int = 0) -> None:
    """Wake what is due, close windows that have passed, hold what the author did not complete in time."""
    _each(due.holds(), actions.wake)
    _each(due.windows(), actions.close_window)
    _each(due.reworks(), actions.lapse)


def _each(keys: Iterable[UUID], act: Callable[..., Any]) -> None:
    for key in keys:
        try:
            act(idea=key, by=CLOCK)
        except Refusal:
            continue  # somebody acted between the look and the lock
