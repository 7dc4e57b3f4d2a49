"""Every minute, on whichever worker is free."""

from procrastinate.contrib.django import app

from workflows.clock import actions


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="clock.tick", name="clock.tick")
def tick(timestamp: int = 0) -> None:
    """One sweep and what it finds; twice at once, or after a kill, every step still happens once."""
    actions.tick()
