"""The list of one's reviews: seats, open and past, and the decisions that wait."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.access import access
from ideas.drafting.masking.queries import shown_all
from incubator.inbox import queries as inbox
from incubator.inbox import titles
from incubator.inbox import wording as asks
from incubator.inbox.models import WorkItem
from incubator.lib.row_numbers import row_number
from incubator.people.models import Person
from workflows.gates import queries, wording
from workflows.gates.models import Seat, Vote
from workflows.gates.views.reading import (
    heading,
    link,
    reader,
)

PAST = 30
WAITING = 20
DECIDING = ("decide", "agree", "second_signature", "admissibility")


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """One's own seats, open and past, and the decisions that wait for one."""
    person = reader(request)
    mine = (
        Seat.objects.filter(person=person, round__idea__in=access().readable(person))
        .select_related("round__idea", "round__decision")
        .prefetch_related(Prefetch("votes", Vote.objects.filter(in_force=True), to_attr="in_force"))
    )
    asked = Seat.objects.filter(queries.held_by(person), round__idea__in=access().readable(person))
    # Whoever sits at a gate without a panel also decides there: that is among the decisions.
    open_seats = (
        asked.filter(state="open", round__state__in=["open", "seating"])
        .filter(Q(person=person) | ~queries.sits_beside(person))
        .exclude(round__gate="G0")
        .select_related("person", "round__idea")
        .prefetch_related(Prefetch("votes", Vote.objects.filter(in_force=True), to_attr="in_force"))
        .order_by("round__due_at", "pk")
    )
    if (after := row_number(request.GET.get("seats", ""))) is not None:
        open_seats = open_seats.filter(_due_after(asked.filter(pk=after)))
    past = mine.exclude(state="open").order_by("-pk")
    before = row_number(request.GET.get("before", ""))
    if before is not None:
        past = past.filter(pk__lt=before)
    rows, waiting = list(past[: PAST + 1]), list(open_seats[: WAITING + 1])
    _mask(person, [*rows, *waiting])
    asked_to_decide = WorkItem.objects.filter(person=person, verb__in=DECIDING, closed_at=None)
    decisions = list(
        titles.with_marks(asked_to_decide, person)
        .filter(inbox.beyond(request.GET.get("decisions", "")))
        .order_by(F("due_at").asc(nulls_last=True), "pk")[: WAITING + 1]
    )
    titles.as_read_by(person, decisions)
    context = {
        "decisions": [
            {
                "url": item.url,
                "title": asks.title(item.verb, item.subject_title),
                "due": item.due_at,
                "tag": asks.button(item.verb),
                "turn": True,
            }
            for item in decisions[:WAITING]
        ],
        "next_decisions": inbox.place(decisions[WAITING - 1]) if len(decisions) > WAITING else "",
        "open_seats": sorted(
            (_open_row(seat, person) for seat in waiting[:WAITING]), key=lambda row: bool(row["done"])
        ),
        "next_seats": waiting[WAITING - 1].pk if len(waiting) > WAITING else None,
        "past": [_past_row(seat) for seat in rows[:PAST]],
        "before": rows[PAST - 1].pk if len(rows) > PAST else None,
    }
    return render(request, "gates/reviews.html", context)


def _due_after(seat: QuerySet[Seat]) -> Q:
    """Seats that come after this one, which is one row or, of a damaged number, none."""
    due = Subquery(seat.values("round__due_at"))
    return Q(round__due_at__gt=due) | Q(round__due_at=due, pk__gt=Subquery(seat.values("pk")))


def _mask(person: Person, seats: Sequence[Seat]) -> None:
    """Put the ideas as this person reads them into the rows, in one query."""
    for seat, idea in zip(seats, shown_all([seat.round.idea for seat in seats], person), strict=True):
        seat.round.idea = idea


def _open_row(seat: Seat, person: Person) -> dict[str, Any]:
    voted = bool(seat.in_force)  # type: ignore[attr-defined] # prefetched
    return {
        "url": link("review", seat.key),
        "title": seat.round.idea.title,
        "text": heading(seat.round)
        if seat.person_id == person.pk
        else f"{heading(seat.round)} · {asks.stands_in_for(seat.person)}",
        "due": seat.round.review_due_at or seat.round.due_at,
        "done": voted,
        "tag": _("Your vote is in") if voted else _("Give your opinion"),
        "turn": not voted,
    }


def _past_row(seat: Seat) -> dict[str, Any]:
    vote: Vote | None = next(iter(seat.in_force), None)  # type: ignore[attr-defined] # prefetched
    decision = getattr(seat.round, "decision", None)
    if decision is not None and decision.issued_at is not None:
        end = _("Decided: %(outcome)s") % {"outcome": wording.outcome_name(decision)}
    else:
        end = _("Ended without a decision") if seat.round.state == "void" else ""
    left = {
        "aside": _("You stepped aside"),
        "replaced": _("A substitute took over"),
        "voided": _("Set aside"),
    }
    return {
        "url": link("review", seat.key) if seat.state == "closed" else "",
        "title": seat.round.idea.title,
        "gate": heading(seat.round),
        "vote": left.get(seat.state) or (str(wording.VOTES[vote.choice][0]) if vote else _("No vote")),
        "end": end,
    }
