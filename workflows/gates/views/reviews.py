"""The seats of a person: their opinion, the others' votes, stepping aside."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ideas.access import access
from ideas.drafting.masking.queries import passages_for, shown, shown_all
from ideas.drafting.masking.rules import masked_all
from incubator.inbox import queries as inbox
from incubator.inbox import titles
from incubator.inbox import wording as asks
from incubator.inbox.models import WorkItem
from incubator.lib import clock, words
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal, note
from incubator.lib.row_numbers import row_number
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.gates import actions, opinions, queries, records, rules, wording
from workflows.gates.actions.keeping_votes import KEPT_ELSEWHERE
from workflows.gates.actions.seats import own_seat
from workflows.gates.actions.votes import OTHER_VERSION, gap_sentence, refusal_for_conflict, rests_on_votes
from workflows.gates.conflicts import conflicts
from workflows.gates.forms.typed import MOST_ROWS
from workflows.gates.forms.votes import Answers, VoteForm, answers_of, initial_of
from workflows.gates.models import GateRound, KeptVote, Seat, Vote
from workflows.gates.views import kept_votes
from workflows.gates.views.kept import as_typed
from workflows.gates.views.kept_votes import Window
from workflows.gates.views.reading import (
    actor,
    asked_last_time,
    comparison,
    heading,
    idea_in_brief,
    link,
    questions_read,
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
        "vote": _shown(vote, round_) if vote else None,
        "fixed": fixed.sentence if fixed else "",
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
    if not decided and not queries.reads_others(seat, person):
        raise queries.not_your_vote()
    named = not seat.round.rules.get("voters_hidden", True)
    found = [vote for vote in queries.votes_of(seat.round) if vote.seat_id != seat.pk]
    passages = passages_for(seat.round.idea, person)
    context = {
        "seat": seat,
        "gate": heading(seat.round),
        "title": masked_all(seat.round.idea.title, passages),
        "own": _shown(own, seat.round),
        "votes": [
            masked_all(_shown(vote, seat.round), passages) | {"name": str(vote.seat.person) if named else ""}
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


def _shown(vote: Vote, round_: GateRound) -> dict[str, Any]:
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
