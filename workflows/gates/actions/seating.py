"""Filling the seats of a panel from its pool, and asking those who sit."""

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.urls import reverse

from ideas.acts import record
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock, working_days
from incubator.lib.deferring import defer
from incubator.people import grants, sign_in
from incubator.people.actors import SEATING, Actor
from incubator.people.models import Person, Post
from workflows.gates import authority, hooks, pools
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import open_seats_per_person
from workflows.gates.conflicts import conflicts_of
from workflows.gates.leading import who_leads
from workflows.gates.models import GateRound, Seat
from workflows.gates.queries import have_voted_for_others, is_drawn, waiting_seats
from workflows.gates.records import record_of
from workflows.gates.rules import Candidate, choose_panel, explain_panel, opinion


def fill_seats(*, round_key: str) -> None:
    """Fill the free seats of a round from its pool, or give the lead a work item saying no panel is possible.

    Done by the `seating` system actor; a round that is no longer seating is left as it is.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = GateRound.objects.get(key=round_key)
        if round_.state != "seating":
            return
        wanted = round_.rules.get("seats", 0)
        before = list(Seat.objects.filter(round=round_).order_by("left_at", "pk"))
        taken = [item for item in before if item.state == "open"]
        sat = {item.person_id for item in before}
        if before:
            sat |= have_voted_for_others(round_)
        people, pool = _pool(round_, idea, sat) if wanted else ({}, [])
        chosen, missing = choose_panel(
            pool,
            seats=wanted - len(taken),
            diversity=bool(round_.rules.get("diversity"))
            and not any(item.other_department for item in taken),
            chair=wanted > 1 and not any(item.is_chair for item in taken),
            seed=str(round_.key),
        )
        round_.considered = [
            {"person": str(people[item.pk].key), "load": item.load, "why": why}
            for item, why in explain_panel(pool, chosen, str(round_.key))
        ]
        if missing:
            round_.save(update_fields=["considered"])
            _no_panel(round_, idea, missing)
            return
        now, left = clock.now(), _without_substitute(before)
        seats = Seat.objects.bulk_create(
            Seat(
                round=round_,
                person=people[item.pk],
                is_chair=item.is_chair,
                other_department=item.other_department,
                seated_at=now,
                substitute_for=left.pop(0) if left else None,
            )
            for item in chosen
        )
        # Nobody seated by hand beside free seats has been asked yet.
        waiting = waiting_seats(round_).select_related("person").order_by("pk") if taken else seats
        open_round(round_, idea, seats, SEATING, ask=list(waiting))


def open_round(
    round_: GateRound, idea: Idea, seats: Sequence[Seat], by: Actor, *, ask: Sequence[Seat]
) -> None:
    """All seats are taken: ask for the votes, or, at a gate without seats, for the decision.

    `seats` are those taken by this act; `ask` all that have not voted yet.
    """
    before, round_.state = round_.state, "open"
    round_.opened_at = round_.opened_at or clock.now()
    round_.save(update_fields=["state", "opened_at", "considered"])
    if round_.rules.get("seats"):
        ask_vote(round_, idea, ask)
    else:
        ask_decision(round_, idea)
    inbox.close(f"seat_panel:{round_.key}")
    # Open already where the panel's time ended with a seat vacant.
    effects = [effect("round", before, "open", round=str(round_.key))] if before != "open" else []
    effects += [
        effect("seat", None, "open", seat=str(item.key), person=str(item.person.key)) for item in seats
    ]
    record(idea, "panel_seated", by, effects, round=str(round_.key), gate=round_.gate)


def call_substitutes(round_: GateRound, idea: Idea, by: Actor) -> list[dict[str, Any]]:
    """Back to seating while a seat is free: the decision waits, and the job fills the seat.

    After a session drew its shortlist the decision waits only where the opinion now lacks something.
    """
    from workflows.gates.jobs import fill_seats_of

    if Seat.objects.filter(round=round_, state="open").count() >= round_.rules.get("seats", 0):
        return []
    lost = is_lost(round_, idea)
    GateRound.objects.filter(pk=round_.pk).update(state="seating")
    asks = ["casting_vote", "complete_opinion"] + (["decide"] if lost or not is_drawn(round_) else [])
    inbox.close(*[f"{act}:{round_.key}" for act in asks])
    task = fill_seats_of.configure(lock=f"seating:{idea.programme.key}")
    defer(task, round_key=str(round_.key), at=clock.moved_to())
    effects = (
        [] if round_.state == "seating" else [effect("round", round_.state, "seating", round=str(round_.key))]
    )
    return effects + (hooks.fire("opinion_lost", idea=idea, by=by, cause=round_) if lost else [])


def is_lost(round_: GateRound, idea: Idea) -> bool:
    """Whether an opinion from which a session drew its shortlist lacks something since a seat was left."""
    return is_drawn(round_) and bool(opinion(record_of(round_, idea)).missing)


def ask_decision(round_: GateRound, idea: Idea, parties: Sequence[authority.Party] | None = None) -> None:
    """Give every holder of a valid mandate without a conflict the decision to make; one act closes it for all.

    Nobody is asked while a selection session has not settled its list.
    """
    if round_.comparison and not round_.comparison["result"]:
        return
    people = [party.person for party in (authority.parties(round_, idea) if parties is None else parties)]
    verb = "agree" if authority.decider_rule(round_) == "sponsor_and_lead" else "decide"
    _open(round_, idea, people or who_leads(idea), f"decide:{round_.key}", verb, round_.due_at)


def ask_vote(round_: GateRound, idea: Idea, seats: Sequence[Seat]) -> None:
    verb = "admissibility" if round_.gate == "G0" else "vote"
    for item in seats:
        url = (
            reverse("decide", args=[round_.key])
            if verb == "admissibility"
            else reverse("review", args=[item.key])
        )
        inbox.open_for(
            [item.person],
            key=f"vote:{item.key}",
            verb=verb,
            subject_kind="idea",
            subject_key=idea.key,
            subject_title=idea.title,
            url=url,
            due_at=round_.review_due_at or round_.due_at,
        )


def _open(round_: GateRound, idea: Idea, people: Sequence[Person], key: str, verb: str, due_at: Any) -> None:
    inbox.open_for(
        people,
        key=key,
        verb=verb,
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title,
        url=reverse("decide", args=[round_.key]),
        due_at=due_at,
    )


def _no_panel(round_: GateRound, idea: Idea, missing: list[str]) -> None:
    """Ask the leads to seat someone; a job that runs twice asks once."""
    if WorkItem.objects.filter(key=f"seat_panel:{round_.key}", closed_at=None).exists():
        return
    inbox.open_for(
        who_leads(idea),
        key=f"seat_panel:{round_.key}",
        verb="seat_panel",
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title,
        url=reverse("seats", args=[round_.key]),
        due_at=_panel_needed_by(round_, idea),
    )
    record(idea, "no_panel", SEATING, round=str(round_.key), missing=missing)


def _panel_needed_by(round_: GateRound, idea: Idea) -> datetime:
    """The half of the working days that are left for the votes: whoever is seated by then has as many to read and vote.

    On the day when votes are due it would be too late; where no time is left, the next working day.
    """
    entity = idea.programme.entity
    left = working_days.working_days_between(
        clock.today(entity.time_zone),
        (round_.review_due_at or round_.due_at).astimezone(ZoneInfo(entity.time_zone)).date(),
        country=entity.holidays_country,
        closing_days=entity.closing_days,
    )
    due: datetime = due_after(entity, max(left // 2, 1))
    return due


def _without_substitute(seats: Sequence[Seat]) -> list[Seat]:
    """The seats that were left and not yet taken over."""
    replaced = {item.substitute_for_id for item in seats}
    return [item for item in seats if item.state != "open" and item.pk not in replaced]


def _pool(round_: GateRound, idea: Idea, sat: Container[int]) -> tuple[dict[int, Person], list[Candidate]]:
    """Everyone with a role here, by primary key, and each as a candidate, who cannot sit now with the reason.

    `sat`: who has, or had, a seat in this round, or voted in one lent to them.
    """
    entity, programme = idea.programme.entity, idea.programme.key
    if round_.gate == "G0":
        # The lead who sits also decides, so one with a delegation is preferred to one without.
        leads = who_leads(idea)
        mandated = {
            item.holder_id
            for item in grants.mandates(entity=entity, programme_key=programme, capacities=["programme_lead"])
        }
        people = [lead for lead in leads if lead.pk in mandated] or leads
        chairs: set[int] = set()
    else:
        people, chairs = pools.able(round_.rules.get("pool") or ["panel_member"], idea.programme)
    against = conflicts_of(people, idea, round_.gate)
    absent = set(grants.absent_among(people))
    load = dict(
        Seat.objects.filter(person__in=people, state="open", round__state__in=["seating", "open"])
        .values_list("person")
        .annotate(Count("pk"))
    )
    elsewhere = _elsewhere_of(people, idea)
    ceiling = open_seats_per_person(idea.programme) if round_.gate != "G0" else None

    def barred(person: Person) -> str:
        found, busy = against[person.pk], ceiling is not None and load.get(person.pk, 0) >= ceiling
        reasons = {
            "gone": not sign_in.may_sign_in(person),
            "sat": person.pk in sat,
            "close": bool(found.hard),
            "soft": bool(found.soft),
            "absent": person.pk in absent,
            "busy": busy,
        }
        return next((code for code, stands in reasons.items() if stands), "")

    return {person.pk: person for person in people}, [
        Candidate(
            person.pk,
            person.staff_number,
            load.get(person.pk, 0),
            person.pk in chairs,
            person.pk in elsewhere,
            barred=barred(person),
        )
        for person in people
    ]


def _elsewhere_of(people: Sequence[Person], idea: Idea) -> set[int]:
    """Those with no current post in a department of the team."""
    day = clock.today(idea.programme.entity.time_zone)
    current = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)
    team = current.filter(person__memberships__idea=idea, person__memberships__accepted_at__isnull=False)
    inside = current.filter(person__in=people, department__in=team.values("department")).values_list(
        "person", flat=True
    )
    return {person.pk for person in people} - set(inside)


def is_from_elsewhere(person: Person, idea: Idea) -> bool:
    return person.pk in _elsewhere_of([person], idea)
