"""The others' votes, once one's own is in; the chair's call to discuss."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.access import access
from ideas.drafting.masking.queries import passages_for
from ideas.drafting.masking.rules import masked_all
from incubator.lib import words
from incubator.lib.refusals import NotAllowed, NotFound
from incubator.people.once import new_key, once
from workflows.gates import actions, opinions, queries, records, wording
from workflows.gates.actions.votes import refusal_for_conflict
from workflows.gates.conflicts import conflicts
from workflows.gates.models import GateRound, Seat, Vote
from workflows.gates.views.reading import (
    actor,
    heading,
    reader,
)


@require_http_methods(["GET", "HEAD", "POST"])
def others(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The others' votes: opened by a POST, which makes one's own vote final; without names, in no telling order."""
    if request.method == "POST":
        return _open(request, key)
    person = reader(request)
    seat = queries.seat_of(person, key)
    if not access().may_read(person, seat.round.idea):
        raise NotFound(_("There is no such seat, or it is not yours. Your seats are in Reviews."))
    own = seat.votes.filter(in_force=True).first()
    decided = seat.round.state == "decided" and seat.state == "closed"
    if not decided and conflicts(person, seat.round.idea, seat.round.gate).hard:
        raise NotAllowed(refusal_for_conflict(seat.round.idea), code="others.hard_conflict")
    if own is None or not (decided or (seat.others_opened_at is not None and seat.state == "open")):
        return redirect("review", key=key)
    if not decided and not queries.answers_for(seat, person):
        raise queries.not_your_vote()
    named = not seat.round.rules.get("voters_hidden", True)
    found = [vote for vote in queries.votes_of(seat.round) if vote.seat_id != seat.pk]
    passages = passages_for(seat.round.idea, person)
    context = {
        "seat": seat,
        "gate": heading(seat.round),
        "title": masked_all(seat.round.idea.title, passages),
        "own": vote_as_shown(own, seat.round),
        "votes": [
            masked_all(vote_as_shown(vote, seat.round), passages)
            | {"name": str(vote.seat.person) if named else ""}
            for vote in found
        ],
        "named": named,
        "apart": _apart(seat, decided=decided),
    }
    return render(request, "gates/others.html", context)


@once
def _open(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    actions.open_others(seat_key=key, by=actor(request))
    return redirect("others", key=key)


@require_http_methods(["POST"])
@once
def discussion(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The chair asks the panel to look again at what it disagrees on."""
    actions.call_discussion(seat_key=key, by=actor(request))
    messages.success(
        request, _("The panel is asked to look again. Whoever has not read the votes may change theirs.")
    )
    return redirect("others", key=key)


def _apart(seat: Seat, *, decided: bool) -> dict[str, Any] | None:
    """For the chair, while the round is open: on what the panel disagrees, and whether a discussion was called."""
    if not seat.is_chair or decided:
        return None
    record = records.record_of(seat.round, seat.round.idea)
    labels = [wording.criterion_label(item, seat.round.rules) for item in opinions.far_apart(record)]
    return {"labels": labels, "called": bool(queries.discussion_of(seat.round)), "key": new_key()}


def vote_as_shown(vote: Vote, round_: GateRound) -> dict[str, Any]:
    """A vote in words."""
    configured = round_.rules
    return {
        "choice": wording.VOTES[vote.choice][0],
        "must_meets": [
            {
                "label": wording.said(rule),
                "answer": wording.ANSWERS[vote.must_meets[rule["key"]]["answer"]],
                "reason": vote.must_meets[rule["key"]].get("reason", ""),
            }
            for rule in configured.get("must_meet", [])
            if rule["key"] in vote.must_meets
        ],
        "scores": [
            {
                "label": wording.said(rule),
                "level": vote.scores[rule["key"]].get("level"),
            }
            for rule in configured.get("criteria", [])
            if rule["key"] in vote.scores
        ],
        "conditions": [
            {"text": item["text"], "due": words.plain_day(date.fromisoformat(item["due_on"]))}
            for item in vote.conditions
        ],
        "to_authors": vote.comment_to_authors,
        "to_panel": vote.comment_to_panel,
        "cast_at": vote.cast_at,
        "version": vote.content_version,
    }
