from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from incubator.inbox import titles
from incubator.lib.refusals import NotAllowed
from incubator.lib.row_numbers import row_number
from incubator.messages import actions, queries, wording
from incubator.messages.models import Message
from incubator.people import grants
from incubator.people.once import new_key, once
from incubator.people.views.answers import reader

LIMIT = 50


@require_safe
@login_required
def messages(request: HttpRequest) -> HttpResponse:
    """What I was told, unread first."""
    person = reader(request)
    found = queries.of_reader(person, LIMIT + 1, request.GET.get("after", ""))
    shown = found[:LIMIT]
    titles.as_read_by(person, shown)
    context = {
        "rows": [_row(message) for message in shown],
        "unread": any(not message.read for message in shown),
        "next_url": f"?after={queries.place(shown[-1])}" if len(found) > LIMIT else "",
        "request_key": new_key(),
        "leads": "programme_lead" in grants.roles_anywhere(person),
        "demo": settings.DEMO,
    }
    return render(request, "messages/messages.html", context)


@require_POST
@login_required
@once
def mark_read(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("message")
    number = None if chosen is None else row_number(chosen) or 0
    actions.mark_read(reader=reader(request), message_id=number)
    return redirect("messages")


@require_safe
@login_required
def uncertain(request: HttpRequest) -> HttpResponse:
    """For the lead: whose mail may not have arrived, so that someone tells them."""
    found = queries.uncertain(reader(request), LIMIT)
    if found is None:
        raise NotAllowed(_("Only the programme lead sees which e-mails may not have arrived."))
    titles.as_read_by(reader(request), found)
    return render(
        request, "messages/uncertain.html", {"rows": [_row(message) for message in found], "limit": LIMIT}
    )


@require_safe
@login_required
def outbox(request: HttpRequest) -> HttpResponse:
    """The demo's mails. Nowhere else is there such a page."""
    if not settings.DEMO:
        raise Http404
    before = request.GET.get("before", "")
    found = queries.outbox(LIMIT + 1, row_number(before))
    next_url = f"?before={found[LIMIT - 1].pk}" if len(found) > LIMIT else ""
    context = {"mails": found[:LIMIT], "next_url": next_url}
    return render(request, "messages/outbox.html", context)


def _row(message: Message) -> dict[str, Any]:
    return {
        "message": message,
        "said": wording.said(message),
        "uncertain": message.mail == Message.Mail.UNKNOWN,
        "refused": message.mail == Message.Mail.REFUSED,
        "private": not message.programme_key,
    }
