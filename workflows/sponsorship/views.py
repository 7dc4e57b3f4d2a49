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
from ideas.access import access
from ideas.drafting.masking.queries import shown as shown_to
from ideas.drafting.models import Idea, TeamMember
from ideas.pages import acted, crumbs, done, nothing_here, readable_idea, reader, typed
from incubator.lib.refusals import NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.gates import signing
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
    if idea is None or idea.state not in ("live", "held") or not queries.is_line_asked(idea, gate):
        raise nothing_here()
    by = _answering(request, idea, queries.budget_confirmers(idea))
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
        "sponsor": _sponsor(request, idea),
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
    if not queries.route_is_asked(idea):
        raise nothing_here()
    by = _answering(request, idea, queries.route_namers(idea))
    route = queries.procurement_route(idea)
    form = RouteForm(typed(request), initial={"route": route.route if route else ""})
    if form.is_valid() and done(form, lambda: actions.name_route(idea=idea, by=by, **form.cleaned_data)):
        messages.success(request, _("The route is named. Thank you."))
        return redirect("my-work")
    context = {
        "idea": shown_to(idea, reader(request)),
        "pledge": queries.pledge_in_force(idea),
        "sponsor": _sponsor(request, idea),
        "route": route,
        "form": form,
        "request_key": new_key(),
    }
    return render(
        request, "workflows/sponsorship/procurement.html", context, status=422 if form.errors else 200
    )


def _answering(request: HttpRequest, idea: Idea, asked: list[Person]) -> Actor:
    """One of those asked, or the deputy of one who is away; nothing is here for anybody else."""
    by = roles.acting_as(reader(request), asked)
    if by.principal not in asked:
        raise nothing_here()
    if not queries.is_distant(idea, by.human):
        raise NotAllowed(
            _(
                "You manage someone of this idea’s team, or are of it, so you cannot answer in someone’s place here."
                " Tell the person you stand in for."
            ),
            code="services.close",
        )
    return by


def _sponsor(request: HttpRequest, idea: Idea) -> str:
    sees_authors = access().sees_authors(reader(request), idea)
    return signing.sponsor_as_read(queries.sponsor_of(idea), idea, sees_authors=sees_authors)


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
    }
    status = 422 if sponsor_form or time_form else 200
    return render(request, "workflows/sponsorship/sponsorship.html", context, status=status)
