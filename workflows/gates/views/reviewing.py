"""A person's opinion on a seat: the form, what is kept of it, sending it; stepping aside."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ideas.access import access
from ideas.drafting.masking.queries import shown
from incubator.lib import clock, words
from incubator.lib.refusals import Conflict, Invalid, NotFound, Refusal, note
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.gates import actions, queries, rules, wording
from workflows.gates.actions.keeping_votes import KEPT_ELSEWHERE
from workflows.gates.actions.seats import own_seat
from workflows.gates.actions.votes import OTHER_VERSION, gap_sentence, rests_on_votes
from workflows.gates.forms.typed import MOST_ROWS
from workflows.gates.forms.votes import Answers, VoteForm, answers_of, initial_of
from workflows.gates.models import GateRound, KeptVote, Seat, Vote
from workflows.gates.views import kept_votes
from workflows.gates.views.kept import as_typed
from workflows.gates.views.kept_votes import Window
from workflows.gates.views.others_votes import vote_as_shown
from workflows.gates.views.reading import (
    actor,
    asked_last_time,
    comparison,
    heading,
    idea_in_brief,
    questions_read,
    reader,
)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The opinion page of a seat. Nothing of other votes is in the response before one's own, not even a count."""
    if request.method != "POST":
        return _page(request, queries.seat_of(reader(request), key))
    if request.POST.get("step") == "keep":
        return _keep(request, queries.seat_of(reader(request), key))
    answers = answers_of(request.POST)
    if answers.links == "aside":
        return redirect("step-aside", key=key)
    if "add" in request.POST:
        rows = kept_votes.rows_in(request.POST) + 1
        return _page(request, queries.seat_of(reader(request), key), data=request.POST, rows=rows)
    try:
        return _cast(request, key, answers)
    except Refusal as refusal:
        if not isinstance(refusal, Invalid) and refusal.code != OTHER_VERSION:
            raise
        note(refusal)
        return _again(request, queries.seat_of(reader(request), key), answers, refusal)


def _keep(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Put the form aside as it is. A repeat keeps the same once more, so it needs no request key: with one, whoever
    came back to the same form could not send it."""
    if seat.round.gate == "G0":
        return redirect("decide", key=seat.round.key)
    try:
        kept = kept_votes.keep(request, seat)
    except Refusal as refusal:
        if not isinstance(refusal, Invalid) and refusal.code != KEPT_ELSEWHERE:
            raise
        note(refusal)
        if isinstance(refusal, Invalid):
            return _page(request, seat, data=request.POST, found=refusal.fields, status=422)
        return _page(request, seat, data=request.POST, status=409, elsewhere=True)
    if kept and kept.typed:
        messages.success(request, _("Kept, for you alone. It counts once you send it."))
    return redirect("reviews")


@once
def _cast(request: HttpRequest, key: uuid.UUID, answers: Answers) -> HttpResponse:
    if answers.refusal is not None:
        raise answers.refusal
    actions.vote(
        seat_key=key,
        by=actor(request),
        choice=answers.choice,
        must_meets=answers.must_meets,
        scores=answers.scores,
        conditions=answers.conditions,
        content_version=answers.content_version,
        comment_to_authors=answers.comment_to_authors,
        comment_to_panel=answers.comment_to_panel,
        recognises=answers.links == "recognised",
    )
    messages.success(request, _("Your vote is in. Thank you."))
    return redirect("review", key=key)


def _again(request: HttpRequest, seat: Seat, answers: Answers, refusal: Refusal) -> HttpResponse:
    """The form with what was typed: what to mend, or the new version to confirm."""
    data = request.POST.copy()
    if refusal.code == OTHER_VERSION:
        version = seat.round.idea.content.version
        data["content_version"] = str(version)
        changed = {
            "read": answers.content_version,
            "now": version,
            "url": comparison(seat.round, answers.content_version, version),
        }
        return _page(request, seat, data=data, status=409, changed=changed)
    gaps = rules.vote_gaps(
        seat.round.rules,
        answers.choice,
        answers.must_meets,
        answers.scores,
        answers.conditions,
        answers.comment_to_authors,
    )
    found: dict[str, Any] = {name: [gap_sentence(gap)] for name, gap in gaps.items()}
    return _page(request, seat, data=data, found=found | refusal.fields, status=422)


def _page(
    request: HttpRequest,
    seat: Seat,
    *,
    data: Any = None,
    found: dict[str, Any] | None = None,
    rows: int = 0,
    status: int = 200,
    changed: dict[str, Any] | None = None,
    elsewhere: bool = False,
) -> HttpResponse:
    person, round_ = reader(request), seat.round
    idea = round_.idea
    if not access().may_read(person, idea):
        raise NotFound(_("There is no such seat, or it is not yours. Your seats are in Reviews."))
    if seat.state not in ("open", "closed") or round_.state == "void":
        raise Conflict(_("This consultation is over, or you left your seat."), code="seat.closed")
    if round_.gate == "G0":
        return redirect("decide", key=round_.key)
    vote = seat.votes.filter(in_force=True).first()
    open_still = seat.state == "open" and round_.state in ("open", "seating")
    version = idea.content.version
    form: dict[str, Any] = {"form": None}
    casting = open_still and seat.is_chair and queries.is_casting(round_)
    fixed = rests_on_votes(round_) if vote and open_still and not casting else None
    theirs = vote is not None and not queries.answers_for(seat, person)
    if open_still and not fixed and (seat.others_opened_at is None or casting):
        form = _form(seat, person, vote, data=data, found=found, rows=rows, elsewhere=elsewhere)
    brief, due = idea_in_brief(idea, person), round_.review_due_at or round_.due_at
    context = {
        "seat": seat,
        "round": round_,
        "gate": heading(round_),
        "idea": brief,
        # What a page shows again after a POST is kept nowhere yet.
        "unsaved": request.method == "POST",
        "elsewhere": elsewhere,
        "vote": vote_as_shown(vote, round_) if vote else None,
        "fixed": fixed.sentence if fixed else "",
        "theirs": queries.not_your_vote().sentence if theirs else "",
        "casting": casting,
        "lent_by": seat.person if seat.person_id != person.pk else None,
        "vote_on_older": vote is not None and vote.content_version != version,
        "comparison": comparison(round_, vote.content_version, version) if vote else "",
        "last_time": asked_last_time(round_, brief["passages"]) if open_still else None,
        "questions": questions_read(round_, brief["passages"]),
        "open_still": open_still,
        "panel": _panel(seat),
        "due": due,
        "late": form["form"] is not None and due <= clock.now(),
        "changed": changed,
        "discussed": [wording.criterion_label(item, round_.rules) for item in queries.discussion_of(round_)]
        if vote
        else [],
    }
    return render(request, "gates/review.html", context | form, status=status)


def _form(
    seat: Seat,
    person: Person,
    vote: Vote | None,
    *,
    data: Any,
    found: dict[str, Any] | None,
    rows: int,
    elsewhere: bool,
) -> dict[str, Any]:
    """The form: with what was sent, else with what is kept, else with the vote in force; and which window it is."""
    context: dict[str, Any] = {}
    version = seat.round.idea.content.version
    kept = kept_votes.kept_in(seat, person) if data is None or elsewhere else None
    window = Window.sent(data) if data is not None and not elsewhere else Window.new(kept, vote)
    if data is None and kept and kept.typed:
        data, changed = _taken_up(kept, seat.round, version)
        context = {"kept": kept} | ({"changed": changed} if changed else {})
    rows = max(rows, kept_votes.rows_in(data or ()), len(vote.conditions) if vote else 0, 1)
    return context | {
        "form": VoteForm(
            data,
            found=found,
            rules=seat.round.rules,
            rows=min(rows, MOST_ROWS),
            initial=initial_of(vote, version),
        ),
        "window": window,
        "saved": {"state": "conflict" if elsewhere else "saved", "at": kept.kept_at if kept else None},
    }


def _taken_up(kept: KeptVote, round_: GateRound, version: int) -> tuple[Any, dict[str, Any] | None]:
    """What was kept, as the form's data; when the text has changed since, on the new version, and what to say of it."""
    data = as_typed(kept)
    read = data.get("content_version", "")
    data["content_version"] = str(version)
    if not read.isdigit() or int(read) == version:
        return data, None
    return data, {"read": int(read), "now": version, "url": comparison(round_, int(read), version)}


def _panel(seat: Seat) -> dict[str, Any]:
    """Seats and the rules of the round; never who or how many have voted."""
    round_ = seat.round
    wanted = round_.rules["seats"]
    taken = Seat.objects.filter(round=round_, state__in=["open", "closed"]).count()
    free = max(wanted - taken, 0)
    sentence = ngettext("%(number)s seat", "%(number)s seats", wanted) % {"number": wanted}
    sentence += ", " + (
        ngettext("%(number)s of them free", "%(number)s of them free", free) % {"number": free}
        if free
        else _("all taken")
    )
    quorum = words.number(round_.rules["quorum"])
    return {
        "seats": ["mine"] + ["taken"] * (taken - 1) + ["free"] * free,
        "sentence": _("%(seats)s; yours is the filled one") % {"seats": sentence},
        "quorum": _("%(quorum)s, including someone from another department") % {"quorum": quorum}
        if round_.rules.get("diversity")
        else quorum,
        "chair": seat.is_chair,
        "binding": round_.rules.get("opinion") == "binding",
        "decider": str(wording.DECIDERS.get(round_.rules["decider"], "")),
        "decided_by": round_.due_at,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def aside(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Leave one's seat; no reason is asked."""
    if request.method == "POST":
        return _leave(request, key)
    person: Person = reader(request)
    seat = queries.seat_of(person, key)
    own_seat(key, actor(request))
    context = {
        "seat": seat,
        "gate": heading(seat.round),
        "title": shown(seat.round.idea, person).title,
        "voted": seat.votes.filter(in_force=True).exists(),
        "request_key": new_key(),
    }
    return render(request, "gates/aside.html", context)


@once
def _leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    actions.step_aside(seat_key=key, by=actor(request))
    messages.success(request, _("You stepped aside. A substitute is called; nobody asks you why."))
    return redirect("reviews")
