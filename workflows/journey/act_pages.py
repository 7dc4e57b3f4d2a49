"""Pages of what one does with an idea: submit it, withdraw it, wake it, say what was learnt, have it re-examined."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas import roles
from ideas.drafting.forms import to_do
from ideas.drafting.masking.queries import masked_row, passages_for
from ideas.drafting.models import Idea
from ideas.drafting.rules import missing
from ideas.pages import reader
from incubator.lib import words
from incubator.lib.refusals import Conflict, Invalid, NotFound, note
from incubator.people.actors import Actor
from incubator.people.models import Entity, Person
from incubator.people.once import new_key, once
from incubator.people.queries import department_named
from workflows.briefs.gathering import content_sha256
from workflows.gates import authority
from workflows.gates.leading import who_leads
from workflows.gates.models import Decision
from workflows.journey import actions, delays, forms, queries, reexaminations, wording
from workflows.journey.actions.holds import waits_for_author
from workflows.journey.actions.steps import check_lead, of_author
from workflows.journey.models import Reexamination
from workflows.journey.reexaminers import right_to_answer

ASKED = ("grounds", "reasons")  # what a re-examination says in words
GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
@once
def submit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Read the text once more, then submit it; again after a rework."""
    person = reader(request)
    refusal = None
    if request.method == "POST":
        try:
            _submitted(request, key)
            return redirect("receipt", key=key)
        except Invalid as refused:
            note(refused)
            refusal = refused
    idea = queries.readable_idea(key, person)
    if not queries.in_team(idea, person):
        raise NotFound(
            _("There is no such idea, or it is not open to you. Your list shows those you can read.")
        )
    again = idea.state != "draft"
    context = {
        "idea": idea,
        "text": idea.draft,
        "again": again,
        "missing": to_do(idea, missing(idea.draft)),
        "refusal": refusal,
        "request_key": new_key(),
    }
    if not again:
        form = forms.Route(
            request.POST or None, list(actions.closed_routes(idea).items()), delays.first_answers(idea)
        )
        if refusal is not None:
            forms.add_refusal(
                form, {name: refusal.fields[name] for name in form.fields if name in refusal.fields}
            )
        context |= {"form": form, "services": queries.services_that_answer(idea)}
    return render(request, "journey/submit.html", context, status=422 if refusal else 200)


def _submitted(request: HttpRequest, key: uuid.UUID) -> None:
    """Submit a draft on the route chosen, or hand in again what was completed. Raises what the act raises."""
    by = Actor(person=reader(request))
    if request.POST.get("again"):
        actions.resubmit(idea=key, by=by)
        return
    route, service = request.POST.get("route") or "standard", None
    if route == "local":
        # Whose idea it is, the act asks: a department's name is no secret.
        entity = Entity.objects.filter(programmes__ideas__key=key)
        service = department_named(entity, request.POST.get("service", "")[:200])
    actions.submit(idea=key, by=by, route=route, service=service)


@require_safe
def receipt(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The numbered receipt, for the team: what was submitted when, and what happens next."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    team = queries.team_of(idea)
    if idea.submitted_at is None or not any(item.person_id == person.pk for item in team):
        raise NotFound(_("There is no receipt here. An idea has one once it is submitted."))
    context = {
        "idea": idea,
        "content": idea.content,
        "submitted": words.moment(idea.submitted_at),
        "fingerprint": content_sha256(idea.content),
        "next": wording.next_text(idea),
    }
    return render(request, "journey/receipt.html", context)


Act = Callable[[Idea, Actor, dict[str, Any]], Any]


def _act(
    request: HttpRequest, key: uuid.UUID, form: type[django_forms.Form], template: str, act: Act, **extra: Any
) -> HttpResponse:
    """Show a short form, or do its act and go back to the idea; a refusal stays on the form, with what was typed."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    filled = form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and filled.is_valid():
        try:
            act(idea, Actor(person=person), filled.cleaned_data)
            return redirect("idea", key=key)
        except Invalid as refusal:
            note(refusal)
            forms.add_refusal(filled, refusal.fields or {"": [refusal.sentence]})
    status = 422 if request.method == "POST" else 200
    context = {"idea": idea, "form": filled, "request_key": new_key(), **extra}
    return render(request, template, context, status=status)


@require_http_methods(GET_AND_POST)
@once
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For the author: the idea is taken back."""
    own = Idea.objects.filter(**of_author(key, Actor(person=reader(request)), "author"))
    if request.method != "POST" and not own.exists():
        raise NotFound(
            _("There is no such idea, or it is not open to you. Your list shows those you can read.")
        )
    return _act(
        request,
        key,
        forms.Submitting,
        "journey/withdraw.html",
        lambda idea, by, _data: actions.withdraw(idea=idea.key, by=by),
    )


@require_http_methods(GET_AND_POST)
@once
def wake(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For a lead: what the idea waits for, and whether it has come."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    hold = queries.hold_of(idea, passages_for(idea, person))
    if request.method != "POST":
        if hold is None:
            raise Conflict(_("This idea is not on hold."), code="wake.not_held")
        check_lead(idea, _as_lead(idea, Actor(person=person)))
    if waits_for_author(idea):
        return _act(
            request,
            key,
            forms.AskAuthor,
            "journey/ask_author.html",
            lambda idea, by, data: actions.ask_author(
                idea=idea.key, by=_as_lead(idea, by), person=data["person"]
            ),
            asked=queries.author_asked(idea),
        )
    return _act(
        request,
        key,
        forms.Waking,
        "journey/wake.html",
        lambda idea, by, data: actions.wake(
            idea=idea.key, by=_as_lead(idea, by), condition_met=data["condition_met"]
        ),
        waits_for=wording.waits_for(hold),
        until=hold.until if hold else None,
    )


@require_http_methods(GET_AND_POST)
@once
def learning(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The team adds to the learning sheet of its stopped idea."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    decisions = queries.decisions_of(idea, passages_for(idea, person))
    if not queries.in_team(idea, person) or not queries.has_learning_sheet(idea, decisions):
        raise NotFound(_("There is no learning sheet here for you to add to."))
    return _act(
        request,
        key,
        forms.Learning,
        "journey/learning.html",
        lambda found, by, data: actions.add_learning(idea=found.key, by=by, text=data["text"]),
        decision=decisions[-1],
    )


@require_http_methods(GET_AND_POST)
@once
def reexamination(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask for it (the team, within the window), answer it (the decider who was asked), or read what came of it."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    asked = reexaminations.of_idea(idea, request.GET.get("of", ""))
    if asked is None:
        raise NotFound(_("Nothing is to be re-examined here."))
    passages = passages_for(idea, person)
    asked = masked_row(asked, ASKED, passages)
    decision = reexaminations.stop_of(asked, queries.decisions_of(idea, passages))
    in_team = queries.in_team(idea, person)
    if asked.asked_at is None or asked.closed_at is not None:
        return _unasked(request, idea, asked, decision, in_team=in_team)
    right = right_to_answer(idea, asked, Actor(person=person))
    sees_why = reexaminations.sees_why(person, asked, may_answer=right is not None)
    names = idea.holder == Idea.Holder.LEAD and _leads(idea, person)
    if right is None and not in_team and not sees_why and not names:
        raise NotFound(
            _("Nothing is to be re-examined here by you. What was yours to answer may have passed on.")
        )
    return _act(
        request,
        key,
        forms.Answer,
        "journey/reexamination.html",
        lambda found, by, data: actions.answer_reexamination(idea=found.key, by=by, **data),
        asked=asked,
        decision=decision,
        may_answer=right is not None,
        stands_in_for=right.on_behalf_of if right is not None else None,
        who_may=wording.delegations(asked.gate) if names else [],
        shows_grounds=right is not None or in_team or sees_why,
        why=reexaminations.why(decision) if sees_why else None,
    )


def _as_lead(idea: Idea, by: Actor) -> Actor:
    """The actor who does what a lead does: oneself, or a deputy for a lead who is absent."""
    return roles.acting_as(by.human, who_leads(idea))


def _leads(idea: Idea, person: Person) -> bool:
    return authority.leads(idea, _as_lead(idea, Actor(person=person)))


def _unasked(
    request: HttpRequest, idea: Idea, asked: Reexamination, decision: Decision, *, in_team: bool
) -> HttpResponse:
    """Before anybody asks, or after it is over: a lead may say when the answer was handed over."""
    person = reader(request)
    sees_why = reexaminations.sees_why(person, asked, may_answer=False)
    if idea.state != Idea.State.STOPPED and not in_team and not sees_why:
        raise NotFound(_("Nothing is to be re-examined here."))
    open_still = asked.asked_at is None and asked.closed_at is None
    context = {
        "asked": asked,
        "decision": decision,
        "may_ask": actions.may_ask_reexamination(idea, asked) and in_team,
        "shows_grounds": in_team or sees_why,
        "why": reexaminations.why(decision) if sees_why else None,
        "may_hand_over": open_still and not in_team and _leads(idea, person),
    }
    if context["may_hand_over"]:
        return _act(
            request,
            idea.key,
            forms.Handing,
            "journey/reexamination.html",
            lambda found, by, data: actions.hand_over_answer(
                idea=found.key, by=_as_lead(found, by), on=data["on"]
            ),
            **context,
        )
    return _act(
        request,
        idea.key,
        forms.Grounds,
        "journey/reexamination.html",
        lambda found, by, data: actions.ask_reexamination(idea=found.key, by=by, grounds=data["grounds"]),
        **context,
    )
