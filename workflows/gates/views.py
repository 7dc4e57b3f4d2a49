"""Pages of a gate: thin; they read, call one action, and answer."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse


def reviews(request: HttpRequest) -> HttpResponse:
    raise Http404


def review(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    raise Http404


others = aside = decision = seats = condition = review
