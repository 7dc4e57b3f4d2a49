"""The evaluation's page: read by everyone who reads the idea; the lead names, the evaluator delivers."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ideas import roles
from ideas.drafting.masking.queries import masked_row, passages_for
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import Idea
from ideas.pages import acted, crumbs, nothing_here, readable_idea, reader
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.evaluation import actions, queries
from workflows.evaluation.forms import DeliveryForm, EvaluatorForm, RunOwnerForm
from workflows.evaluation.models import Evaluation
from workflows.gates.leading import who_leads


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


def _as_lead(idea: Idea, by: Actor) -> Actor:
    """The actor who does what a lead does: oneself, or a deputy for a lead who is absent."""
    return roles.acting_as(by.human, who_leads(idea))


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
    delivered = newest if newest is not None and newest.delivered_at else None
    writing = newest if newest is not None and not newest.delivered_at else None
    in_evaluation = idea.stage == Idea.Stage.EVALUATION and idea.state == Idea.State.LIVE
    at_gate = queries.is_at_gate(idea)
    writes = writing is not None and writing.evaluator_id == person.pk and in_evaluation
    context: dict[str, Any] = {
        "idea": idea,
        "delivered": delivered and masked_row(delivered, ["findings", "effect_on_staff"], passages),
        # Who writes is known to the lead and to that person until it is delivered.
        "writing": writing,
        "named": writing is not None and (is_lead or writes),
        "writes": writes,
        "may_name": is_lead and in_evaluation and not at_gate and idea.holder != Idea.Holder.AUTHOR,
        "may_name_owner": is_lead and in_evaluation and delivered is not None,
        "lines": masked_all(delivered.compared if delivered else queries.compared(idea), passages),
        "crumbs": crumbs(idea),
        "request_key": new_key(),
        "second_key": new_key(),
        "evaluator_form": EvaluatorForm(),
        "delivery_form": DeliveryForm(),
        "owner_form": RunOwnerForm(),
    }
    status = 422 if forms_typed else 200
    return render(request, "workflows/evaluation/evaluation.html", context | forms_typed, status=status)
