"""The decision page of a round: the opinion first, then the decision, read once before it is made."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import shown
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import TeamMember
from incubator.lib.refusals import Conflict, Invalid, NotFound, Refusal, note
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.gates import actions, authority, hooks, opinions, queries, records, rules, wording
from workflows.gates.actions.votes import OTHER_VERSION
from workflows.gates.forms.decisions import DecisionForm, Written, written_of
from workflows.gates.forms.typed import MOST_ROWS, join
from workflows.gates.models import Decision, GateRound, Seat
from workflows.gates.signing import waits_for_consent
from workflows.gates.views import standing
from workflows.gates.views.decided import decided_page, preview
from workflows.gates.views.kept import as_typed, kept_by, kept_of_others, typed_in
from workflows.gates.views.reading import (
    actor,
    asked_last_time,
    has_panel,
    heading,
    idea_in_brief,
    link,
    questions_read,
    reader,
    steps,
)

# Refusals after which the form is shown again, with what was typed.
SHOWN_AGAIN = (
    "decide.not_permitted",
    "decide.nobody_to_sign",
    "decide.nobody_to_consent",
    "decide.target_conflict",
    OTHER_VERSION,
)


@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Whoever holds a mandate decides here; a decided round is read here."""
    acts = request.POST.get("step") in WITHOUT_PAGE
    round_ = queries.round_to_act_on(key) if acts else queries.round_of(key)
    person = reader(request)
    if not access().may_read(person, round_.idea):
        raise NotFound(_("There is no such consultation."))
    if round_.state == "void":
        raise Conflict(_("The idea left this gate without a decision."), code="decide.void")
    if round_.state == "decided":
        return _done(request, round_) if request.method == "POST" else decided_page(request, round_)
    if request.method != "POST":
        return _page(request, round_)
    act = ACTS.get(request.POST.get("step", ""), _check)
    try:
        return act(request, round_)
    except Refusal as refusal:
        if refusal.code == "decide.conflicted_vote":
            note(refusal)
            actions.void_conflicted(round_key=round_.key)
            messages.warning(request, _("A vote was set aside: its holder has come too close to the idea."))
            return redirect("decide", key=round_.key)
        if isinstance(refusal, Invalid) or refusal.code in SHOWN_AGAIN:
            note(refusal)
            return _page(request, round_, data=request.POST, refusal=refusal)
        raise


@once
def _done(request: HttpRequest, round_: GateRound) -> HttpResponse:
    """A repeat of the deciding request is led where the first one led; anything else comes too late."""
    raise Conflict(
        _("This gate was decided already."),
        code="decide.closed",
        next_url=link("decide", round_.key),
        next_label=_("Read the decision"),
    )


def _page(
    request: HttpRequest, round_: GateRound, *, data: Any = None, refusal: Refusal | None = None
) -> HttpResponse:
    """What this person finds: a form, a decision to sign, or what is being waited for."""
    person, idea = reader(request), round_.idea
    mine = standing.of(round_, person)
    brief = idea_in_brief(idea, person)
    context: dict[str, Any] = {
        "round": round_,
        "gate": heading(round_),
        "idea": brief,
        "standing": mine,
        "steps": steps(round_),
        "last_time": asked_last_time(round_, brief["passages"]),
        "questions": questions_read(round_, brief["passages"]),
        "seats_url": link("seats", round_.key) if mine.leads and has_panel(round_) else "",
        "request_key": new_key(),
        "panel_due": round_.review_due_at or round_.due_at,
        "handed_to": wording.DECIDERS[authority.if_they_differ(round_, idea)] if mine.may_hand_over else "",
        "refused": refusal if refusal is not None and not refusal.fields else None,
    }
    kept = kept_by(round_, person) if mine.pending is None and data is None else None
    if kept is not None:
        data, context["kept"] = as_typed(kept), kept
    if mine.admits and (mine.pending is None or "write" in request.GET or data is not None):
        form = _admission_form(round_, mine.seat, data, refusal)
        context["kept_of_others"] = kept_of_others(round_, person, form)
        return render(request, "gates/admissibility.html", context | {"form": form}, status=_status(refusal))
    seating = round_.state == "seating" and not queries.is_drawn(round_)
    unable = mine.lacks_mandate and mine.pending is None
    if seating or unable or (mine.pending is None and queries.panel_still_votes(round_)):
        return render(request, "gates/waiting.html", context | {"seating": seating})
    record = records.record_of(round_, idea)
    passages = context["idea"]["passages"]
    context["opinion"] = masked_all(opinions.shown(record), passages)
    comments = opinions.comments(queries.votes_of(round_), for_panel=True)
    context["comments"] = masked_all(comments, passages)
    if mine.pending is not None and not (mine.pending_is_mine and ("write" in request.GET or data)):
        context |= {
            "text": masked_all(preview(mine.pending, person), passages),
            "consents": waits_for_consent(mine.pending),
            "may_hand_over": mine.may_hand_over,
        }
        return render(request, "gates/pending.html", context)
    form = _form(round_, record, context["opinion"], data, refusal)
    context["kept_of_others"] = kept_of_others(round_, person, form)
    if mine.mandate is not None:
        context["form"] = form
        alone = round_.comparison is None and has_panel(round_)
        context["limits_left"] = hooks.limits_left(idea, round_.gate) if alone else ""
    return render(request, "gates/decision.html", context, status=_status(refusal))


def _status(refusal: Refusal | None) -> int:
    return refusal.status if refusal is not None else 200


def _form(
    round_: GateRound, record: dict[str, Any], opinion: dict[str, Any], data: Any, refusal: Refusal | None
) -> DecisionForm:
    proposed = opinion["conditions"]
    initial: dict[str, Any] = {}
    for row, item in enumerate(proposed):
        initial |= {f"condition_{row}_text": item["text"], f"condition_{row}_due": item["due_on"]}
    return DecisionForm(
        data,
        found=refusal.fields if refusal is not None else None,
        gate=round_.gate,
        rules=round_.rules,
        permitted=rules.permitted(record),
        rows=_rows(data, len(proposed) + 1),
        initial=initial,
    )


def _admission_form(round_: GateRound, seat: Seat | None, data: Any, refusal: Refusal | None) -> DecisionForm:
    version = round_.idea.content.version
    if refusal is not None and refusal.code == OTHER_VERSION:
        data = data.copy()
        data["content_version"] = str(version)
    record = records.record_of(round_, round_.idea)
    initial: dict[str, Any] = {"content_version": version}
    vote = seat.votes.filter(in_force=True).first() if seat is not None else None
    for key, given in (vote.must_meets if vote else {}).items():
        initial |= {f"must_meet_{key}": given["answer"], f"must_meet_{key}_reason": given["reason"]}
    return DecisionForm(
        data,
        found=refusal.fields if refusal is not None else None,
        gate=round_.gate,
        rules=round_.rules,
        permitted=[rules.Permitted(outcome) for outcome in rules.outcomes(record)],
        answering=True,
        rows=_rows(data, 1),
        initial=initial,
    )


def _rows(data: Any, least: int) -> int:
    typed = sum(name.startswith("condition_") and name.endswith("_text") for name in data or ())
    more = int(data is not None and data.get("step") == "add")
    return int(min(max(typed + more, least), MOST_ROWS))


def _written(request: HttpRequest, round_: GateRound) -> Written:
    return written_of(
        request.POST,
        idea=round_.idea,
        reader=reader(request),
        default_owner=lambda: _first_author(round_),
    )


def _first_author(round_: GateRound) -> Person | None:
    authors = roles.authors(round_.idea)
    return authors.filter(memberships__role=TeamMember.Role.AUTHOR).first() or authors.first()


def _change(request: HttpRequest, round_: GateRound) -> HttpResponse:
    """Back from reading, or one more row: the form as it was typed, nothing checked."""
    return _page(request, round_, data=request.POST)


def _check(request: HttpRequest, round_: GateRound) -> HttpResponse:
    """“This is what the author will read”: everything the act would refuse is refused here already."""
    written, by = _written(request, round_), actor(request)
    mine = standing.of(round_, by.human)
    refusals = [written.refusal]
    try:
        if mine.admits:
            actions.check_admission(round_, written.must_meets, written.choice, by)
            allowed = rules.Permitted(written.choice.outcome)
        else:
            allowed = actions.check(round_key=round_.key, by=by, choice=written.choice)
    except Invalid as refusal:
        refusals.append(refusal)
    join(*refusals)
    context = {
        "round": round_,
        "gate": heading(round_),
        "title": shown(round_.idea, by.human).title,
        "text": preview(
            _unsaved(round_, written, by.human, departs=allowed.departs), by.human, written.choice.conditions
        ),
        "consents": written.choice.outcome == "redirect",
        "kept": [(name, value) for name, value in request.POST.items() if name not in NOT_KEPT],
        "request_key": new_key(),
        "mandate": mine.mandate,
        "capacity": wording.SIGNED_AS[mine.mandate.capacity] if mine.mandate else "",
    }
    return render(request, "gates/check.html", context)


NOT_KEPT = ("csrfmiddlewaretoken", "request_key", "step")


def _unsaved(round_: GateRound, written: Written, by: Person, *, departs: bool) -> Decision:
    """The decision as it would be written, for reading only."""
    choice = written.choice
    return Decision(
        round=round_,
        outcome=choice.outcome,
        reasons=choice.reasons,
        criterion_reasons=choice.criterion_reasons,
        departs=departs,
        departure_reason=choice.departure_reason if departs else "",
        gaps=list(choice.gaps) if choice.outcome == "rework" else [],
        learning=choice.learning if choice.outcome == "stop" else "",
        hold_until=choice.hold_until if choice.outcome == "hold" else None,
        hold_condition=choice.hold_condition if choice.outcome == "hold" else "",
        target=choice.target,
        redirect_to=choice.redirect_to,
        redirect_service=choice.service,
        decider=by,
        next_steps=actions.next_steps(round_.gate, choice.outcome),
    )


@once
def _keep(request: HttpRequest, round_: GateRound) -> HttpResponse:
    """Put aside what is written so far; whoever sits here too has voted and read the votes, as for the form."""
    mine = standing.of(round_, reader(request))
    if mine.admits:
        form = _admission_form(round_, mine.seat, request.POST, None)
    else:
        record = records.record_of(round_, round_.idea)
        form = _form(round_, record, opinions.shown(record), request.POST, None)
    actions.keep_decision(round_key=round_.key, by=actor(request), typed=typed_in(form, request.POST))
    messages.success(request, _("Kept as a draft. It decides nothing; you find it here again."))
    return redirect("decide", key=round_.key)


@once
def _decide(request: HttpRequest, round_: GateRound) -> HttpResponse:
    written, by = _written(request, round_), actor(request)
    if written.refusal is not None:
        raise written.refusal
    seat = queries.own_seat_in(round_, by.human) if round_.gate == "G0" else None
    if seat is not None:
        made = actions.admit(
            seat_key=seat.key,
            by=by,
            must_meets=written.must_meets,
            choice=written.choice,
            content_version=written.content_version,
        )
    else:
        made = actions.decide(round_key=round_.key, by=by, choice=written.choice)
    return _after(request, made)


def _after(request: HttpRequest, made: Decision) -> HttpResponse:
    if waits_for_consent(made):
        messages.success(request, _("Written. It counts once the idea’s author has consented."))
    elif made.issued_at is None:
        messages.success(request, _("Written. It counts once a second person has signed it."))
    else:
        messages.success(request, _("Decided. The author is told first; the brief is being prepared."))
    return redirect("decide", key=made.round.key)


@once
def _sign(request: HttpRequest, round_: GateRound) -> HttpResponse:
    return _after(request, actions.sign_second(decision_key=_pending_key(round_), by=actor(request)))


@once
def _decline(request: HttpRequest, round_: GateRound) -> HttpResponse:
    actions.decline(decision_key=_pending_key(round_), by=actor(request))
    messages.success(request, _("You did not sign. Whoever may decide is asked again."))
    return redirect("my-work")


@once
def _hand_over(request: HttpRequest, round_: GateRound) -> HttpResponse:
    actions.hand_over(round_key=round_.key, by=actor(request))
    decider = wording.DECIDERS[authority.if_they_differ(round_, round_.idea)]
    messages.success(request, _("Handed over: the decision is now for %(decider)s.") % {"decider": decider})
    return redirect("my-work")


def _pending_key(round_: GateRound) -> uuid.UUID:
    pending: Decision | None = getattr(round_, "decision", None)
    if pending is None:
        raise Conflict(_("There is nothing to sign any more: the decision was taken back."), code="sign.gone")
    return pending.key


# They show nothing of the round, unless they are refused.
WITHOUT_PAGE = ("decide", "sign", "decline", "hand_over")
ACTS: dict[str, Callable[[HttpRequest, GateRound], HttpResponse]] = {
    "add": _change,
    "change": _change,
    "check": _check,
    "keep": _keep,
    "decide": _decide,
    "sign": _sign,
    "decline": _decline,
    "hand_over": _hand_over,
}
