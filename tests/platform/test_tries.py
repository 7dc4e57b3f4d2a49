"""What makes PDFs tries three times, a minute apart."""

from datetime import UTC, datetime

import pytest
from procrastinate.contrib.django import app
from procrastinate.jobs import Job


def waits(task: str) -> list[float]:
    """The seconds from each failed try of a job to the next one, to the nearest ten."""
    app.perform_import_paths()
    strategy = app.tasks[task].retry_strategy
    assert strategy is not None
    found: list[float] = []
    for failed in range(9):
        job = Job(id=1, queue="briefs", lock=None, queueing_lock=None, task_name=task, attempts=failed)
        again = strategy.get_retry_decision(exception=OSError(), job=job)
        if again is None:
            break
        assert again.retry_at is not None
        found.append(round((again.retry_at - datetime.now(UTC)).total_seconds(), -1))
    return found


@pytest.mark.parametrize("task", ["briefs.render", "briefs.mask", "documents.render", "sessions.render"])
def test_three_tries_a_minute_apart(task: str) -> None:
    assert waits(task) == [60, 60]
