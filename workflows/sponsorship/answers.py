"""Pages for whoever is asked: the sponsor, the line manager, the director, the arbiter. Nobody else opens them."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_copy, masked_row, passages_for
from ideas.pages import done, nothing_here, reader, typed
from incubator.lib.refusals import NotFound
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.sponsorship import actions, delays, rules, time_actions
from workflows.sponsorship.forms import AnswerForm, ArbitrationForm, NoteForm, OpinionForm, PromiseForm
from workflows.sponsorship.models import Pledge, TimeRelease
from workflows.sponsorship.shown import NOTES


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def pledge(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The person asked promises, declines, or later steps back: three forms told apart by their button."""
    found = (
        Pledge.objects.select_related("idea__programme__entity", "idea__content", "sponsor")
        .filter(key=key)
        .first()
    )
    by = _actor(request, found.sponsor if found else None)
    if found is None or by is None:
        raise nothing_here()
    answer = request.POST.get("answer", "")
    promise_form = PromiseForm(request.POST if answer == "promise" else None)
    note_form = NoteForm(request.POST if answer in ("decline", "withdraw") else None)
    if promise_form.is_valid():
        given = promise_form.cleaned_data
        if done(promise_form, lambda: actions.promise(pledge=found, by=by, **given)):
            messages.success(request, _("Thank you. The team has been told of your promise."))
            return redirect("pledge", key=key)
    elif note_form.is_valid():
        act = actions.decline_pledge if answer == "decline" else actions.withdraw_pledge
        act(pledge=found, by=by, note=note_form.cleaned_data["note"])
        messages.success(request, _("Your answer is recorded, and the team has been told."))
        return redirect("my-work")
    if not rules.reads_question(found.state, found.idea.state):
        raise no_longer_asked()
    passages = passages_for(found.idea, reader(request))
    context = {
        "pledge": masked_row(found, ["cover"], passages),
        "idea": masked_copy(found.idea, passages),
        "names": access().sees_authors(reader(request), found.idea),
        "authors": list(roles.authors(found.idea)),
        "promise_form": promise_form,
        "note_form": note_form,
        "may_withdraw": found.state == Pledge.State.SIGNED and found.idea.stage in ("sponsorship", "pilot"),
    }
    status = 422 if promise_form.errors or note_form.errors else 200
    return render(request, "workflows/sponsorship/pledge.html", context, status=status)


def time_opinion(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The line manager reads who asks for how much time, the title and the pitch: nothing else of the idea."""
    return _time_page(
        request,
        key,
        turn="manager",
        rightful=lambda release: [release.manager] if release.manager else [],
        asked=lambda data, _release: OpinionForm(data),
        act=lambda release, given, by: time_actions.give_time_opinion(
            release=release, opinion=given["opinion"], note=given["note"], by=by
        ),
    )


def time_signature(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The director signs, or refuses with a reason."""
    return _time_page(
        request,
        key,
        turn="director",
        rightful=lambda release: [release.director],
        asked=lambda data, release: AnswerForm(data, arbitration=delays.arbitration(release.member.idea)),
        act=_sign_or_refuse,
    )


def time_arbitration(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A deputy director general settles a refusal."""
    return _time_page(
        request,
        key,
        turn="arbiter",
        rightful=lambda release: time_actions.arbiters(release.member.idea, release),
        asked=lambda data, _release: ArbitrationForm(data),
        act=lambda release, given, by: time_actions.arbitrate_time(
            release=release, released=given["answer"] == "sign", note=given["note"], by=by
        ),
    )


def _sign_or_refuse(release: TimeRelease, given: dict[str, Any], by: Actor) -> TimeRelease:
    if given["answer"] == "sign":
        return time_actions.sign_time_release(release=release, by=by)
    return time_actions.refuse_time_release(release=release, note=given["note"], by=by)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def _time_page(
    request: HttpRequest,
    key: uuid.UUID,
    *,
    turn: rules.Turn,
    rightful: Callable[[TimeRelease], list[Person]],
    asked: Callable[[QueryDict | None, TimeRelease], forms.Form],
    act: Callable[[TimeRelease, dict[str, Any], Actor], TimeRelease],
) -> HttpResponse:
    release = (
        TimeRelease.objects.select_related(
            "member__person", "member__idea__programme__entity", "manager", "director"
        )
        .filter(key=key)
        .first()
    )
    by = _actor(request, *rightful(release)) if release else None
    if release is None or by is None:
        raise nothing_here()
    form = asked(typed(request), release)
    if form.is_valid() and done(form, lambda: act(release, form.cleaned_data, by)):
        messages.success(request, _("Your answer is recorded. Thank you."))
        return redirect("my-work")
    if not rules.reads_request(turn, release.state, release.member.idea.state):
        raise no_longer_asked()
    waited_for = rules.turn(
        state=release.state, has_manager=release.manager_id is not None, opinion=release.opinion
    )
    passages = passages_for(release.member.idea, reader(request))
    context = {
        "release": masked_row(release, NOTES, passages),
        "idea": masked_copy(release.member.idea, passages),
        "turn": turn,
        "open": waited_for == turn,
        "due": {
            "manager": release.opinion_due_at,
            "director": release.director_due_at,
            "arbiter": release.arbitration_due_at,
        }.get(turn),
        "form": form,
        "request_key": new_key(),
    }
    return render(request, "workflows/sponsorship/time.html", context, status=422 if form.errors else 200)


def no_longer_asked() -> NotFound:
    """For whoever was asked: what it was about is theirs to read no more."""
    return NotFound(
        _(
            "You have answered, or this was taken back. Nothing is asked of you any more, and nothing is left to read."
        ),
        code="sponsorship.over",
    )


def _actor(request: HttpRequest, *rightful: Person | None) -> Actor | None:
    """The reader as one of those asked, or as a deputy of one; None for anyone else."""
    persons = [person for person in rightful if person is not None]
    by = roles.acting_as(reader(request), persons)
    return by if by.principal in persons else None
