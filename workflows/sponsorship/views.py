"""Pages of sponsorship that everyone who reads the idea may open, and the team's own acts."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import roles
from ideas.drafting.masking.queries import shown as shown_to
from ideas.drafting.models import Idea, TeamMember
from ideas.pages import acted, crumbs, done, nothing_here, readable_idea, reader, typed
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.sponsorship import actions, delays, queries, shown, time_actions
from workflows.sponsorship.forms import BudgetForm, RouteForm, SponsorForm, TimeForm
from workflows.sponsorship.models import BudgetLine, Pledge, TimeRelease


@require_safe
@login_required
def sponsorship(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Who promised what, what the launch still needs, and what the reader can do about it."""
    return _page(request, readable_idea(request, key))


@require_POST
@login_required
@once
def ask_sponsor(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = readable_idea(request, key)
    form = SponsorForm(request.POST)
    gone_on = acted(
        request,
        form,
        lambda _by, given: actions.ask_sponsor(idea=idea, by=queries.asking(idea, reader(request)), **given),
        thanks=_("The question has been sent. The answer will be shown here."),
        to="sponsorship",
        key=key,
    )
    return gone_on or _page(request, idea, sponsor_form=form)


@require_POST
@login_required
@once
def take_back_question(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    pledge = Pledge.objects.filter(key=key).select_related("idea").first()
    if pledge is None:
        raise nothing_here()
    readable_idea(request, pledge.idea.key)
    actions.take_back_question(pledge=pledge, by=queries.asking(pledge.idea, reader(request)))
    messages.success(request, _("The question is taken back."))
    return redirect("sponsorship", key=pledge.idea.key)


@require_POST
@login_required
@once
def ask_time(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The member asks for one's own time: from this moment the manager hears of the idea."""
    idea = readable_idea(request, key)
    member = TeamMember.objects.filter(idea=idea, person=reader(request)).first()
    if member is None:
        raise nothing_here()
    form = TimeForm(request.POST)
    gone_on = acted(
        request,
        form,
        lambda by, given: time_actions.ask_time(member=member, by=by, **given),
        thanks=_("Your time has been asked for. Nobody else hears of it."),
        to="sponsorship",
        key=key,
    )
    return gone_on or _page(request, idea, time_form=form)


@require_POST
@login_required
@once
def take_back_time(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    release = TimeRelease.objects.filter(key=key, member__person=reader(request)).first()
    if release is None:
        raise nothing_here()
    time_actions.take_back_time(release=release, by=Actor(person=reader(request)))
    messages.success(request, _("Your request is taken back."))
    return redirect("sponsorship", key=release.member.idea.key)


@require_POST
@login_required
@once
def launch(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = readable_idea(request, key)
    actions.request_launch(idea=idea, by=Actor(person=reader(request)))
    messages.success(request, _("The launch decision has been asked for."))
    return redirect("idea", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def budget(request: HttpRequest, key: uuid.UUID, gate: str) -> HttpResponse:
    """Finance's page: what is promised, and the line that pays for it. Only a finance mandate opens it."""
    idea = Idea.objects.select_related("programme__entity", "content").filter(key=key).first()
    if idea is None or gate not in ("G2", "G4") or idea.state not in ("live", "held"):
        raise nothing_here()
    if idea.stage not in ("sponsorship", "pilot", "evaluation"):
        raise nothing_here()
    confirmers = queries.budget_confirmers(idea)
    by = roles.acting_as(reader(request), confirmers)
    if by.principal not in confirmers:
        raise nothing_here()
    line = BudgetLine.objects.filter(idea=idea, gate=gate).first()
    form = BudgetForm(typed(request), initial=_line_values(line))
    if form.is_valid() and done(
        form, lambda: actions.confirm_budget(idea=idea, gate=gate, by=by, **form.values())
    ):
        messages.success(request, _("The budget line is confirmed. Thank you."))
        return redirect("my-work")
    context = {
        "idea": shown_to(idea, reader(request)),
        "gate": gate,
        "pledge": queries.pledge_in_force(idea),
        "line": line,
        "form": form,
        "request_key": new_key(),
    }
    return render(request, "workflows/sponsorship/budget.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def procurement(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Procurement's page: what is promised, and by which route it may be bought. Only its mandate opens it."""
    idea = Idea.objects.select_related("programme__entity", "content").filter(key=key).first()
    if idea is None or idea.state not in ("live", "held") or idea.stage != "sponsorship":
        raise nothing_here()
    namers = queries.route_namers(idea)
    by = roles.acting_as(reader(request), namers)
    if by.principal not in namers:
        raise nothing_here()
    route = queries.procurement_route(idea)
    form = RouteForm(typed(request), initial={"route": route.route if route else ""})
    if form.is_valid() and done(form, lambda: actions.name_route(idea=idea, by=by, **form.cleaned_data)):
        messages.success(request, _("The route is named. Thank you."))
        return redirect("my-work")
    context = {
        "idea": shown_to(idea, reader(request)),
        "pledge": queries.pledge_in_force(idea),
        "route": route,
        "form": form,
        "request_key": new_key(),
    }
    return render(
        request, "workflows/sponsorship/procurement.html", context, status=422 if form.errors else 200
    )


def _line_values(line: BudgetLine | None) -> dict[str, object]:
    if line is None:
        return {}
    return {"none_needed": line.none_needed, "euros": line.euros, "reference": line.reference}


def _page(
    request: HttpRequest,
    idea: Idea,
    *,
    sponsor_form: forms.Form | None = None,
    time_form: forms.Form | None = None,
) -> HttpResponse:
    context = shown.page(idea, reader(request)) | {
        "crumbs": crumbs(idea),
        "arbitration": delays.arbitration(idea),
        "sponsor_form": sponsor_form or SponsorForm(),
        "time_form": time_form or TimeForm(),
        "request_key": new_key(),
        "second_key": new_key(),
    }
    status = 422 if sponsor_form or time_form else 200
    return render(request, "workflows/sponsorship/sponsorship.html", context, status=status)
