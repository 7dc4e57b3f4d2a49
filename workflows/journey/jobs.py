"""Jobs of the journey. Each is idempotent: run twice, it finds its work done."""

from uuid import UUID

from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.people.actors import MERGING


@app.task(name="journey.end_merge", queue="gates", retry=5)
def end_merge_of(idea: str, at: str = "") -> None:
    """The idea that took this one in has been decided; `at` is `clock.moved_to()` of that act."""
    from workflows.journey.actions import end_merge

    with clock.as_of(at):
        end_merge(idea=UUID(idea), by=MERGING)
