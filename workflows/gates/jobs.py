"""Jobs of gates. Each is idempotent: run twice, it finds its work done."""

from procrastinate.contrib.django import app

from incubator.lib import clock


@app.task(queue="gates", retry=5)
def fill_seats_of(round_key: str, at: str = "") -> None:
    """Fill the seats of a round that is still seating; `at` is `clock.moved_to()` of the act."""
    from workflows.gates.actions import fill_seats

    with clock.as_of(at):
        fill_seats(round_key=round_key)
