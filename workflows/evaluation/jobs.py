"""Jobs of evaluation. Each is idempotent: run twice, it finds its work done."""

from procrastinate.contrib.django import app

from incubator.lib import clock


@app.periodic(cron="40 0 * * *")
@app.task(queue="gates", queueing_lock="evaluation.a_new_day", name="evaluation.a_new_day")
def a_new_day(timestamp: int = 0) -> None:
    """A date alone has ended or begun a lead's role: nobody acted, so nobody told us."""
    ask_readers()


@app.task(queue="gates", name="evaluation.ask_readers", retry=5)
def ask_readers(at: str = "") -> None:
    """A lead has come or gone: benefits to read wait for whoever reads now; `at` is `clock.moved_to()` of the act."""
    from workflows.evaluation import benefit_actions, queries

    with clock.as_of(at):
        for reading in queries.benefits_asked():
            benefit_actions.ask_readers_again(reading=reading)
