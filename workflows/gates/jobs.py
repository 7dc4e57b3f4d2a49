"""Jobs of gates. Each is idempotent: run twice, it finds its work done."""

from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.lib.refusals import Refusal
from incubator.people.actors import CLOCK


@app.task(queue="gates", retry=5)
def fill_seats_of(round_key: str, at: str = "") -> None:
    """Fill the seats of a round that is still seating; `at` is `clock.moved_to()` of the act."""
    from workflows.gates.actions import fill_seats

    with clock.as_of(at):
        fill_seats(round_key=round_key)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="gates", queueing_lock="ask_overdue_decisions", name="gates.ask_overdue_decisions")
def ask_overdue_decisions(timestamp: int = 0) -> None:
    """Where the panel's time is over and votes are still missing, ask for the decision all the same."""
    from workflows.gates.actions import close_opinion
    from workflows.gates.queries import overdue_opinions

    for round_ in overdue_opinions():
        try:
            close_opinion(round_key=round_.key, by=CLOCK)
        except Refusal:
            continue  # voted or decided between the look and the lock


@app.task(queue="gates", name="gates.ask_anew", retry=5)
def ask_anew(entity: int, at: str = "") -> None:
    """Ask each open decision of an entity of all who may make it now; who has the item already keeps it."""
    from workflows.gates.actions import ask_again
    from workflows.gates.models import GateRound

    rounds = GateRound.objects.filter(state="open", idea__programme__entity=entity).order_by("idea_id")
    with clock.as_of(at):
        for key in rounds.values_list("key", flat=True):
            ask_again(round_key=key)
