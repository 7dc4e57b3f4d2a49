"""The panel of a round, for the lead: who sits, and a seat given by hand."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ideas.access import access
from ideas.drafting.masking.queries import passages_of, shown, suggested
from ideas.drafting.masking.rules import masked_all
from incubator.inbox.queries import open_named
from incubator.lib.refusals import Conflict, Invalid, NotFound, note
from incubator.people.models import Person, normal_staff_number
from incubator.people.once import new_key, once
from workflows.gates import actions, queries, records, rules, wording
from workflows.gates.actions.seats import check_apart, check_lead, seats_may_change, voters_hidden
from workflows.gates.conflicts import conflicts
from workflows.gates.forms.seats import ChangeForm, SeatForm
from workflows.gates.forms.typed import Typed
from workflows.gates.models import GateRound, Seat, Vote
from workflows.gates.views.reading import has_panel, heading, idea_in_brief, link, reader, steps
from workflows.gates.views.standing import as_lead


@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A lead without a link to the idea reads who sits and gives free seats; of the conflict check, its result only."""
    round_ = queries.round_of(key)
    if not access().may_read(reader(request), round_.idea):
        raise NotFound(_("There is no such consultation."))
    by = as_lead(round_, reader(request))
    check_lead(by, round_.idea, round_.gate)
    check_apart(round_.idea, by)
    if request.method != "POST":
        return _page(request, round_)
    try:
        return _seat(request, round_)
    except Invalid as refusal:
        note(refusal)
        return _page(request, round_, data=request.POST, refusal=refusal)


@once
def _seat(request: HttpRequest, round_: GateRound) -> HttpResponse:
    typed = Typed(request.POST)
    number = typed.text("person", 40)
    reason = typed.text("conflict_reason", 300)
    typed.check()
    person = _named(number)
    actions.seat(
        round_key=str(round_.key),
        person=person,
        by=as_lead(round_, reader(request)),
        conflict_reason=reason,
        chair="chair" in request.POST,
    )
    messages.success(request, _("%(person)s has a seat and is told.") % {"person": person})
    return redirect("seats", key=round_.key)


def _named(number: str) -> Person:
    number = normal_staff_number(number)
    person = Person.objects.filter(staff_number=number, is_active=True).first() if number else None
    if person is None:
        sentence = _("No colleague has this staff number. It is on the pay slip and on the badge.")
        raise Invalid(sentence, code="seat.nobody", fields={"person": [sentence]})
    return person


@require_http_methods(["GET", "HEAD", "POST"])
def change_seat(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A lead gives one seat to someone else, with a reason."""
    seat = Seat.objects.select_related("round__idea__programme__entity", "person").filter(key=key).first()
    if seat is None or not access().may_read(reader(request), seat.round.idea):
        raise NotFound(_("There is no such seat."))
    by = as_lead(seat.round, reader(request))
    check_lead(by, seat.round.idea, seat.round.gate)
    check_apart(seat.round.idea, by)
    refusal: Invalid | None = None
    if request.method == "POST":
        try:
            return _change(request, seat)
        except Invalid as found:
            note(found)
            refusal = found
    context = {
        "seat": seat,
        "gate": heading(seat.round),
        "title": shown(seat.round.idea, reader(request)).title,
        "round": seat.round,
        "voters_hidden": voters_hidden(seat.round),
        "form": ChangeForm(
            request.POST if refusal is not None else None,
            found=refusal.fields if refusal is not None else None,
        ),
        "request_key": new_key(),
    }
    return render(request, "gates/change_seat.html", context, status=refusal.status if refusal else 200)


@once
def _change(request: HttpRequest, seat: Seat) -> HttpResponse:
    typed = Typed(request.POST)
    reason, number = typed.text("reason", 300), typed.text("person", 40)
    conflict_reason = typed.text("conflict_reason", 300)
    typed.check()
    actions.change_seat(
        seat_key=seat.key,
        by=as_lead(seat.round, reader(request)),
        reason=reason,
        person=_named(number) if number else None,
        conflict_reason=conflict_reason,
    )
    messages.success(request, _("The seat goes to someone else, who is told."))
    return redirect("seats", key=seat.round.key)


def _considered(round_: GateRound) -> list[dict[str, Any]]:
    """Whom the last seating looked at, in its order, each with the reason; of a conflict, only that there is one."""
    rows = round_.considered
    people = {str(one.key): one for one in Person.objects.filter(key__in=[row["person"] for row in rows])}
    return [
        {
            "name": str(people[row["person"]]),
            "load": row["load"],
            "why": wording.CONSIDERED.get(row["why"], row["why"]),
        }
        for row in rows
        if row["person"] in people
    ]


def _page(
    request: HttpRequest, round_: GateRound, *, data: Any = None, refusal: Invalid | None = None
) -> HttpResponse:
    wanted = round_.rules.get("seats", 0)
    if not has_panel(round_):
        raise Conflict(_("This gate has no panel: whoever may decide is asked at once."), code="seats.none")
    found = list(
        Seat.objects.filter(round=round_)
        .select_related("person")
        .order_by("state", "-is_chair", "person__family_name")
    )
    answers = dict(Vote.objects.filter(seat__in=found, in_force=True).values_list("seat", "recognises"))
    hidden, marked = voters_hidden(round_), [row.text for row in passages_of(round_.idea)]
    sitting = {seat.pk for seat in found if seat.state in ("open", "closed")}
    taken = sum(seat.state in ("open", "closed") for seat in found)
    live = round_.state in ("seating", "open")
    brief = idea_in_brief(round_.idea, reader(request))
    rows = [_row(seat, recognises=not hidden and bool(answers.get(seat.pk))) for seat in found]
    context = {
        "round": round_,
        "gate": heading(round_),
        "idea": brief,
        "seats": masked_all(rows, brief["passages"]),
        # Who has voted is nobody's to know; the lead needs to know how many are awaited.
        "answered": {"voted": len(sitting & answers.keys()), "seats": len(sitting)},
        "recognise": sum(bool(answers.get(pk)) for pk in sitting) if hidden else 0,
        "marked": len(marked),
        "names_in_text": suggested(round_.idea, marked) if live and _may_mask(request, round_) else [],
        "free": max(wanted - taken, 0) if live else 0,
        "wanted": wanted,
        "steps": steps(round_),
        "considered": _considered(round_),
        "changeable": [(link("seat-change", seat.key), seat.person) for seat in found if seat.state == "open"]
        if live and seats_may_change(round_)
        else [],
        "lacking": _lacking(round_) if live else [],
        "live": live,
        "missing": [
            wording.NO_PANEL[code]
            for code in queries.last_no_panel(round_, round_.idea)
            if code in wording.NO_PANEL
        ]
        if round_.state == "seating"
        else [],
        "form": SeatForm(data, found=refusal.fields if refusal is not None else None, ask_chair=wanted > 1),
        "told_late": open_named(reader(request), f"late:vote:{round_.idea.key}") is not None,
        "close": _closeness(round_, data)
        if refusal is not None and "conflict_reason" in refusal.fields
        else [],
        "request_key": new_key(),
    }
    return render(request, "gates/seats.html", context, status=refusal.status if refusal is not None else 200)


def _may_mask(request: HttpRequest, round_: GateRound) -> bool:
    """Whether the names are hidden, and this lead sees them."""
    idea = round_.idea
    return access().names_hidden(idea) and access().sees_authors(reader(request), idea)


def _lacking(round_: GateRound) -> list[str]:
    """What the opinion lacks, in words, once the panel's time is over or everybody has voted."""
    if round_.gate == "G0" or queries.panel_still_votes(round_):
        return []
    if round_.state == "seating" and not queries.is_incomplete(round_):
        return []
    record = records.record_of(round_, round_.idea)
    found = rules.opinion(record)
    return [wording.missing(code, record, found) for code in found.missing]


STATES = {
    "open": gettext_lazy("sits"),
    "closed": gettext_lazy("sat until the decision"),
    "aside": gettext_lazy("stepped aside"),
    "replaced": gettext_lazy("replaced by a substitute"),
    "voided": gettext_lazy("set aside: too close to the idea"),
}


def _row(seat: Seat, *, recognises: bool) -> dict[str, Any]:
    details = [_("chairs")] if seat.is_chair else []
    details.append(str(STATES[seat.state]))
    if seat.other_department:
        details.append(_("from another department"))
    if seat.left_reason:
        details.append(seat.left_reason)
    if recognises:
        details.append(_("thinks to recognise someone, without a link"))
    return {"initials": seat.person.initials, "name": str(seat.person), "detail": ", ".join(details)}


def _closeness(round_: GateRound, data: Any) -> list[str]:
    """In what way someone is close, in words; only what the organisation itself shows."""
    number = normal_staff_number(data.get("person", "").replace("\x00", ""))
    person = Person.objects.filter(staff_number=number).first()
    if person is None:
        return []
    codes = sorted(conflicts(person, round_.idea, round_.gate).soft)
    return [str(wording.SOFT_CONFLICTS.get(code, wording.CLOSE)) for code in codes]
