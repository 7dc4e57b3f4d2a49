"""Jobs deferred together are written at the end of the block, in one statement, or not at all."""

from contextlib import AbstractContextManager, nullcontext

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from incubator.lib.deferring import defer, together

pytestmark = pytest.mark.django_db


def tell(event: int) -> None:
    defer(app.configure_task("messages.tell"), event_id=event)


def told() -> list[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="messages.tell").order_by("id")
    return [job.args["event_id"] for job in jobs]


def test_a_block_writes_its_jobs_in_order_and_in_one_statement() -> None:
    with CaptureQueriesContext(connection) as asked, together():
        tell(1)
        with together():
            tell(2)
        tell(3)
        assert len(asked) == 0
    assert len(asked) == 1
    assert told() == [1, 2, 3]


def test_each_job_keeps_its_own_lock_and_queue() -> None:
    with together():
        defer(app.configure_task("briefs.render", lock="brief:7"), brief_id=7, at="")
        tell(1)
    found = ProcrastinateJob.objects.order_by("id").values_list("task_name", "queue_name", "lock")
    assert list(found) == [("briefs.render", "briefs", "brief:7"), ("messages.tell", "default", None)]


def refused(event: int) -> None:
    with together():
        tell(event)
        raise ValueError("refused")


def test_what_a_refused_block_deferred_is_not_done() -> None:
    with together():
        tell(1)
        with pytest.raises(ValueError, match="refused"):
            refused(2)
    with pytest.raises(ValueError, match="refused"):
        refused(3)
    assert told() == [1]


def undone(event: int, block: AbstractContextManager[None]) -> None:
    with transaction.atomic(), block:
        tell(event)
        raise ValueError("refused")


def test_a_savepoint_of_its_own_needs_a_block_of_its_own() -> None:
    with together(), transaction.atomic():
        for event, block in ((1, nullcontext()), (2, together())):
            with pytest.raises(ValueError, match="refused"):
                undone(event, block)
    assert told() == [1], "the second went with its savepoint"


def test_outside_a_block_a_job_is_written_at_once() -> None:
    tell(1)
    assert told() == [1]
