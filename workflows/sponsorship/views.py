"""Pages of the room: thin; they read, call one action, and answer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def sponsorship(request: HttpRequest, **key: Any) -> HttpResponse:
    raise Http404


ask_sponsor = ask_time = launch = budget = pledge = take_back_question = sponsorship
time_opinion = time_signature = time_arbitration = take_back_time = sponsorship
