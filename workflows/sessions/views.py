"""One page to prepare, run, decide and close a session; every act is a form of its own and works without script."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import roles
from ideas.calls.models import Call
from ideas.drafting.masking.queries import hidden_passages
from ideas.pages import reader, typed
from incubator.lib import clock
from incubator.lib.pdf_answer import pdf_answer
from incubator.lib.refusals import Invalid, NotFound, note
from incubator.lib.words import local_day
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.sessions import actions, queries
from workflows.sessions.actions import common, settling
from workflows.sessions.calendars import calendar_of
from workflows.sessions.forms import LineForm, MemberForm, PostponeForm, PrepareForm, ReasonsForm, first_dates
from workflows.sessions.models import SelectionSession
from workflows.sessions.screen import screen

ENDED = ("closed", "void")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def of_call(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The sessions of a call, and the form that prepares one; the running one itself when nothing else can be held."""
    call = Call.objects.select_related("programme__entity").filter(key=key).first()
    if call is None:
        raise NotFound(_("There is no such call. Look for the open ones under “Calls for ideas”."))
    by = Actor(person=reader(request))
    common.check_leads(call.programme, by)
    held = list(SelectionSession.objects.filter(call=call).order_by("pk"))
    running = [one for one in held if one.state not in ENDED]
    rounds = actions.gates_of(call)
    if len(running) == 1 and not rounds and request.method != "POST":
        return redirect("session", key=running[0].key)
    zone = call.programme.entity.time_zone
    form = PrepareForm(typed(request), rounds=rounds, initial=first_dates(clock.today(zone)))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.prepare(call=call, by=by, **form.stated(zone))
        except Invalid as refusal:
            note(refusal)
            form.refuse(refusal.fields)
        else:
            messages.success(request, _("The session is prepared. Call its members, then convene it."))
            return redirect("session", key=made.key)
    context = {"call": call, "held": held, "rounds": rounds, "form": form, "request_key": new_key()}
    return render(request, "workflows/sessions/prepare.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def session(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _page(request, queries.session_of(key))


@require_POST
@login_required
def act(request: HttpRequest, key: uuid.UUID, act: str) -> HttpResponse:
    """One act on a session. What can be mended is shown on the page again, with what was typed."""
    found = queries.session_of(key)
    if act not in ACTS:
        raise queries.not_here()
    queries.reader_of(found, reader(request))
    try:
        return _act(request, found, act)
    except Invalid as refusal:
        note(refusal)
        return _page(request, found, data=request.POST, act=act, refused=refusal)


@once
def _act(request: HttpRequest, found: SelectionSession, name: str) -> HttpResponse:
    anchor = ACTS[name](request.POST, found, Actor(person=reader(request)))
    return HttpResponseRedirect(reverse("session", args=[found.key]) + (f"#{anchor}" if anchor else ""))


def _page(
    request: HttpRequest,
    found: SelectionSession,
    *,
    data: QueryDict | None = None,
    act: str = "",
    refused: Invalid | None = None,
) -> HttpResponse:
    who = queries.reader_of(found, reader(request))
    if not who.is_inside:
        return render(request, "workflows/sessions/hearing.html", _hearing(found, who))
    context = screen(found, who, act=act, data=data)
    moved = context["postpone_form"]
    if act == "postpone" and refused is not None and moved is not None and moved.is_valid():
        moved.refuse(refused.fields)
    context |= {"refused": refused, "request_key": new_key()}
    return render(request, "workflows/sessions/session.html", context, status=422 if refused else 200)


def _hearing(found: SelectionSession, who: queries.Reader) -> dict[str, Any]:
    """For a team: its own hearing, and nothing of the others."""
    own = found.lines.filter(idea__in=who.team_of, left_at=None).select_related("idea").order_by("pk")
    lines = [line for line in own if line.hearing_at is not None]
    if not lines:
        raise queries.not_here()
    return {"session": found, "lines": lines}


@require_safe
@login_required
def calendar(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The session for its members and whoever runs it; for a team, its own hearing."""
    found = queries.session_of(key)
    who = queries.reader_of(found, reader(request))
    if found.convened_at is None:
        raise queries.not_here()
    response = HttpResponse(calendar_of(found, who), content_type="text/calendar; charset=utf-8")
    name = _("selection-session")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@login_required
def document(request: HttpRequest, key: uuid.UUID, kind: str, *, download: bool = False) -> HttpResponseBase:
    """The newest agenda or minutes, for those inside the session; a page while it is being made."""
    found = queries.session_of(key)
    made = queries.documents_of(found).get(kind)
    if made is None or not queries.reader_of(found, reader(request)).is_inside:
        raise queries.not_here()
    if made.state != "ready":
        may_ask = made.state == "failed" and queries.reader_of(found, reader(request)).runs
        context = {"session": found, "document": made, "may_ask": may_ask, "request_key": new_key()}
        return render(request, "workflows/sessions/waiting.html", context, status=202)
    name = f"{made.get_kind_display().replace(' ', '-')}-{found.gate}-{local_day(found.held_at).isoformat()}"
    return pdf_answer(made.sha256, name, download=download)


# The acts. Each gives the id of the part of the page to come back to.


def _leave_out(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.leave_out(session_key=found.key, idea_key=_key(sent, "idea"), by=by)
    return "ideas"


def _member(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    form = MemberForm(sent)
    if not form.is_valid():
        raise _invalid(form.errors)
    actions.call_member(
        session_key=found.key,
        person=form.cleaned_data["person"],
        by=by,
        chair=form.cleaned_data["chair"],
    )
    return "members"


def _convene(_sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.convene(session_key=found.key, by=by)
    return ""


def _open(_sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.open_session(session_key=found.key, by=by)
    return "members"


def _excuse(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.excuse_member(session_key=found.key, member_key=_key(sent, "member"), by=by)
    return "members"


def _postpone(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    form = PostponeForm(sent, found)
    if not form.is_valid():
        raise _invalid(form.errors)
    zone = found.call.programme.entity.time_zone
    actions.postpone(
        session_key=found.key, held_at=form.held_at(zone), venue=form.cleaned_data["venue"], by=by
    )
    return "rules"


def _cancel(_sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.cancel(session_key=found.key, by=by)
    return ""


def _present(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.set_present(
        session_key=found.key,
        member_key=_key(sent, "member"),
        present=sent.get("present") in ("yes", "deputy"),
        deputy=sent.get("present") == "deputy",
        by=by,
    )
    return "members"


def _out(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    idea = _key(sent, "idea")
    actions.step_out(session_key=found.key, idea_key=idea, member_key=_key(sent, "member"), by=by)
    return f"idea-{idea}"


def _vote(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    idea, given = _key(sent, "idea"), sent.get("level", "")
    # One digit: of a long row of them Python makes no number.
    level = None if given == "abstain" else int(given) if re.fullmatch("[0-9]", given) else -1
    actions.vote_in_room(session_key=found.key, idea_key=idea, level=level, by=by)
    return f"idea-{idea}"


def _reasons(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    idea = _key(sent, "idea")
    line = found.lines.select_related("idea", "round").filter(idea__key=idea).first()
    hidden = hidden_passages(by.human, [line.idea_id] if line is not None else [])
    form = ReasonsForm(sent, line, hidden.get(line.idea_id, ())) if line is not None else None
    if form is None or not form.is_valid():
        raise _invalid(form.errors if form is not None else {})
    actions.note_reasons(session_key=found.key, idea_key=idea, by=by, **form.cleaned_data)
    return f"idea-{idea}"


def _settle(_sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.settle(session_key=found.key, by=by)
    return "list"


def _decide(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    lines = found.lines.select_related("idea__programme__entity", "round").filter(
        idea__key__in=_keys(sent, "line")
    )
    hidden = hidden_passages(by.human, [line.idea_id for line in lines])
    forms = [LineForm(sent, line, found, passages=hidden.get(line.idea_id, ())) for line in lines]
    if any([not form.is_valid() for form in forms]):  # noqa: C419 - each form is to find its own errors
        raise _invalid({})
    choices = {str(form.line.idea.key): form.choice() for form in forms}
    by = roles.acting_as(by.human, settling.deciders(found))
    actions.decide(session_key=found.key, by=by, choices=choices)
    return "list"


def _prepare_again(sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    actions.prepare_again(session_key=found.key, kind=sent.get("kind", ""), by=by)
    return "papers"


def _close(_sent: QueryDict, found: SelectionSession, by: Actor) -> str:
    by = roles.acting_as(by.human, common.who_leads(found))
    actions.close(session_key=found.key, by=by)
    return ""


ACTS: dict[str, Callable[[QueryDict, SelectionSession, Actor], str]] = {
    "leave-out": _leave_out,
    "member": _member,
    "excuse": _excuse,
    "convene": _convene,
    "postpone": _postpone,
    "open": _open,
    "cancel": _cancel,
    "present": _present,
    "out": _out,
    "vote": _vote,
    "reasons": _reasons,
    "settle": _settle,
    "decide": _decide,
    "close": _close,
    "prepare-again": _prepare_again,
}


def _key(sent: QueryDict, name: str) -> str:
    """A key as it was sent. Raises NotFound for what is none."""
    try:
        return str(uuid.UUID(sent.get(name, "")))
    except ValueError:
        raise queries.not_here() from None


def _keys(sent: QueryDict, name: str) -> list[str]:
    keys = []
    for one in sent.getlist(name)[:500]:
        try:
            keys.append(str(uuid.UUID(one)))
        except ValueError:
            continue
    return keys


def _invalid(errors: Any) -> Invalid:
    fields = {name: list(sentences) for name, sentences in errors.items()}
    return Invalid(_("Something is missing. It is marked below."), code="session.form", fields=fields)
