"""Questions to experts on one page: a lead asks and closes, an expert answers what is asked of them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_row, passages_for
from incubator.lib.refusals import Invalid, NotFound, note
from incubator.people.models import Person, normal_staff_number
from incubator.people.once import once
from workflows.gates import actions, authority, queries
from workflows.gates.actions.seats import READS_WITHOUT_NAMES, reads_without_names
from workflows.gates.forms.experts import AnswerForm, CloseForm, QuestionForm
from workflows.gates.forms.typed import Typed
from workflows.gates.models import ExpertQuestion, GateRound
from workflows.gates.views.reading import actor, heading, idea_in_brief, reader
from workflows.gates.views.standing import as_lead


@require_http_methods(["GET", "HEAD", "POST"])
def expert_questions(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """All questions of a round for a lead; for an expert, or a deputy of an absent one, those asked of them."""
    round_ = queries.round_of(key)
    person = reader(request)
    by = as_lead(round_, person)
    leads = authority.leads(round_.idea, by, round_.gate)
    asks = leads and not reads_without_names(round_.idea, by)
    mine = queries.questions_of(round_) if leads else queries.questions_to(round_, person)
    passages = passages_for(round_.idea, person)
    asked = [masked_row(item, ["question", "answer"], passages) for item in mine]
    if not access().may_read(person, round_.idea) or not (leads or asked):
        raise NotFound(_("There is no such consultation, or nothing is asked of you here."))
    if request.method != "POST":
        return _page(request, round_, asked, leads=leads, asks=asks)
    try:
        return _act(request, round_)
    except Invalid as refusal:
        note(refusal)
        return _page(request, round_, asked, leads=leads, asks=asks, refusal=refusal)


@once
def _act(request: HttpRequest, round_: GateRound) -> HttpResponse:
    step, _dot, key = request.POST.get("step", "").partition(":")
    typed = Typed(request.POST)
    if step == "answer":
        answer = typed.text(f"answer_{key}")
        typed.check()
        actions.answer_expert(question_key=_key(key), answer=answer, by=actor(request))
        messages.success(request, _("Your answer is with the panel and whoever decides. Thank you."))
        return redirect("my-work")
    if step == "close":
        reason = typed.text(f"reason_{key}", 300)
        typed.check()
        by = as_lead(round_, reader(request))
        actions.close_question(question_key=_key(key), reason=reason, by=by)
        messages.success(request, _("The question is closed without an answer."))
    else:
        _ask(request, round_, typed)
        messages.success(request, _("The question is asked, and the expert is told."))
    return redirect("expert-questions", key=round_.key)


def _ask(request: HttpRequest, round_: GateRound, typed: Typed) -> None:
    number, question = normal_staff_number(typed.text("expert", 40)), typed.text("question", 2000)
    due_on = typed.day("due_on")
    expert = Person.objects.filter(staff_number=number, is_active=True).first() if number else None
    if expert is None:
        typed.problems.setdefault("expert", _("No colleague has this staff number."))
    typed.check()
    assert expert is not None, "checked above"
    by = as_lead(round_, reader(request))
    actions.ask_expert(round_key=round_.key, expert=expert, question=question, due_on=due_on, by=by)


def _key(typed: str) -> uuid.UUID:
    try:
        return uuid.UUID(typed)
    except ValueError:
        raise NotFound(_("There is no such question, or it is not asked of you.")) from None


def _page(
    request: HttpRequest,
    round_: GateRound,
    asked: list[ExpertQuestion],
    *,
    leads: bool,
    asks: bool,
    refusal: Invalid | None = None,
) -> HttpResponse:
    data, found = (request.POST, refusal.fields) if refusal is not None else (None, {})
    person, running = reader(request), round_.state in ("seating", "open")
    lent = {one.expert_id: roles.acting_as(person, [one.expert]) for one in asked}
    context: dict[str, Any] = {
        "round": round_,
        "gate": heading(round_),
        "idea": idea_in_brief(round_.idea, person),
        "rows": [
            _row(one, data, found, leads=leads, answers=lent[one.expert_id].principal == one.expert)
            if running and one.answered_at is None and one.closed_at is None
            else {"question": one}
            for one in asked
        ],
        "stands_in_for": next((by.on_behalf_of for by in lent.values() if by.on_behalf_of), None),
        "form": QuestionForm(data, found=_asking(found)) if asks and running else None,
        "asks_nobody": READS_WITHOUT_NAMES if leads and running and not asks else "",
        "experts": actions.experts(round_.idea) if asks and running else [],
    }
    status = refusal.status if refusal is not None else 200
    return render(request, "gates/experts.html", context, status=status)


def _row(
    one: ExpertQuestion, data: Any, found: dict[str, Any], *, leads: bool, answers: bool
) -> dict[str, Any]:
    mine = {name: sentences for name, sentences in found.items() if name.endswith(str(one.key))}
    return {
        "question": one,
        "answer": AnswerForm(data, found=_of(mine, "answer"), key=one.key) if answers else None,
        "close": CloseForm(data, found=_of(mine, "reason"), key=one.key) if leads else None,
    }


def _asking(found: dict[str, Any]) -> dict[str, Any]:
    return {name: sentences for name, sentences in found.items() if "_" not in name or name == "due_on"}


def _of(found: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name: sentences for name, sentences in found.items() if name.startswith(prefix)}
