"""Pages of a call: read by every employee, set up by the programme's leads."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas.calls import actions, queries, rules
from ideas.calls.forms import CallForm, departments_named, initial_of
from ideas.calls.models import Call, Programme
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound, note
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from incubator.people.views.answers import reader

# Of a section of the list: years of calls make no page longer than a phone can load.
MOST = 60


def _call(key: uuid.UUID) -> Call:
    call = Call.objects.select_related("programme__entity").filter(key=key).first()
    if call is None:
        raise NotFound(_("There is no such call. Look for the open ones under “Calls for ideas”."))
    return call


@require_safe
@login_required
def calls(request: HttpRequest) -> HttpResponse:
    """The calls that are open, for everyone; those to come and those that are over, for whoever leads them."""
    programmes, now = queries.led_programmes(reader(request)), clock.now()
    in_force = queries.in_order(queries.open_at(now))
    sections = [_section(_("Open now"), in_force, _("No call is open today."))]
    if programmes:
        others = queries.not_open_of(programmes, now)
        sections.append(_section(_("To come, or over"), others, _("There is none in your programmes.")))
    context = {"sections": sections, "most": MOST, "may_publish": bool(programmes)}
    return render(request, "ideas/calls/calls.html", context)


def _section(title: str, calls: QuerySet[Call], empty: str) -> dict[str, Any]:
    found = list(calls[: MOST + 1])
    return {"title": title, "calls": found[:MOST], "cut": len(found) > MOST, "empty": empty}


@require_safe
@login_required
def call(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    found = _call(key)
    now = clock.now()
    context = {
        "call": found,
        "departments": list(found.departments.order_by("name")),
        "is_open": rules.is_open(found.always_open, found.opens_at, found.closes_at, now),
        "is_to_come": found.opens_at is not None and found.opens_at > now,
        "asks_me": queries.open_calls(reader(request)).filter(pk=found.pk).exists(),
        "may_change": queries.leads(reader(request), found.programme),
    }
    return render(request, "ideas/calls/call.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def new(request: HttpRequest) -> HttpResponse:
    """Publish a call in a programme one leads."""
    programmes = queries.led_programmes(reader(request))
    if not programmes:
        raise NotAllowed(actions.NOT_YOURS, code="call.not_lead")
    form = CallForm(request.POST or None, programmes=programmes)
    if request.method == "POST" and form.is_valid():
        programme = next(one for one in programmes if one.key == form.cleaned_data["programme"])
        published = _act(request, form, programme, None)
        if published is not None:
            messages.success(request, _("The call is published."))
            return redirect("call", key=published.key)
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Change a call; what people already write under stays as it is."""
    found = _call(key)
    if not queries.leads(reader(request), found.programme):
        raise NotAllowed(actions.NOT_YOURS, code="call.not_lead")
    form = CallForm(request.POST or None, initial=initial_of(found))
    if (
        request.method == "POST"
        and form.is_valid()
        and _act(request, form, found.programme, found) is not None
    ):
        messages.success(request, _("The call is changed."))
        return redirect("call", key=key)
    return _form(request, form, found)


def _act(request: HttpRequest, form: CallForm, programme: Programme, found: Call | None) -> Call | None:
    """Publish, or change `found`; None when refused, with the reasons in the form."""
    asked = list(found.departments.select_related("entity")) if found else ()
    departments, refused = departments_named(form.cleaned_data["departments"], programme, asked)
    if refused:
        form.refuse({"departments": refused})
        return None
    settings: dict[str, Any] = form.settings(programme.entity.time_zone)
    by = Actor(person=reader(request))
    try:
        # A savepoint: the page that shows the refusal still asks the database.
        with transaction.atomic():
            if found is not None:
                if found.always_open:
                    settings |= {"opens_at": None, "closes_at": None}
                return actions.change_call(by=by, call=found, departments=departments, **settings)
            always = bool(form.cleaned_data.get("always_open"))
            return actions.publish_call(
                by=by, programme=programme, departments=departments, always_open=always, **settings
            )
    except (Invalid, Conflict) as refusal:
        note(refusal)
        form.refuse(refusal.fields or {"": [refusal.sentence]})
        return None


def _form(request: HttpRequest, form: CallForm, found: Call | None) -> HttpResponse:
    context = {"form": form, "call": found, "request_key": new_key()}
    return render(request, "ideas/calls/form.html", context, status=422 if form.errors else 200)
