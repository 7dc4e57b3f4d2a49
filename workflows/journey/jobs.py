"""Jobs of the journey. Each is idempotent: run twice, it finds its work done."""

from uuid import UUID

from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.people.actors import MERGING


@app.periodic(cron="25 0 * * *")
@app.task(queue="gates", queueing_lock="journey.a_new_day", name="journey.a_new_day")
def a_new_day(timestamp: int = 0) -> None:
    """A date alone has ended or begun delegations: nobody acted, so nobody told us."""
    ask_reexaminers()


@app.task(queue="gates", name="journey.ask_reexaminers", retry=5)
def ask_reexaminers(at: str = "") -> None:
    """Ask each open re-examination of all who may answer it now; `at` is `clock.moved_to()` of the act."""
    from workflows.journey import actions, queries

    with clock.as_of(at):
        for key in queries.asked_reexaminations():
            actions.ask_again(idea=key)


@app.task(name="journey.end_merge", queue="gates", retry=5)
def end_merge_of(idea: str, at: str = "") -> None:
    """The idea that took this one in has been decided; `at` is `clock.moved_to()` of that act."""
    from workflows.journey.actions import end_merge

    with clock.as_of(at):
        end_merge(idea=UUID(idea), by=MERGING)
