"""Jobs of sponsorship. Each is idempotent: run twice, it finds its work done."""

from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.people.models import Entity


@app.periodic(cron="30 0 * * *")
@app.task(queue="gates", queueing_lock="sponsorship.a_new_day", name="sponsorship.a_new_day")
def a_new_day(timestamp: int = 0) -> None:
    """A date alone has ended or begun delegations, or a threshold was published: nobody told us."""
    for entity in Entity.objects.order_by("pk").values_list("pk", flat=True):
        ask_services(entity=entity)
        ask_arbiters(entity=entity)


@app.task(queue="gates", name="sponsorship.ask_services", retry=5)
def ask_services(entity: int, at: str = "") -> None:
    """A head of finance or procurement has come or gone; `at` is `clock.moved_to()` of the act."""
    from workflows.sponsorship import actions, queries

    with clock.as_of(at):
        for idea in queries.asking_services(entity):
            actions.ask_services_again(idea=idea)


@app.task(queue="gates", name="sponsorship.ask_arbiters", retry=5)
def ask_arbiters(entity: int, at: str = "") -> None:
    """A deputy director general has come or gone; `at` is `clock.moved_to()` of the act."""
    from workflows.sponsorship import queries, time_actions

    with clock.as_of(at):
        for idea in queries.disputing(entity):
            time_actions.ask_arbiters_again(idea=idea)
