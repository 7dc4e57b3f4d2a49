"""Votes begun and not sent: kept by their page as one types, or by “Finish later”; read by nobody but their writer."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from incubator.lib.refusals import Conflict, note
from incubator.people.models import Person
from workflows.gates import actions, queries
from workflows.gates.actions.keeping_votes import KEPT_ELSEWHERE
from workflows.gates.forms.typed import MOST_ROWS
from workflows.gates.forms.votes import VoteForm, initial_of
from workflows.gates.models import KeptVote, Seat, Vote
from workflows.gates.views.kept import typed_in
from workflows.gates.views.reading import actor, reader


@dataclass(frozen=True)
class Window:
    """The state of things a form was opened on, as it says itself: see `actions.keep_vote`.

    Its field `version` holds number and instant, as the script of `ui/saved.html` knows one field alone.
    """

    version: int
    upon: datetime | None
    page: uuid.UUID

    def __str__(self) -> str:
        return f"{self.version} {self.upon.isoformat() if self.upon else ''}"

    @classmethod
    def new(cls, kept: KeptVote | None, vote: Vote | None) -> "Window":
        return cls(kept.version if kept else 0, vote.cast_at if vote else None, uuid.uuid4())

    @classmethod
    def sent(cls, data: QueryDict) -> "Window":
        version, _space, upon = data.get("version", "").partition(" ")
        known = version.isascii() and version.isdigit() and len(version) < 10
        return cls(int(version) if known else 0, _instant(upon), _page(data.get("page", "")))


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _page(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def kept_in(seat: Seat, person: Person) -> KeptVote | None:
    """What this person keeps in the seat: a deputy not what its holder typed, nor the other way round."""
    return KeptVote.objects.filter(seat=seat, person=person).first()


def keep(request: HttpRequest, seat: Seat) -> KeptVote | None:
    """Keep what was sent. Raises as `actions.keep_vote`, and Invalid for what is too long to be kept."""
    window = Window.sent(request.POST)
    return actions.keep_vote(
        seat_key=seat.key,
        by=actor(request),
        typed=_typed(seat, request.POST),
        version=window.version,
        page=window.page,
        upon=window.upon,
    )


def _typed(seat: Seat, data: QueryDict) -> dict[str, str]:
    """What was typed; nothing when the form is as it was first shown, so that who only looked keeps nothing."""
    typed = typed_in(VoteForm(data, rules=seat.round.rules, rows=rows_in(data)), data)
    vote = seat.votes.filter(in_force=True).first()
    shown = initial_of(vote, seat.round.idea.content.version)
    first = {name: str(text) for name, text in shown.items() if text != ""}
    return {} if {name: text for name, text in typed.items() if text} == first else typed


def rows_in(data: Any) -> int:
    """How many rows of conditions were sent."""
    sent = [name for name in data if name.startswith("condition_") and name.endswith("_text")]
    return min(len(sent), MOST_ROWS)


@require_POST
def autosave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep what is typed so far, for the script of `ui/saved.html`."""
    seat = queries.seat_of(reader(request), key)
    try:
        kept = keep(request, seat)
    except Conflict as refusal:
        if refusal.code != KEPT_ELSEWHERE:
            raise
        note(refusal)
        return render(request, "gates/kept_elsewhere.html", _now_in(seat, reader(request)), status=409)
    response = render(request, "ui/saved.html", {"saved": {"at": kept.kept_at if kept else None}})
    sent = Window.sent(request.POST)
    response.headers["Travee-Version"] = str(replace(sent, version=kept.version if kept else 0))
    return response


def _now_in(seat: Seat, person: Person) -> dict[str, Any]:
    """For a form that another window was faster than: how things stand now."""
    vote = seat.votes.filter(in_force=True).first()
    return {"seat": seat, "now": Window.new(kept_in(seat, person), vote)}
