"""A condition of a decision: its owner says it is met, a lead confirms."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_row, passages_for
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import Idea
from incubator.lib.refusals import Invalid, NotFound, note
from incubator.people.once import once
from workflows.gates import actions, authority
from workflows.gates.forms.seats import NoteForm
from workflows.gates.forms.typed import Typed
from workflows.gates.leading import who_leads
from workflows.gates.models import Condition
from workflows.gates.queries import ASKED_IN
from workflows.gates.views.reading import actor, heading, link, reader


@require_http_methods(["GET", "HEAD", "POST"])
def condition(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Whoever reads the idea reads its conditions; the owner reports, a lead from outside the team confirms."""
    found = (
        Condition.objects.select_related(
            "owner", "confirmed_by", "decision__round__idea__programme__entity", "decision__round__idea__call"
        )
        .filter(key=key, decision__issued_at__isnull=False)
        .first()
    )
    if found is None or not access().may_read(reader(request), found.decision.round.idea):
        raise NotFound(_("There is no such condition, or it is not open to you."))
    if request.method != "POST":
        return _page(request, found)
    try:
        return _confirm(request, key) if request.POST.get("step") == "confirm" else _report(request, key)
    except Invalid as refusal:
        note(refusal)
        return _page(request, found, data=request.POST, refusal=refusal)


@once
def _report(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    typed = Typed(request.POST)
    note = typed.text("note", 2000)
    typed.check()
    actions.report_condition(condition_key=key, by=actor(request), note=note)
    messages.success(request, _("Noted. A programme lead is asked to confirm it."))
    return redirect("condition", key=key)


@once
def _confirm(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = Idea.objects.select_related("programme__entity").get(rounds__decision__conditions__key=key)
    by = roles.acting_as(reader(request), who_leads(idea))
    actions.confirm_condition(condition_key=key, by=by)
    messages.success(request, _("Confirmed. This condition no longer stands in the way."))
    return redirect("condition", key=key)


def _page(
    request: HttpRequest, found: Condition, *, data: Any = None, refusal: Invalid | None = None
) -> HttpResponse:
    person, round_ = reader(request), found.decision.round
    idea = round_.idea
    owner_in_team = roles.was_ever_in_team(idea, found.owner)
    open_still = found.met_at is None and idea.state in ASKED_IN
    passages = passages_for(idea, person)
    context = {
        "condition": masked_row(found, ["text", "met_note"], passages),
        "owner": _("the team")
        if owner_in_team and not access().sees_authors(person, idea)
        else str(found.owner),
        "gate": heading(round_),
        "title": masked_all(idea.title, passages),
        "idea_url": link("idea", idea.key),
        "decision_url": link("decide", round_.key),
        "may_report": open_still and actions.may_report(found, idea, actor(request)),
        "may_confirm": open_still and authority.leads(idea, roles.acting_as(person, who_leads(idea))),
        "form": NoteForm(
            data,
            found=refusal.fields if refusal is not None else None,
            initial={"note": found.met_note},
        ),
    }
    return render(
        request, "gates/condition.html", context, status=refusal.status if refusal is not None else 200
    )
