"""`run_jobs()`: what the worker would do, at once, in the test's own connection."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

MOST = 500  # a job that defers itself for ever must not hang the tests

Run = Callable[..., list[str]]


def _take() -> tuple[int, str, dict[str, object]] | None:
    from incubator.lib import clock

    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'doing' where id = (select id from procrastinate_jobs"
            " where status = 'todo' and (scheduled_at is null or scheduled_at <= %s)"
            " order by priority desc, id limit 1) returning id, task_name, args::text",
            [clock.now()],
        )
        return cursor.fetchone()


def _finish(job: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select procrastinate_finish_job_v1(%s, %s, false)", [job, status])


def run_due(*, failures: bool = False) -> list[str]:
    """Run the jobs due by the product's clock, and those they defer; return the tasks' names in order.

    An error in a job is raised, unless `failures` is true: then the job ends as failed, as with a worker.
    """
    app.perform_import_paths()
    names: list[str] = []
    while job := _take():
        number, name, args = job
        names.append(name)
        assert len(names) <= MOST, f"jobs without end: {names[-5:]}"
        task = app.tasks[name]
        assert not task.pass_context, f"{name} wants a context, which only a worker has"
        try:
            # Inside a test's transaction a failed job must not spoil what the test did.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                task.func(**json.loads(args) if isinstance(args, str) else args)
        except Exception:
            _finish(number, "failed")
            if not failures:
                raise
        else:
            _finish(number, "succeeded")
    return names


def lose(task: str) -> None:
    """Each worker that took the waiting jobs of this task was killed, until the last time allowed."""
    from incubator.jobs import MOST_ATTEMPTS, recover_stalled_jobs

    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', attempts = %s where task_name = %s and status = 'todo'",
            [MOST_ATTEMPTS, task],
        )
        assert cursor.rowcount, f"no job of {task} waits"
    recover_stalled_jobs(timestamp=0)


@pytest.fixture
def run_jobs() -> Run:
    return run_due


@pytest.fixture(autouse=True)
def _no_job_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Django's flush skips tables it does not manage: the jobs of one test would run in the next."""
    yield
    marker = request.node.get_closest_marker("django_db")
    real = {"transactional_db", "live_server"} & set(request.fixturenames)
    if real or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("django_db_blocker").unblock()
        try:
            with connection.cursor() as cursor:
                for table in ("periodic_defers", "events", "jobs", "workers"):
                    cursor.execute(f"delete from procrastinate_{table}")  # noqa: S608 - no word from outside
        finally:
            request.getfixturevalue("django_db_blocker").restore()
