"""`/healthz`: are the database, the jobs and the migrations in order?

It answers before any other middleware: a probe has no session, no language and no host name of ours,
and must get its 503 when the database is away.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

WORKER_SILENT_FOR = timedelta(seconds=60)
JOB_WAITS_MINUTES = 15
NOTHING_STARTED_MINUTES = 5
STATEMENT_MILLISECONDS = 3000

# A long queue that moves is no fault. A job without a time of its own is due when it was deferred, and only its
# event knows when that was.
STUCK = """
select exists (
    select from procrastinate_jobs job
    left join procrastinate_events event on event.job_id = job.id and event.type = 'deferred'
    where job.status = 'todo'
      and coalesce(job.scheduled_at, event.at) < now() - %s * interval '1 minute'
) and coalesce(
    (select at from procrastinate_events where type = 'started' order by id desc limit 1), '-infinity'
) < now() - %s * interval '1 minute'
"""


class Probe:
    """Middleware that answers `/healthz` and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return self.get_response(request)
        found = state()
        healthy = all(said == "ok" for said in found.values())
        answer = JsonResponse(found, status=200 if healthy else 503, headers={"Cache-Control": "no-store"})
        answer["Content-Length"] = str(len(answer.content))  # the middleware that would add it comes later
        # A probe asks every few seconds: whoever asks reads the answer, the log need not repeat it.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer


def state() -> dict[str, str]:
    """`database`, `jobs` and `migrations`: each "ok", what is wrong, or "unknown" when the database is away."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "select set_config('statement_timeout', %s, true)", [str(STATEMENT_MILLISECONDS)]
                )
            migrations = _migrations()
            jobs = "unknown" if "procrastinate" in migrations else _jobs()
    except DatabaseError:
        return {"database": "no answer", "jobs": "unknown", "migrations": "unknown"}
    return {"database": "ok", "jobs": jobs, "migrations": migrations}


def _jobs() -> str:
    now = timezone.now()  # the workers' and the queue's times are the database's, not the product's clock
    if not ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - WORKER_SILENT_FOR).exists():
        return "no worker"
    with connection.cursor() as cursor:
        cursor.execute(STUCK, [JOB_WAITS_MINUTES, NOTHING_STARTED_MINUTES])
        return "jobs wait and none is started" if cursor.fetchone()[0] else "ok"


def _migrations() -> str:
    missing = sorted(_on_disk() - set(MigrationRecorder(connection).applied_migrations()))
    return "ok" if not missing else "missing: " + ", ".join(".".join(name) for name in missing[:5])


@cache
def _on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
