"""Beginning an idea: danger first, then the call, then the empty form."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.calls.answering import answered
from ideas.calls.models import Call
from ideas.calls.queries import open_calls
from ideas.drafting import actions, queries
from ideas.drafting.forms import BeginForm
from ideas.drafting.models import Idea
from ideas.drafting.views.persons import actor, colleague, reader
from ideas.precedents.queries import source_of
from incubator.lib.forms import ChoiceText
from incubator.lib.refusals import Invalid, note
from incubator.lib.words import long_day
from incubator.people.models import Person
from incubator.people.once import new_key, once


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def new(request: HttpRequest) -> HttpResponse:
    """Choose a call and begin; `?from=KEY` begins with the text of a precedent, `?call=KEY` chooses."""
    person = reader(request)
    calls = list(open_calls(person))
    precedent = _precedent(request, person)
    chosen = request.GET.get("call", "") or (str(calls[0].key) if calls else "")
    form = BeginForm(request.POST or None, [(str(call.key), _choice(call)) for call in calls], chosen)
    if request.method == "POST":
        try:
            with transaction.atomic():
                idea = _begin(request, calls, precedent)
            return redirect("idea-edit", key=idea.key)
        except Invalid as refusal:
            note(refusal)
            for field, sentences in refusal.fields.items():
                form.add_error(field, sentences)
    context = {
        "form": form,
        "calls": calls,
        "precedent": precedent,
        "source": precedent and source_of(precedent),
        "answers": _answers(calls),
        "drafts": queries.drafts_of(person)[:20],
        "request_key": new_key(),
    }
    return render(request, "ideas/drafting/new.html", context, status=422 if form.errors else 200)


def _begin(request: HttpRequest, calls: list[Call], precedent: Idea | None) -> Idea:
    call = next((call for call in calls if str(call.key) == request.POST.get("call", "")), None)
    if call is None:
        sentence = _("Choose one of the calls that are open for you.")
        raise Invalid(sentence, code="call.none", fields={"call": [sentence]})
    typed = request.POST.get("staff_number", "").strip()
    author: Person | None = colleague(typed) if typed else None
    if precedent is not None:
        return actions.copy_precedent(precedent=precedent, by=actor(request), call=call)
    return actions.begin(by=actor(request), call=call, author=author if author != request.user else None)


def _precedent(request: HttpRequest, person: Person) -> Idea | None:
    typed = request.POST.get("from") or request.GET.get("from")
    if not typed:
        return None
    try:
        key = uuid.UUID(typed)
    except ValueError:
        key = uuid.UUID(int=0)
    return queries.readable_precedent(key, person)


def _answers(calls: list[Call]) -> list[dict[str, Any]]:
    """Within how many days the programmes of these calls answer, each by its name where they differ."""
    found = answered(list({call.programme_id: call.programme for call in calls}.values()))
    if len(set(found.values())) == 1:
        return [{"in": next(iter(found.values())), "programme": ""}]
    return [{"in": delays, "programme": programme.name} for programme, delays in found.items()]


def _choice(call: Call) -> Any:
    return ChoiceText(call.title, call.question, long_day(call.closes_at) if call.closes_at else "")
