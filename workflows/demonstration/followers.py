"""What a worker does after an act, done at once and at the act's instant; briefs are left to the real worker."""

import json
from datetime import timedelta

from django.db import connection
from procrastinate.contrib.django import app

from incubator.lib import clock
from incubator.messages.rules import MAILED_WITHIN
from workflows.briefs.models import Brief
from workflows.clock import actions as ticking
from workflows.sessions.models import SelectionSession

LEFT_TO_THE_WORKER = ("briefs.render", "sessions.render")
MOST = 1000


def run_jobs() -> None:
    """Run the jobs that are due now, and those they defer; raises what they raise."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    for _ in range(MOST):
        with connection.cursor() as cursor:
            cursor.execute(
                "update procrastinate_jobs set status = 'doing' where id = (select id from procrastinate_jobs"
                " where status = 'todo' and task_name <> all(%s)"
                " and (scheduled_at is null or scheduled_at <= %s) order by priority desc, id limit 1)"
                " returning id, task_name, args::text",
                [list(LEFT_TO_THE_WORKER), clock.now()],
            )
            job = cursor.fetchone()
            if job is None:
                return
            number, name, arguments = job
            _run(name, arguments)
            cursor.execute("select procrastinate_finish_job_v1(%s, 'succeeded', true)", [number])
    raise RuntimeError(f"jobs without end, the last one {name}")


def a_morning() -> None:
    """What the worker's clock has found by this hour: reminders, lateness, and what time does to ideas.

    Raises RuntimeError where a step failed: in a city that is played, nothing is tried again.
    """
    if found := ticking.tick()["failed"]:
        raise RuntimeError(f"{found} steps of the clock failed; the log says why.")
    run_jobs()


def make_letters(session: SelectionSession) -> None:
    """The briefs of a session's decisions, before it is closed: at this instant, as the worker would."""
    briefs = Brief.objects.filter(decision__round__session_lines__session=session).values_list(
        "pk", flat=True
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'doing' where status = 'todo' and task_name = %s"
            " and (args->>'brief_id')::bigint = any(%s) returning id, task_name, args::text",
            [LEFT_TO_THE_WORKER[0], list(briefs)],
        )
        for number, name, arguments in sorted(cursor.fetchall()):
            _run(name, arguments)
            cursor.execute("select procrastinate_finish_job_v1(%s, 'succeeded', true)", [number])


def _run(name: str, arguments: str) -> None:
    task = app.tasks[name].func
    if name != "messages.tell":
        task(**json.loads(arguments))
        return
    # News of the past is told in the application only: said late enough, no mail is queued.
    with clock.moved(clock.now() + MAILED_WITHIN + timedelta(days=1)):
        task(**json.loads(arguments))
