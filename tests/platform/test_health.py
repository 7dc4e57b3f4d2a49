"""/healthz says which of database, jobs and migrations is out of order."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def _worker(*, seconds_silent: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - %s * interval '1 second')",
            [seconds_silent],
        )


def _job(*, minutes_old: int, scheduled: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, scheduled_at) values ('default', 'x',"
            " case when %s then now() - %s * interval '1 minute' end) returning id",
            [scheduled, minutes_old],
        )
        job = cursor.fetchone()[0]
        cursor.execute(
            "update procrastinate_events set at = now() - %s * interval '1 minute' where job_id = %s",
            [minutes_old, job],
        )


def _started(*, minutes_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status) values ('default', 'x', 'succeeded')"
            " returning id"
        )
        cursor.execute(
            "insert into procrastinate_events (job_id, type, at)"
            " values (%s, 'started', now() - %s * interval '1 minute')",
            [cursor.fetchone()[0], minutes_ago],
        )


@pytest.mark.django_db
def test_all_in_order(client: Client) -> None:
    _worker()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": "ok", "jobs": "ok", "migrations": "ok"},
    )
    assert answer["Cache-Control"] == "no-store"


def test_no_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def away(*args: Any, **options: Any) -> Iterator[None]:
        raise OperationalError("connection refused")
        yield

    monkeypatch.setattr("incubator.health.transaction.atomic", away)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, "no answer")


@pytest.mark.django_db
def test_no_worker(client: Client) -> None:
    assert client.get("/healthz").json()["jobs"] == "no worker"
    _worker(seconds_silent=300)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["jobs"]) == (503, "no worker")


@pytest.mark.django_db
@pytest.mark.parametrize("scheduled", [True, False])
def test_jobs_that_wait_while_none_is_started(client: Client, scheduled: bool) -> None:
    _worker()
    _job(minutes_old=10, scheduled=scheduled)
    assert client.get("/healthz").status_code == 200
    _job(minutes_old=20, scheduled=scheduled)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["jobs"]) == (503, "jobs wait and none is started")
    _started(minutes_ago=1)
    assert client.get("/healthz").status_code == 200, "a long queue that moves is in order"


@pytest.mark.django_db
def test_a_missing_migration(client: Client) -> None:
    _worker()
    MigrationRecorder(connection).record_unapplied("events", "0001_initial")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"database": "ok", "jobs": "ok", "migrations": "missing: events.0001_initial"},
    )
