"""The product's addresses and a view for each way to be refused."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from incubator import urls
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound

RAISED = {
    "not-allowed": lambda: NotAllowed(_("Nothing was changed."), code="seat.hard_conflict"),
    "not-found": lambda: NotFound("Gone."),
    "conflict": lambda: Conflict("Decided already.", next_url="/there", next_label="There"),
    "overtaken": lambda: Conflict("Decided already.", code="decide.closed"),
    "invalid": lambda: Invalid("Mend it.", fields={"title": ["Too long."]}),
    "denied": PermissionDenied,
    "missing": Http404,
    "suspicious": lambda: SuspiciousOperation("odd"),
    "broken": lambda: ZeroDivisionError("a mistake of ours"),
}


@login_not_required
def refused(request: HttpRequest, why: str) -> HttpResponse:
    raise RAISED[why]()


@login_not_required
def locked(request: HttpRequest) -> HttpResponse:
    """Waits 50 ms for a row that another connection holds, then hides the cause as viewflow does."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', '50ms', true)")
        try:
            cursor.execute("select pg_advisory_xact_lock(4711)")
        except Exception:
            raise RuntimeError("could not lock")  # noqa: B904 - viewflow's FlowLockFailed does the same
    return HttpResponse("free")


def members_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("for those who signed in")


@login_not_required
def posted(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("text", ""))


urlpatterns = [
    *urls.urlpatterns,
    path("refused/<str:why>", refused),
    path("locked", locked),
    path("members-only", members_only),
    path("posted", posted),
]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
