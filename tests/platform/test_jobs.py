"""Jobs that a killed worker held are given back, and `run_jobs` does what it says."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from incubator.jobs import MOST_ATTEMPTS, recover_stalled_jobs, remove_done_jobs
from incubator.lib import clock

pytestmark = pytest.mark.django_db
done: list[str] = []


@app.task(name="tests.note")
def note(word: str, then: str = "") -> None:
    done.append(word)
    if then == "fail":
        raise ValueError(word)
    if then:
        note.defer(word=then)


@pytest.fixture(autouse=True)
def _forget() -> None:
    done.clear()


def _doing(*, attempts: int = 0, silent: int | None = 300) -> int:
    with connection.cursor() as cursor:
        worker = None
        if silent is not None:
            cursor.execute(
                "insert into procrastinate_workers (last_heartbeat)"
                " values (now() - %s * interval '1 second') returning id",
                [silent],
            )
            worker = cursor.fetchone()[0]
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, attempts, worker_id)"
            " values ('default', 'tests.note', '{\"word\": \"again\"}', 'doing', %s, %s) returning id",
            [attempts, worker],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("silent", [300, None])
def test_a_job_of_a_silent_worker_runs_again(silent: int | None, run_jobs: Callable[[], list[str]]) -> None:
    job = _doing(silent=silent)
    recover_stalled_jobs(timestamp=0)
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"
    assert run_jobs() == ["tests.note"]
    assert done == ["again"]


def test_a_job_of_a_living_worker_is_left_alone() -> None:
    job = _doing(silent=5)
    recover_stalled_jobs(timestamp=0)
    assert ProcrastinateJob.objects.get(pk=job).status == "doing"


def test_a_job_that_kills_every_worker_ends_as_failed() -> None:
    job = _doing(attempts=MOST_ATTEMPTS)
    recover_stalled_jobs(timestamp=0)
    assert ProcrastinateJob.objects.get(pk=job).status == "failed"


def test_only_old_succeeded_jobs_are_removed(run_jobs: Callable[..., list[str]]) -> None:
    note.defer(word="old")
    note.defer(word="broken", then="fail")
    run_jobs(failures=True)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_events set at = at - interval '31 days'")
    note.defer(word="new")
    run_jobs()
    remove_done_jobs(timestamp=0)
    assert sorted(job.args["word"] for job in ProcrastinateJob.objects.all()) == ["broken", "new"]


def test_run_jobs_follows_what_jobs_defer_and_waits_for_their_time(run_jobs: Callable[[], list[str]]) -> None:
    note.defer(word="first", then="second")
    note.configure(schedule_at=clock.now() + timedelta(days=2)).defer(word="later")
    assert run_jobs() == ["tests.note", "tests.note"]
    assert done == ["first", "second"]
    with clock.moved(clock.now() + timedelta(days=3)):
        run_jobs()
    assert done == ["first", "second", "later"]


def test_run_jobs_raises_what_a_job_raises(run_jobs: Callable[..., list[str]]) -> None:
    note.defer(word="broken", then="fail")
    with pytest.raises(ValueError, match="broken"):
        run_jobs()
    assert ProcrastinateJob.objects.get().status == "failed"
