"""Pages of the journey: the idea, its receipt, the portfolio, and the author's acts. Thin: read, act, answer."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_row, passages_for
from ideas.drafting.models import CLOSED, Idea
from ideas.drafting.queries import all_wish_to_be_named, published_files
from incubator.inbox.wording import button, title
from incubator.lib import words
from incubator.lib.refusals import Conflict, Invalid, NotFound, note
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key, once
from incubator.people.queries import department_named
from workflows.briefs.queries import briefs_of
from workflows.gates import authority
from workflows.gates.configuration import recourse
from workflows.gates.models import Decision
from workflows.journey import actions, forms, portfolio, queries, wording
from workflows.journey.models import Reexamination

ASKED = ("grounds", "reasons")  # what a re-examination says in words
GET_AND_POST = ["GET", "HEAD", "POST"]


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person), "every page here asks for a sign-in"
    return request.user


@require_safe
def portfolio_page(request: HttpRequest) -> HttpResponse:
    """The list of ideas; with htmx only its rows."""
    reader = _person(request)
    chosen = portfolio.Portfolio(
        request.GET,
        queryset=portfolio.base(reader),
        language=(get_language() or "fr")[:2],
        reader=reader,
    )
    queryset = chosen.qs if chosen.form.is_valid() else portfolio.base(reader).none()
    sort = chosen.form.cleaned_data.get("sort") or "" if chosen.form.is_valid() else ""
    found = portfolio.page(queryset, sort, request.GET.get("after", ""), reader)
    context = {
        "form": chosen.form,
        "views": portfolio.views(request.GET.get("state", "")),
        "rows": [portfolio.row(idea) for idea in found.ideas],
        "count": found.counted,
        "more_than_counted": found.more_than_counted,
        "next_url": _next_url(request, found.after),
        "is_start": not request.GET.get("after"),
    }
    part = "journey/portfolio_rows.html" if getattr(request, "htmx", None) else "journey/portfolio.html"
    return render(request, part, context)


def _next_url(request: HttpRequest, after: str) -> str:
    if not after:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return f"{reverse('portfolio')}?{query.urlencode()}"


@require_safe
def idea_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Where the idea is, who holds it, since when, until when, what comes next; its text, history and papers."""
    person = _person(request)
    idea = queries.readable_idea(key, person)
    team = queries.team_of(idea)
    reader = queries.reader_of(idea, person, team)
    if idea.state == "draft":
        return redirect("idea-edit", key=idea.key)
    passages = passages_for(idea, person)
    decisions = queries.decisions_of(idea, passages)
    hold, window = queries.hold_of(idea, passages), queries.window_of(idea)
    precedent = queries.precedent_of(idea)
    entries = queries.history_of(idea, decisions)
    elsewhere = queries.elsewhere_of(idea, person, decisions, entries)
    context = {
        "idea": idea,
        "content": getattr(idea, "content", None),
        "reader": reader,
        "state_word": wording.state_word(idea),
        "state_kind": wording.state_kind(idea),
        "bays": wording.bays(idea, {item.round.gate: item for item in decisions}),
        "next": _next(idea, reader, hold, window),
        "team": _team(team) if reader.sees_authors else None,
        "entries": entries,
        "elsewhere": elsewhere,
        "documents": _documents(idea, reader, handed_over=elsewhere["handed_over"]),
        "conditions": queries.open_conditions_of(decisions, passages),
        "last": decisions[-1] if decisions else None,
        "learning": queries.learning_of(idea, passages),
        "has_learning_sheet": queries.has_learning_sheet(idea, decisions),
        "stages": _stage_pages(idea),
        "may_send_up": reader.in_team and actions.may_send_up(idea, window),
        "done": queries.done_of(idea),
        "sent_up": queries.sent_up_of(idea, decisions, reader, person),
        "route": wording.ROUTE_NAMES[idea.route] if idea.route != "standard" else "",
        "may_reexamine": reader.in_team and actions.may_ask_reexamination(idea, window),
        "recourse": recourse(queries.rules_of(idea, decisions)),
        "goes_on": idea.state in ("live", "held"),
        "closed": idea.state in CLOSED,
        "may_mask": reader.sees_authors and idea.state != "precedent" and access().names_hidden(idea),
        "name_wish": _name_wish(idea, reader),
        "request_key": new_key(),
        "precedent": precedent,
        "milestones": wording.milestones(precedent.milestones) if precedent else [],
    }
    return render(request, "journey/idea.html", context)


def _name_wish(idea: Idea, reader: queries.Reader) -> dict[str, Any] | None:
    """What the reader, of the team of a closed idea, wishes about the names, and whether all wish so."""
    if idea.state not in CLOSED or reader.member is None:
        return None
    return {"shown": reader.member.wishes_name_shown, "all": all_wish_to_be_named(idea)}


def _next(idea: Idea, reader: queries.Reader, hold: Any, window: Any) -> dict[str, Any]:
    """The reader's own turn, else what comes next for whoever holds the idea."""
    if idea.holder == "author" and reader.in_team and idea.state == "live":
        due = words.long_day(idea.due_at) if idea.due_at else ""
        text = _("Complete the text as the decision asks, by %(due)s, then submit it again.") % {"due": due}
        return {
            "my_turn": True,
            "text": text,
            "url": reverse("idea-edit", args=[idea.key]),
            "label": _("Complete it"),
        }
    if idea.holder == "author" and reader.in_team and idea.state == "held":
        return {
            "my_turn": True,
            "text": wording.next_text(idea, hold, window),
            "url": reverse("idea-edit", args=[idea.key]),
            "label": _("Complete it"),
        }
    if reader.task is not None:
        text = title(reader.task.verb, idea.title)
        return {
            "my_turn": True,
            "text": f"{text}. {wording.next_text(idea, hold, window)}" if hold is not None else text,
            "url": reader.task.url,
            "label": button(reader.task.verb),
        }
    found = {"my_turn": False, "text": wording.next_text(idea, hold, window)}
    if idea.state == "precedent":
        found |= {"url": f"{reverse('idea-new')}?from={idea.key}", "label": _("Start an idea from it")}
    return found


def _team(team: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "initials": item.person.initials,
            "name": item.person.get_full_name(),
            "detail": item.get_role_display(),
        }
        for item in team
    ]


def _documents(idea: Idea, reader: queries.Reader, *, handed_over: bool) -> list[dict[str, Any]]:
    found = []
    for brief in briefs_of(idea):
        ready = brief.state == "ready"
        label = _("Decision brief %(number)s") % {"number": brief.number}
        detail = f"PDF, {words.file_size(brief.size)}" if ready and brief.size else _("being prepared")
        found.append(
            {"url": reverse("brief", args=[brief.key]), "label": label, "detail": detail, "file": True}
        )
        if reader.in_team:
            gate = wording.gate_words(brief.decision.round.gate)
            url = reverse("document", args=["letter", brief.decision.key])
            found.append({"url": url, "label": _("Letter to the team"), "detail": gate, "file": True})
    if reader.in_team and idea.submitted_at:
        day = words.short_day(idea.submitted_at)
        url = reverse("receipt", args=[idea.key])
        found.append({"url": url, "label": _("Receipt of submission"), "detail": day, "file": True})
        url, detail = reverse("document", args=["certificate", idea.key]), _("made only if you ask")
        found.append({"url": url, "label": _("Certificate of contribution"), "detail": detail, "file": True})
    if handed_over:
        url = reverse("hand-over", args=[idea.key])
        day = words.short_day(idea.ended_at) if idea.ended_at else ""
        found.append({"url": url, "label": _("Receipt of the hand-over"), "detail": day, "file": True})
    for file in published_files(idea, names_shown=reader.sees_authors):
        detail = words.file_size(file.size)
        found.append({"url": file.url, "label": file.name, "detail": detail, "file": True})
    return found


def _stage_pages(idea: Idea) -> list[dict[str, Any]]:
    """Links to the stage rooms' pages that have something to show."""
    if idea.route == "fast" and idea.stage == "submission" and idea.state != "withdrawn":
        return [{"url": reverse("plan", args=[idea.key]), "label": _("Pilot plan"), "current": False}]
    if idea.state in ("precedent", "withdrawn") or idea.stage in ("", "submission", "review"):
        return []
    reached = wording.STAGES.index(idea.stage)
    pages = [
        ("sponsorship", 2, _("Sponsorship")),
        ("pilot", 3, _("Pilot")),
        ("evaluation", 4, _("Evaluation")),
    ]
    return [
        {"url": reverse(name, args=[idea.key]), "label": label, "current": False}
        for name, place, label in pages
        if reached >= place
    ]


@require_http_methods(GET_AND_POST)
@once
def submit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Read the text once more, then submit it; again after a rework."""
    person = _person(request)
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
    context = {"idea": idea, "text": idea.draft, "again": again, "refusal": refusal, "request_key": new_key()}
    if not again:
        form = forms.Route(request.POST or None, list(actions.closed_routes(idea).items()))
        if refusal is not None:
            forms.add_refusal(
                form, {name: refusal.fields[name] for name in form.fields if name in refusal.fields}
            )
        context |= {"form": form, "services": queries.services_that_answer(idea)}
    return render(request, "journey/submit.html", context, status=422 if refusal else 200)


def _submitted(request: HttpRequest, key: uuid.UUID) -> None:
    """Submit a draft on the route chosen, or hand in again what was completed. Raises what the act raises."""
    by = Actor(person=_person(request))
    if request.POST.get("again"):
        actions.resubmit(idea=key, by=by)
        return
    route, service = request.POST.get("route") or "standard", None
    if route == "local":
        idea = queries.readable_idea(key, by.human)
        service = department_named(idea.programme.entity, request.POST.get("service", "")[:200])
    actions.submit(idea=key, by=by, route=route, service=service)


@require_safe
def receipt(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The numbered receipt, for the team: what was submitted when, and what happens next."""
    person = _person(request)
    idea = queries.readable_idea(key, person)
    team = queries.team_of(idea)
    if idea.submitted_at is None or not any(item.person_id == person.pk for item in team):
        raise NotFound(_("There is no receipt here. An idea has one once it is submitted."))
    context = {
        "idea": idea,
        "content": idea.content,
        "submitted": words.moment(idea.submitted_at),
        "fingerprint": queries.content_sha256(idea.content),
        "next": wording.next_text(idea),
    }
    return render(request, "journey/receipt.html", context)


Act = Callable[[Idea, Actor, dict[str, Any]], Any]


def _act(
    request: HttpRequest, key: uuid.UUID, form: type[django_forms.Form], template: str, act: Act, **extra: Any
) -> HttpResponse:
    """Show a short form, or do its act and go back to the idea; a refusal stays on the form, with what was typed."""
    person = _person(request)
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
    idea = queries.readable_idea(key, _person(request))
    hold = queries.hold_of(idea, passages_for(idea, _person(request)))
    if hold is None and request.method != "POST":
        raise Conflict(_("This idea is not on hold."), code="wake.not_held")
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
    person = _person(request)
    idea = queries.readable_idea(key, person)
    decisions = queries.decisions_of(idea)
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
    """Ask for it (the team, within the window), or answer it (a decider who took no part)."""
    person = _person(request)
    idea = queries.readable_idea(key, person)
    asked = queries.window_of(idea)
    if asked is None:
        raise NotFound(_("Nothing is to be re-examined here."))
    passages = passages_for(idea, person)
    asked, decision = masked_row(asked, ASKED, passages), queries.decisions_of(idea, passages)[-1]
    in_team = queries.in_team(idea, person)
    if asked.asked_at is None or asked.closed_at is not None:
        return _unasked(request, idea, asked, decision, in_team=in_team)
    right = actions.right_to_answer(idea, asked.gate, Actor(person=person))
    sees_why = queries.sees_why(person, idea, asked, may_answer=right is not None)
    names = idea.holder == Idea.Holder.LEAD and _leads(idea, person)
    if right is None and not in_team and not sees_why and not names:
        raise NotFound(_("Nothing is to be re-examined here."))
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
        why=queries.why(decision) if sees_why else None,
    )


def _as_lead(idea: Idea, by: Actor) -> Actor:
    """The actor who does what a lead does: oneself, or a deputy for a lead who is absent."""
    return roles.acting_as(by.human, roles.leads(idea))


def _leads(idea: Idea, person: Person) -> bool:
    return authority.leads(idea, _as_lead(idea, Actor(person=person)))


def _unasked(
    request: HttpRequest, idea: Idea, asked: Reexamination, decision: Decision, *, in_team: bool
) -> HttpResponse:
    """Before anybody asks, or after it is over: a lead may say when the answer was handed over."""
    person = _person(request)
    sees_why = queries.sees_why(person, idea, asked, may_answer=False)
    open_still = asked.asked_at is None and asked.closed_at is None
    context = {
        "asked": asked,
        "decision": decision,
        "may_ask": actions.may_ask_reexamination(idea, asked) and in_team,
        "shows_grounds": in_team or sees_why,
        "why": queries.why(decision) if sees_why else None,
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
