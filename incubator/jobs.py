"""The installation's own jobs: those that look after the other jobs."""

from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from incubator.lib import files, last_tries

# A worker says every 10 s that it lives. The server's own time, not the product's clock: the demo may move that.
SILENT_FOR = timedelta(seconds=45)
MOST_ATTEMPTS = 5
KEEP_DONE_DAYS = 30


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="recover_stalled_jobs", priority=100)
def recover_stalled_jobs(timestamp: int) -> None:
    """Give back the jobs of workers that were killed. A job is given back five times, and left as failed
    at its sixth loss: its room is told."""
    silent = Q(worker=None) | Q(worker__last_heartbeat__lt=timezone.now() - SILENT_FOR)
    for job in ProcrastinateJob.objects.filter(silent, status="doing"):
        if job.attempts >= MOST_ATTEMPTS:
            with connection.cursor() as cursor:
                cursor.execute("select procrastinate_finish_job_v1(%s, 'failed', false)", [job.pk])
            last_tries.lost(job.task_name, job.args)
        else:
            app.job_manager.retry_job_by_id(job_id=job.pk, retry_at=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="remove_done_jobs")
def remove_done_jobs(timestamp: int) -> None:
    """Delete jobs that succeeded a month ago; failed ones stay for whoever looks into them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from procrastinate_jobs job where status = 'succeeded' and not exists ("
            " select from procrastinate_events event where event.job_id = job.id"
            " and event.at > now() - %s * interval '1 day')",
            [KEEP_DONE_DAYS],
        )


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="remove_unnamed_files", name="remove_unnamed_files")
def remove_unnamed_files(timestamp: int = 0) -> None:
    """Remove stored files that no row names: those of deleted drafts, and of uploads that were not finished."""
    files.remove_unnamed()
