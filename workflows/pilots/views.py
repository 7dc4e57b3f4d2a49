"""Pages of the room: thin; they read, call one action, and answer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def plan(request: HttpRequest, **key: Any) -> HttpResponse:
    raise Http404


edit_plan = pilot = check_in = report_incident = close_incident = end = plan
