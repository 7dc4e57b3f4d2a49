"""Pages of an idea that goes on elsewhere: a merge undone by a lead, the receipt of a hand-over."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas import roles
from ideas.pages import reader
from incubator.lib import words
from incubator.lib.refusals import Invalid, NotFound, note
from incubator.people.once import new_key, once
from workflows.briefs.gathering import content_sha256
from workflows.gates.leading import who_leads
from workflows.gates.models import Decision
from workflows.gates.redirects import may_read_redirect
from workflows.gates.wording import SIGNED_AS, redirected_to
from workflows.journey import actions, forms, queries


@require_http_methods(["GET", "HEAD", "POST"])
@once
def undo_merge(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For a lead: what it does, and why. Until the other idea's next decision; then a sentence says so."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    form = forms.Unmerging(request.POST if request.method == "POST" else None)
    by = roles.acting_as(person, who_leads(idea))
    if request.method != "POST":
        actions.check_may_undo(idea, idea.merged_into, by)
    elif form.is_valid():
        try:
            actions.undo_merge(idea=key, by=by, reasons=form.cleaned_data["reasons"])
            return redirect("idea", key=key)
        except Invalid as refusal:
            note(refusal)
            forms.add_refusal(form, refusal.fields)
    context = {"idea": idea, "into": idea.merged_into, "form": form, "request_key": new_key()}
    status = 422 if request.method == "POST" else 200
    return render(request, "journey/undo_merge.html", context, status=status)


@require_safe
def hand_over(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """To whom an idea was handed, by whom, when, with whose consent: for those concerned, and nobody else."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    issued = Decision.objects.filter(round__idea=idea, outcome="redirect", issued_at__isnull=False)
    decision = issued.select_related("round__idea__programme__entity", "redirect_service", "decider").first()
    if decision is None or not may_read_redirect(person, decision):
        raise NotFound(_("There is no receipt here. An idea that is handed on has one, for its authors."))
    assert idea.submitted_at is not None, "a draft is never decided"
    assert decision.consented_at is not None, "no redirect is issued without a consent"
    context = {
        "idea": idea,
        "decision": decision,
        "capacity": SIGNED_AS.get(decision.capacity, decision.capacity),
        "goes_to": redirected_to(decision),
        "submitted": words.moment(idea.submitted_at),
        "consented": words.moment(decision.consented_at),
        "fingerprint": content_sha256(idea.content),
        "in_team": roles.is_author(idea, person),
    }
    return render(request, "journey/hand_over.html", context)
