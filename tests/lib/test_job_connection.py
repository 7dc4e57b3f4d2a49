"""A job deferred by a job lives and dies with what that job wrote, under the real worker."""

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="tests.follow")
def follow(number: int) -> None:
    pass


@app.task(name="tests.defer_and_roll_back")
def defer_and_roll_back() -> None:
    with transaction.atomic():
        follow.defer(number=1)
        transaction.set_rollback(True)


@app.task(name="tests.defer_and_look")
def defer_and_look() -> None:
    with transaction.atomic():
        follow.configure(queue="nobody").defer(number=2)
        with connection.cursor() as cursor:
            cursor.execute("select pg_current_xact_id_if_assigned() is not null")
            assert cursor.fetchone() == (True,), "deferred on another connection"


def _work() -> list[tuple[str, str]]:
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, queues=["default"])
    with connection.cursor() as cursor:
        # The worker's periodic jobs may come due meanwhile.
        cursor.execute(
            "select task_name, status from procrastinate_jobs where task_name like 'tests.%' order by id"
        )
        return cursor.fetchall()


def test_a_job_deferred_in_a_transaction_that_rolls_back_is_gone() -> None:
    defer_and_roll_back.defer()
    assert _work() == [("tests.defer_and_roll_back", "succeeded")]


def test_a_deferred_job_is_part_of_the_jobs_own_transaction() -> None:
    defer_and_look.defer()
    assert _work() == [("tests.defer_and_look", "succeeded"), ("tests.follow", "todo")]
