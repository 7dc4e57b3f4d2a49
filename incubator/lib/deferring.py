"""The jobs of one act are written in one statement, at the act's end and in its transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from procrastinate.contrib.django import app
from procrastinate.jobs import Job, JobDeferrer
from procrastinate.types import JSONValue

_gathered: ContextVar[list[Job] | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What `defer` is given in this block is written at its end; nothing of it when the block raises.

    A block in a block leaves with the outer one. A savepoint that may be rolled back within needs a block of its own:
    else what was deferred in it is written all the same.
    """
    outer = _gathered.get()
    jobs: list[Job] = []
    token = _gathered.set(jobs)
    try:
        yield
    finally:
        _gathered.reset(token)
    if outer is not None:
        outer += jobs
    elif jobs:
        app.job_manager.batch_defer_jobs(jobs)


def defer(task: JobDeferrer, **arguments: JSONValue) -> None:
    """Have a configured task done once the act is committed. Not for one with a queueing lock, which may refuse it."""
    job, gathered = task.make_new_job(**arguments), _gathered.get()
    if gathered is None:
        app.job_manager.batch_defer_jobs([job])
    else:
        gathered.append(job)
