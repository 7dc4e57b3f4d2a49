"""Pages of the journey that are read: the portfolio, and an idea with what comes next. Its acts are in `act_pages`."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.drafting.masking.queries import passages_for
from ideas.drafting.models import CLOSED, Idea
from ideas.drafting.queries import published_files
from ideas.pages import nothing_here
from incubator.inbox.wording import button, stands_in_for, title
from incubator.lib import words
from incubator.people import grants
from incubator.people.models import Person
from incubator.people.once import new_key
from incubator.people.views.answers import reader as signed_in
from workflows.briefs.queries import briefs_of
from workflows.journey import actions, delays, portfolio, queries, reexaminations, trail, wording
from workflows.journey.models import Reexamination


@require_safe
def portfolio_page(request: HttpRequest) -> HttpResponse:
    """The list of ideas; with htmx only its rows."""
    reader = signed_in(request)
    chosen = portfolio.chosen(request.GET, reader, (get_language() or "fr")[:2])
    choice = chosen.form.cleaned_data
    found = portfolio.page(chosen.qs, choice.get("sort") or "", request.GET.get("after", ""), reader)
    precedents = chosen.precedents()
    context = {
        "form": chosen.form,
        "views": portfolio.views(choice.get("state", "")),
        "call": choice.get("call"),
        "without_call_url": _list_url(request, "call"),
        "rows": [portfolio.row(idea) for idea in found.ideas],
        "count": found.counted,
        "more_than_counted": found.more_than_counted,
        "next_url": _next_url(request, found.after),
        "is_start": not request.GET.get("after"),
        "precedents": precedents,
        "precedents_url": _precedents_url(request) if precedents else "",
    }
    part = "journey/portfolio_rows.html" if getattr(request, "htmx", None) else "journey/portfolio.html"
    return render(request, part, context)


def _precedents_url(request: HttpRequest) -> str:
    return _list_url(request, state="precedent")


def _list_url(request: HttpRequest, *without: str, **instead: str) -> str:
    """The start of this list without some of what was chosen, or with something else."""
    query = request.GET.copy()
    for name in ("after", *without):
        query.pop(name, None)
    for name, value in instead.items():
        query[name] = value
    return f"{reverse('portfolio')}?{query.urlencode()}"


def _next_url(request: HttpRequest, after: str) -> str:
    if not after:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return f"{reverse('portfolio')}?{query.urlencode()}"


@require_safe
def idea_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Where the idea is, who holds it, since when, until when, what comes next; its text, history and papers."""
    person = signed_in(request)
    idea = queries.page_idea(key, person)
    team = queries.team_of(idea)
    reader = queries.reader_of(idea, person, team)
    if idea.state == "draft":
        return redirect("idea-edit", key=idea.key)
    passages = passages_for(idea, person)
    decisions = queries.decisions_of(idea, passages)
    hold, window = queries.hold_of(idea, passages), queries.window_of(idea)
    precedent = queries.precedent_of(idea)
    entries = queries.history_of(idea, decisions)
    elsewhere = queries.elsewhere_of(idea, person, decisions, entries, passages)
    has_trail = trail.may_read(person, idea)
    names_hidden = reader.sees_authors and vars(idea)["names_hidden"]
    context = {
        "idea": idea,
        "content": getattr(idea, "content", None),
        "reader": reader,
        "state_word": wording.state_word(idea),
        "state_kind": wording.state_kind(idea),
        "bays": wording.bays(idea, {item.round.gate: item for item in decisions}, delays.to_come(idea)),
        "next": _next(idea, person, reader, hold, window),
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
        "sent_up": queries.sent_up_of(idea, decisions, reader, person, passages),
        "route": wording.ROUTE_NAMES[idea.route] if idea.route != "standard" else "",
        "may_reexamine": reader.in_team and actions.may_ask_reexamination(idea, window),
        "looked_at_again": _looked_at_again(idea, person, reader, window, entries, audits=has_trail),
        "has_trail": has_trail,
        "recourse": delays.recourse(idea),
        "goes_on": idea.state in ("live", "held"),
        "closed": idea.state in CLOSED,
        "may_mask": names_hidden,
        "name_wish": _name_wish(idea, reader, names_hidden=names_hidden),
        "request_key": new_key(),
        "precedent": precedent,
        "milestones": wording.milestones(precedent.milestones) if precedent else [],
    }
    return render(request, "journey/idea.html", context)


@require_safe
def reexaminations_page(request: HttpRequest) -> HttpResponse:
    """For the auditor: what was asked to be looked at again, each with the rule-by-rule why."""
    person = signed_in(request)
    if trail.AUDITOR not in grants.roles_anywhere(person):
        raise nothing_here()
    found = reexaminations.audited(person, request.GET.get("after", ""))
    shown, more = found[: reexaminations.PAGE], len(found) > reexaminations.PAGE
    context = {
        "lines": [reexaminations.line(one) for one in shown],
        "next_url": f"?after={shown[-1].pk}" if more else "",
        "further": bool(request.GET.get("after")),
    }
    return render(request, "journey/reexaminations.html", context)


@require_safe
def trail_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """For the auditor: what happened to an idea, event by event, and the votes of its closed rounds, persons as keys.

    Reading changes nothing and is no event.
    """
    person = signed_in(request)
    idea = queries.readable_idea(key, person, audited=trail.audits(person))
    if not trail.may_read(person, idea):
        raise nothing_here()
    context = {"idea": idea, **trail.trail_of(idea, request.GET.get("after", ""))}
    return render(request, "journey/trail.html", context)


def _looked_at_again(
    idea: Idea,
    person: Person,
    reader: queries.Reader,
    window: Reexamination | None,
    entries: list[dict[str, Any]],
    *,
    audits: bool,
) -> str:
    """Where this reader reads what was asked to be looked at again: the team, whoever answered, the auditor.

    `window`, `entries`: as `window_of` and `history_of` give them; `audits`: this reader may read
    the idea's trail. '' for whoever reads none of it.
    """
    if not any(entry.get("verb") == "reexamination_asked" for entry in entries):
        return ""
    asked = window or reexaminations.of_idea(idea)
    if asked is None or asked.asked_at is None:
        return ""
    if not reader.in_team and not reexaminations.sees_why(person, asked, may_answer=audits):
        return ""
    return reverse("reexamination", args=[idea.key])


def _name_wish(idea: Idea, reader: queries.Reader, *, names_hidden: bool) -> dict[str, Any] | None:
    """What the reader, of the team of a closed idea, wishes about the names, and whether all wish so.

    Names of a closed idea are hidden exactly while not all of its team wish them shown.
    """
    if idea.state not in CLOSED or reader.member is None:
        return None
    return {"shown": reader.member.wishes_name_shown, "all": not names_hidden}


def _next(idea: Idea, person: Person, reader: queries.Reader, hold: Any, window: Any) -> dict[str, Any]:
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
        texts = [title(reader.task.verb, idea.title)]
        if reader.task.person_id != person.pk:
            texts.append(stands_in_for(reader.task.person))
        if hold is not None:
            texts.append(wording.next_text(idea, hold, window))
        return {
            "my_turn": True,
            "text": ". ".join(texts),
            # A page does not lead to itself.
            "url": reader.task.url if reader.task.url != reverse("idea", args=[idea.key]) else "",
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
        detail = f"PDF, {words.file_size(brief.size)}" if ready else brief.get_state_display()
        url, download = reverse("brief", args=[brief.key]), reverse("brief-download", args=[brief.key])
        shown = {"url": url, "label": label, "detail": detail, "file": True}
        found.append(shown | ({"download": download} if ready else {}))
        if reader.in_team:
            gate = wording.gate_words(brief.decision.round.gate)
            url = reverse("document", args=["letter", brief.decision.key])
            found.append({"url": url, "label": _("Letter to the team"), "detail": gate, "file": True})
            if ready:
                url, label = reverse("brief-evidence", args=[brief.key]), _("Is this brief genuine?")
                found.append({"url": url, "label": label, "detail": brief.number, "file": False})
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
