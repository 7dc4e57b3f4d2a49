"""Pages of the journey: the idea, its receipt, the portfolio, and the author's acts."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse


def portfolio(request: HttpRequest) -> HttpResponse:
    raise Http404


def idea(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    raise Http404


submit = receipt = withdraw = wake = reexamination = idea
