"""The worker of a history: the jobs of the acts, in the test's own connection and in their order."""

from django.db import connection

from tests.platform.jobs import run_due as run_jobs

# They read and tell, and take half the time: only histories that are told of run them.
TELLING = ("messages.tell", "briefs.render", "sessions.render")


def work(*, told: bool) -> list[str]:
    """Run what is due; the names of the tasks. Without `told`, what only tells is dropped unread."""
    if not told:
        forget()
    done = run_jobs()
    if not told and done:
        forget()
    return done


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = any(%s)", [list(TELLING)])
