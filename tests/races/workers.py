"""Real workers that are killed (SIGKILL) in the middle of a job, one after the other, and one that lives.

`python -m tests.races.workers` reads `{"at": ISO instant, "deaths": [{"task": name, "step": n}, …]}` as JSON. For each
death a worker of that task's queue starts, and kills itself in the first job of the task, before its statement `step`,
or, with `commit` instead, right after that commit. Its silence then lasts a minute, and what it held is given back as
the installation does it. One line for each worker, the last of the one that lived: `[exit status, [tasks given back]]`.
Periodic tasks are deferred by the test alone.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

from tests.races.killed import die


def main() -> None:
    django.setup()
    from django.db import connection
    from procrastinate.contrib.django import app

    asked = json.load(sys.stdin)
    app.perform_import_paths()
    app.periodic_registry.periodic_tasks.clear()
    for death in [*asked["deaths"], None]:
        connection.close()  # a child must not inherit it
        child = os.fork()
        if not child:
            os._exit(_work(datetime.fromisoformat(asked["at"]), death))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps([status, _given_back()]) + "\n")
        sys.stdout.flush()


def _given_back() -> list[str]:
    """A minute later: the tasks that a silent worker held, all waiting again."""
    from django.db import connection
    from procrastinate.contrib.django.models import ProcrastinateJob

    from incubator.jobs import recover_stalled_jobs

    held = list(ProcrastinateJob.objects.filter(status="doing").order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '1 minute'")
    recover_stalled_jobs(timestamp=0)
    again = ProcrastinateJob.objects.filter(pk__in=[job.pk for job in held], status="todo")
    return list(again.order_by("pk").values_list("task_name", flat=True))


def _work(at: datetime, death: dict[str, Any] | None) -> int:
    """What `manage.py procrastinate worker` does, until nothing is left to do; at that instant of the clock."""
    from procrastinate.contrib.django import app

    from incubator.lib import clock
    from workflows.briefs import jobs as briefs

    queues = None
    briefs.render_in_process = lambda html, **_given: f"%PDF {html}".encode()
    if death is not None:
        task = app.tasks[death["task"]]
        task.func, queues = _dying(task.func, death), [task.queue]
    with clock.moved(at), app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(
            queues=queues, concurrency=1, wait=False, listen_notify=False, install_signal_handlers=False
        )
    return 0


def _dying(job: Callable[..., Any], death: dict[str, Any]) -> Callable[..., Any]:
    from django.db import connection

    def run(*arguments: Any, **named: Any) -> Any:
        _wait_until_alone()
        statements = commits = 0
        commit = connection._commit  # type: ignore[attr-defined]

        def counted(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
            nonlocal statements
            statements += 1
            if statements == death.get("step"):
                die()
            return execute(sql, params, many, context)

        def committing() -> None:
            nonlocal commits
            commit()
            commits += 1
            if commits == death.get("commit"):
                die()

        connection._commit = committing  # type: ignore[attr-defined]
        with connection.execute_wrapper(counted):
            job(*arguments, **named)
        raise AssertionError(f"{death} is never reached")

    return run


def _wait_until_alone() -> None:
    """The worker writes down that the job before is done while this one begins already."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    until = time.monotonic() + 60
    while ProcrastinateJob.objects.filter(status="doing").count() > 1:
        assert time.monotonic() < until, "the job before never ends"
        time.sleep(0.01)


if __name__ == "__main__":
    main()
