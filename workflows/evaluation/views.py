"""The evaluation's page: read by everyone who reads the idea; the lead names, the evaluator delivers."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_row, passages_for
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import Idea
from ideas.pages import acted, crumbs, done, nothing_here, readable_idea, reader, typed
from incubator.lib import working_days
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.evaluation import actions, benefit_actions, queries
from workflows.evaluation.forms import BenefitsForm, DeliveryForm, EvaluatorForm, RunOwnerForm
from workflows.evaluation.models import BenefitReading, Evaluation
from workflows.gates.configuration import delays_of
from workflows.gates.leading import who_leads
from workflows.gates.queries import is_at_gate


@require_safe
@login_required
def evaluation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Readings beside targets; the evaluation once delivered; before that, the forms of whoever has to act."""
    return _page(request, readable_idea(request, key))


@require_POST
@login_required
@once
def name_evaluator(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = readable_idea(request, key)
    form = EvaluatorForm(request.POST)
    gone_on = acted(
        request,
        form,
        lambda by, given: actions.name_evaluator(idea=idea, by=_as_lead(idea, by), **given),
        thanks=_("The evaluator is named and has been told."),
        to="evaluation",
        key=key,
    )
    return gone_on or _page(request, idea, evaluator_form=form)


@require_POST
@login_required
@once
def deliver(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = readable_idea(request, key)
    writing = _being_written(idea)
    form = DeliveryForm(request.POST)
    gone_on = acted(
        request,
        form,
        lambda by, given: actions.deliver(evaluation=writing, by=by, **given),
        thanks=_("The evaluation is delivered. Thank you."),
        to="evaluation",
        key=key,
    )
    return gone_on or _page(request, idea, delivery_form=form)


@require_POST
@login_required
@once
def give_back(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = readable_idea(request, key)
    writing, by = _being_written(idea), Actor(person=reader(request))
    if writing.evaluator_id != by.human.pk:
        by = _as_lead(idea, by)
    actions.relieve(evaluation=writing, by=by)
    messages.success(request, _("The programme lead names someone else."))
    return redirect("my-work")


@require_POST
@login_required
@once
def name_run_owner(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = readable_idea(request, key)
    delivered = queries.delivered(idea)
    if delivered is None:
        raise nothing_here()
    form = RunOwnerForm(request.POST)
    gone_on = acted(
        request,
        form,
        lambda by, given: actions.name_run_owner(evaluation=delivered, by=_as_lead(idea, by), **given),
        thanks=_("The person who would run it is named."),
        to="evaluation",
        key=key,
    )
    return gone_on or _page(request, idea, owner_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def read_benefits(request: HttpRequest, key: uuid.UUID, months: int) -> HttpResponse:
    """What the service brings today, beside what was promised: for whoever runs it, when the time has come."""
    idea, person = readable_idea(request, key), reader(request)
    reading = BenefitReading.objects.filter(idea=idea, months=months).first()
    if reading is None:
        raise nothing_here()
    by = roles.acting_as(person, queries.read_benefits_for(idea))
    benefit_actions.check_reads_benefits(idea, by)
    if request.method != "POST":
        if reading.read_at is not None:
            return redirect("evaluation", key=key)
        benefit_actions.check_is_time(idea, reading)
    lines = masked_all(queries.promised(idea), passages_for(idea, person))
    form = BenefitsForm(lines, typed(request))
    if form.is_valid() and done(
        form,
        lambda: benefit_actions.read_benefits(
            reading=reading, measured=form.measured(), note=form.cleaned_data["note"], by=by
        ),
    ):
        messages.success(request, _("The reading is recorded, and the team has been told. Thank you."))
        # A confidential idea was open for this work alone.
        return redirect("evaluation", key=key) if access().may_read(person, idea) else redirect("my-work")
    context = {
        "idea": idea,
        "reading": reading,
        "due": working_days.end_of_day(reading.due_on, idea.programme.entity.time_zone),
        "lines": lines,
        "form": form,
        "crumbs": crumbs(idea, ("evaluation", _("Evaluation"))),
        "request_key": new_key(),
    }
    return render(request, "workflows/evaluation/benefits.html", context, status=422 if form.errors else 200)


def _as_lead(idea: Idea, by: Actor) -> Actor:
    """The actor who does what a lead does: oneself, or a deputy for a lead who is absent."""
    return roles.acting_as(by.human, who_leads(idea))


def _to_read(idea: Idea, benefits: Sequence[BenefitReading], person: Person) -> BenefitReading | None:
    """The reading that waits for this person, if one does."""
    waiting = next((one for one in benefits if queries.is_time_to_read(idea, one)), None)
    if waiting is None:
        return None
    rightful = queries.read_benefits_for(idea)
    return waiting if roles.acting_as(person, rightful).principal in rightful else None


def _being_written(idea: Idea) -> Evaluation:
    found = queries.open_evaluation(idea)
    if found is None:
        raise nothing_here()
    return found


def _page(request: HttpRequest, idea: Idea, **forms_typed: forms.Form) -> HttpResponse:
    person = reader(request)
    newest, passages = queries.newest(idea), passages_for(idea, person)
    if idea.stage != Idea.Stage.EVALUATION and newest is None:
        raise nothing_here()
    by = _as_lead(idea, Actor(person=person))
    is_lead = queries.leads(idea, by)
    benefits = queries.benefits_of(idea, passages) if idea.state == Idea.State.IN_SERVICE else []
    delivered = newest if newest is not None and newest.delivered_at else None
    writing = newest if newest is not None and not newest.delivered_at else None
    in_evaluation = idea.stage == Idea.Stage.EVALUATION and idea.state == Idea.State.LIVE
    at_gate = is_at_gate(idea)
    writes = writing is not None and writing.evaluator_id == person.pk and in_evaluation
    may_name = is_lead and in_evaluation and not at_gate and idea.holder != Idea.Holder.AUTHOR
    context: dict[str, Any] = {
        "idea": idea,
        "delivered": delivered and masked_row(delivered, ["findings", "effect_on_staff"], passages),
        # Who writes is known to the lead and to that person until it is delivered.
        "writing": writing,
        "named": writing is not None and (is_lead or writes),
        "writes": writes,
        "may_name": may_name,
        "write_in": delays_of(idea)["evaluation"] if may_name else None,
        "may_name_owner": is_lead and in_evaluation and delivered is not None,
        "lines": masked_all(delivered.compared if delivered else queries.compared(idea), passages),
        "benefits": benefits,
        "to_read": _to_read(idea, benefits, person),
        "crumbs": crumbs(idea),
        "evaluator_form": EvaluatorForm(),
        "delivery_form": DeliveryForm(),
        "owner_form": RunOwnerForm(),
    }
    status = 422 if forms_typed else 200
    return render(request, "workflows/evaluation/evaluation.html", context | forms_typed, status=status)
