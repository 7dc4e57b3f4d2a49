"""The clock of time opinions."""

from procrastinate.contrib.django import app

from incubator.lib.refusals import Refusal
from incubator.people.actors import CLOCK
from workflows.sponsorship import queries, time_actions


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="record_silences", name="sponsorship.record_silences")
def record_silences(timestamp: int = 0) -> None:
    """Record the silence of managers whose time to answer is over. Run twice, it finds nothing more."""
    for release in queries.silent():
        try:
            time_actions.record_silence(release=release, by=CLOCK)
        except Refusal:
            continue  # answered, or the idea moved on, between the look and the lock
