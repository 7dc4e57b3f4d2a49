"""Pages of the room: thin; they read, call one action, and answer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def evaluation(request: HttpRequest, **key: Any) -> HttpResponse:
    raise Http404


name_evaluator = deliver = name_run_owner = give_back = evaluation
