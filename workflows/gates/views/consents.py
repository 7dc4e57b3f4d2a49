"""An author reads what would be decided, and whom the idea would be handed to, and consents or not."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import roles
from incubator.lib.refusals import Conflict, Invalid, NotFound, Refusal
from incubator.people.once import new_key, once
from workflows.gates import actions, queries
from workflows.gates.models import Decision, GateRound
from workflows.gates.signing import waits_for_consent
from workflows.gates.views.decided import preview
from workflows.gates.views.reading import actor, heading, link, reader


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For the idea's authors alone: to others nothing tells that something waits for them."""
    round_, person = queries.round_of(key), reader(request)
    if not roles.is_author(round_.idea, person):
        raise NotFound(_("Nothing here waits for your consent."))
    if request.method == "POST":
        try:
            return _answered(request, round_)
        except Refusal as refusal:
            if refusal.code != "decide.conflicted_vote":
                raise
            actions.void_conflicted(round_key=round_.key)
            raise Conflict(
                _("The panel has changed meanwhile, so nothing is decided now. You are asked again."),
                code="consent.panel_changed",
            ) from refusal
    draft = _draft_of(round_)
    context = {
        "round": round_,
        "gate": heading(round_),
        "title": round_.idea.title,
        "idea_url": link("idea", round_.idea.key),
        "text": preview(draft, person),
        "to_service": draft.redirect_service is not None,
        "request_key": new_key(),
    }
    return render(request, "gates/consent.html", context)


@once
def _answered(request: HttpRequest, round_: GateRound) -> HttpResponse:
    answer, draft = request.POST.get("answer"), _draft_of(round_)
    if answer == "consent":
        actions.consent(decision_key=draft.key, by=actor(request))
        messages.success(request, _("Your idea is handed on. Your receipt is below; keep it."))
        return redirect("hand-over", key=round_.idea.key)
    if answer == "decline":
        actions.decline_consent(decision_key=draft.key, by=actor(request))
        messages.success(
            request, _("Nothing has changed. Whoever decides is asked again; nobody else is told.")
        )
        return redirect("my-work")
    raise Invalid(_("Say yes or no."), code="consent.no_answer")


def _draft_of(round_: GateRound) -> Decision:
    found = Decision.objects.select_related("redirect_service").filter(round=round_).first()
    if found is not None:
        found.round = round_
    under_way = round_.state in ("seating", "open")
    if not under_way or found is None or not waits_for_consent(found):
        raise Conflict(
            _("This decision does not wait for a consent, or no longer."),
            code="consent.over",
            next_url=link("idea", round_.idea.key),
            next_label=_("See the idea"),
        )
    return found
