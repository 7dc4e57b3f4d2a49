"""Pages of the plan and the pilot: everyone who reads the idea reads them; team and sponsor write."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import passages_for
from ideas.drafting.masking.rules import masked
from ideas.drafting.models import Idea
from ideas.pages import crumbs, done, nothing_here, readable_idea, reader, typed
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotAllowed, note
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.gates import signing
from workflows.pilots import actions, queries, rules, sentences
from workflows.pilots.forms import CheckInForm, PlanEditor, TextForm, rearranged
from workflows.pilots.models import Incident, Pilot, PilotPlan

FORM = ["GET", "HEAD", "POST"]


@require_safe
@login_required
def plan(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The plan as it stands, sealed or not, and what it still lacks."""
    idea = readable_idea(request, key)
    found = queries.plan_of(idea, passages_for(idea, reader(request)))
    may_edit = _may_edit(request, idea, found)
    if found is None and may_edit:
        return redirect("plan-edit", key=key)
    gaps = [sentences.GAPS[code] for code in rules.plan_gaps(queries.plan_data(found))]
    context = {"idea": idea, "plan": found, "gaps": gaps, "may_edit": may_edit, "crumbs": _crumbs(idea)}
    return render(request, "workflows/pilots/plan.html", context)


@require_http_methods(FORM)
@login_required
@once
def edit_plan(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The editor. `more` and `remove` only rearrange the rows; a save on an old version shows both texts (409)."""
    idea = readable_idea(request, key)
    saved = queries.plan_of(idea, passages=())
    if not roles.is_author(idea, reader(request)):
        raise NotAllowed(_("Only the team writes the pilot plan."))
    if request.method != "POST":
        if not _may_edit(request, idea, saved):
            raise Conflict(_("The plan can be read, not changed now."))
        months = rules.FAST_MONTHS if idea.route == "fast" else rules.MONTHS
        return _editor(request, idea, PlanEditor(saved, months=months))
    sent = request.POST
    if "more" in sent or "remove" in sent:
        place = sent.get("remove", "")
        remove = int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else None
        return _editor(request, idea, rearranged(sent, remove))
    editor = PlanEditor(saved, sent)
    if not editor.is_valid():
        return _editor(request, idea, editor, status=422)
    by = Actor(person=reader(request))
    version = editor.form.cleaned_data["version"]
    try:
        if not done(
            editor.form,
            lambda: actions.save_plan(idea=idea, version=version, values=editor.values(), by=by),
        ):
            return _editor(request, idea, editor, status=422)
    except Conflict as refusal:
        if refusal.code != "plan.version":
            raise
        note(refusal)
        return _editor(request, idea, editor, status=409, theirs=saved)
    messages.success(request, _("The plan is saved."))
    return redirect("plan", key=key)


@require_safe
@login_required
def pilot(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """How the pilot goes: readings beside baseline and target, check-ins, incidents, its end."""
    idea, person = readable_idea(request, key), reader(request)
    passages = passages_for(idea, person)
    found, sealed = queries.pilot_of(idea, passages), queries.plan_of(idea, passages)
    if found is None or sealed is None:
        raise nothing_here()
    writes = queries.runs_pilot(idea, _actor(request, idea).principal)
    check_ins, incidents = queries.check_ins(found, passages), queries.incidents(found, passages)
    in_pilot = idea.stage == Idea.Stage.PILOT
    context = {
        "idea": idea,
        "pilot": found,
        "plan": sealed,
        "sponsor": signing.sponsor_as_read(
            queries.sponsor_of(idea), idea, sees_authors=access().sees_authors(person, idea)
        ),
        "lines": queries.lines(sealed, check_ins),
        "check_ins": check_ins[::-1],
        "first_check_in": None if check_ins else queries.first_check_in(found),
        "incidents": incidents if writes or roles.is_lead(idea, person) else [],
        "open_incidents": sum(one.closed_at is None for one in incidents),
        "closed_incidents": sum(one.closed_at is not None for one in incidents),
        "writes": writes and in_pilot and idea.state in (Idea.State.LIVE, Idea.State.HELD),
        "runs": writes and in_pilot and idea.state == Idea.State.LIVE,
        "crumbs": crumbs(idea),
    }
    return render(request, "workflows/pilots/pilot.html", context)


@require_http_methods(FORM)
@login_required
@once
def check_in(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea, found, by = _writing(request, key)
    sealed = queries.plan_of(idea, passages_for(idea, reader(request)))
    assert sealed is not None, "a pilot has its plan"
    today = min(clock.today(idea.programme.entity.time_zone), found.ended_on or found.planned_end_on)
    form = CheckInForm(list(sealed.indicators.all()), typed(request), initial={"on": today})
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("on", "pace", "note")}
        if done(
            form,
            lambda: actions.record_check_in(pilot=found, readings=form.readings(), by=by, **given),
        ):
            messages.success(request, _("The check-in is recorded."))
            return redirect("pilot", key=key)
    return _form_page(request, idea, form, _("Record a check-in"), _("Record"))


@require_http_methods(FORM)
@login_required
@once
def report_incident(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea, found, by = _writing(request, key)
    form = TextForm(
        "text",
        _("What happened"),
        _("Say it without naming anyone. In an emergency, warn your security service first."),
        typed(request),
    )
    return _text_page(
        request,
        idea,
        form,
        lambda: actions.report_incident(pilot=found, text=form.cleaned_data["text"], by=by),
        (_("Report an incident"), _("Report"), _("The incident is recorded.")),
    )


@require_http_methods(FORM)
@login_required
@once
def close_incident(request: HttpRequest, key: uuid.UUID, number: int) -> HttpResponse:
    idea, found, by = _writing(request, key)
    incident = Incident.objects.filter(pilot=found, pk=number).select_related("pilot").first()
    if incident is None:
        raise nothing_here()
    form = TextForm("note", _("What was done"), _("And what keeps it from happening again."), typed(request))
    return _text_page(
        request,
        idea,
        form,
        lambda: actions.close_incident(incident=incident, note=form.cleaned_data["note"], by=by),
        (_("Close an incident"), _("Close it"), _("The incident is closed.")),
        quoted=masked(incident.text, passages_for(idea, reader(request))),
    )


@require_http_methods(FORM)
@login_required
@once
def end(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea, found, by = _writing(request, key)
    form = TextForm(
        "note",
        _("How it ended"),
        _("As planned, or early and why; and what happens to those who used it."),
        typed(request),
    )
    return _text_page(
        request,
        idea,
        form,
        lambda: actions.end_pilot(pilot=found, note=form.cleaned_data["note"], by=by),
        (
            _("End the pilot"),
            _("End the pilot today"),
            _("The pilot has ended. What follows is now decided."),
        ),
        warning=_("This cannot be undone: the sponsor and the programme lead then decide what follows."),
    )


# --- What the pages share ---------------------------------------------------------------------------------------


def _text_page(
    request: HttpRequest,
    idea: Idea,
    form: TextForm,
    act: Callable[[], Any],
    words: tuple[str, str, str],
    **more: Any,
) -> HttpResponse:
    """A page with one text: `words` are its title, its button and what is said once it is done."""
    title, button, said = words
    if form.is_valid() and done(form, act):
        messages.success(request, said)
        return redirect("pilot", key=idea.key)
    return _form_page(request, idea, form, title, button, **more)


def _form_page(
    request: HttpRequest, idea: Idea, form: Any, title: str, button: str, **more: Any
) -> HttpResponse:
    context = {
        "idea": idea,
        "form": form,
        "title": title,
        "button": button,
        "crumbs": crumbs(idea, ("pilot", _("Pilot"))),
        "request_key": new_key(),
    } | more
    return render(request, "workflows/pilots/write.html", context, status=422 if form.errors else 200)


def _editor(
    request: HttpRequest,
    idea: Idea,
    editor: PlanEditor,
    *,
    status: int = 200,
    theirs: PilotPlan | None = None,
) -> HttpResponse:
    context = {
        "idea": idea,
        "form": editor.form,
        "rows": editor.rows,
        "theirs": theirs,
        "full": len(editor.rows) >= rules.MOST_INDICATORS,
        "wrong": sum(bool(row.errors) for row in editor.rows) if status == 422 else 0,
        "crumbs": _crumbs(idea),
        "request_key": new_key(),
    }
    return render(request, "workflows/pilots/plan_edit.html", context, status=status)


def _may_edit(request: HttpRequest, idea: Idea, found: PilotPlan | None) -> bool:
    return (
        (found is None or found.sealed_at is None)
        and queries.is_time_to_plan(idea)
        and roles.is_author(idea, reader(request))
        and not queries.launch_is_decided_on(idea)
    )


def _actor(request: HttpRequest, idea: Idea) -> Actor:
    """The reader; or, when of no team, a deputy of the sponsor."""
    person = reader(request)
    sponsor = queries.sponsor_of(idea)
    if sponsor is None or roles.is_author(idea, person):
        return Actor(person=person)
    return roles.acting_as(person, [sponsor])


def _writing(request: HttpRequest, key: uuid.UUID) -> tuple[Idea, Pilot, Actor]:
    """The idea, its pilot and the actor who may write there. Raises NotFound or NotAllowed."""
    idea = readable_idea(request, key)
    found = queries.pilot_of(idea, passages=())
    if found is None:
        raise nothing_here()
    by = _actor(request, idea)
    if not queries.runs_pilot(idea, by.principal):
        raise NotAllowed(_("The pilot is written by its team and its sponsor."))
    return idea, found, by


def _crumbs(idea: Idea) -> list[dict[str, Any]]:
    if idea.stage == Idea.Stage.SPONSORSHIP:
        return crumbs(idea, ("sponsorship", _("Sponsorship")))
    return crumbs(idea)
