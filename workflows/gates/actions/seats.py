"""Filling, leaving and refilling the seats of a panel."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people import grants
from incubator.people.actors import SEATING, Actor
from incubator.people.models import Person, Post
from workflows.gates import authority
from workflows.gates.configuration import defaults
from workflows.gates.conflicts import Conflicts, conflicts, conflicts_of
from workflows.gates.models import GateRound, Seat
from workflows.gates.queries import waiting_seats
from workflows.gates.rules import Candidate, choose_panel


def fill_seats(*, round_key: str) -> None:
    """Fill the free seats of a round from its pool, or give the lead a work item saying no panel is possible.

    Done by the `seating` system actor; a round that is no longer seating is left as it is.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = GateRound.objects.get(key=round_key)
        if round_.state != "seating":
            return
        wanted = round_.rules.get("seats", 0)
        pool = _pool(round_, idea) if wanted else []
        before = list(Seat.objects.filter(round=round_))
        taken = [item for item in before if item.state == "open"]
        chosen, missing = choose_panel(
            [candidate for candidate in pool if candidate.pk not in {item.person_id for item in before}],
            seats=wanted - len(taken),
            diversity=bool(round_.rules.get("diversity"))
            and not any(item.other_department for item in taken),
            chair=wanted > 1 and not any(item.is_chair for item in taken),
            seed=str(round_.key),
        )
        if missing:
            _no_panel(round_, idea, missing)
            return
        people = Person.objects.in_bulk([candidate.pk for candidate in chosen])
        seats = [
            _take(round_, people[item.pk], item.other_department, is_chair=item.is_chair) for item in chosen
        ]
        open_round(round_, idea, seats, SEATING)


def seat(
    *, round_key: str, person: Person, by: Actor, conflict_reason: str = "", chair: bool = False
) -> Seat:
    """A lead seats someone; a soft conflict needs its reason recorded. The round opens when all seats are taken.

    Raises NotAllowed for a hard conflict or a non-lead, Invalid without the reason a soft conflict needs.
    """
    with locked(rounds__key=round_key) as idea:
        round_ = _open_or_seating(round_key)
        _check_lead(by, idea, round_.gate)
        against = conflicts(person, idea, round_.gate)
        _check_seatable(against, conflict_reason)
        if Seat.objects.filter(round=round_, person=person).exists():
            raise Conflict(
                _("This person has, or had, a seat here already. Choose someone else."), code="seat.twice"
            )
        taken = Seat.objects.filter(round=round_, state="open").count()
        if taken >= round_.rules.get("seats", 0):
            raise Conflict(_("All seats are taken."), code="seat.none_free")
        made = _take(
            round_, person, _elsewhere(person, idea), is_chair=chair, conflict_reason=conflict_reason
        )
        if taken + 1 == round_.rules["seats"] and round_.state == "seating":
            open_round(round_, idea, list(Seat.objects.filter(round=round_, state="open")), by)
            return made
        _ask_vote(round_, idea, [made]) if round_.state == "open" else None
        append(
            subject=Subject("idea", idea.key),
            verb="seated",
            by=by,
            payload={
                "round": str(round_.key),
                "reason_sha256": sha256(conflict_reason) if conflict_reason else "",
            },
            effects=[effect("seat", None, "open", person=str(person.key), seat=str(made.key))],
        )
        return made


def step_aside(*, seat_key: Any, by: Actor) -> None:
    """Leave one's seat, without a reason. The vote in force, if any, is ended; a substitute is called by itself."""
    from workflows.gates.jobs import fill_seats_of

    with locked(rounds__seats__key=seat_key) as idea:
        left = own_seat(seat_key, by)
        now = clock.now()
        left.votes.filter(in_force=True).update(in_force=False, ended_at=now, end_reason="stepped_aside")
        left.state, left.left_at, left.is_chair = "aside", now, False
        left.save(update_fields=["state", "left_at", "is_chair"])
        inbox.close(f"vote:{left.key}")
        round_ = left.round
        effects = [effect("seat", "open", "aside", seat=str(left.key))]
        if not Seat.objects.filter(round=round_, state="open").count() >= round_.rules.get("seats", 0):
            effects.append(effect("round", round_.state, "seating", round=str(round_.key)))
            GateRound.objects.filter(pk=round_.pk).update(state="seating")
            inbox.close(f"decide:{round_.key}")
            fill_seats_of.configure(lock=f"seating:{idea.programme.key}").defer(
                round_key=str(round_.key), at=clock.moved_to()
            )
        append(subject=Subject("idea", idea.key), verb="stepped_aside", by=by, effects=effects)


def own_seat(seat_key: Any, by: Actor) -> Seat:
    """The actor's own open seat in a round that is open. Raises NotFound for another's, Conflict when it is over."""
    found = Seat.objects.select_related("round").filter(key=seat_key, person=by.human).first()
    if found is None:
        raise NotFound(_("There is no such seat, or it is not yours. Your seats are in My work."))
    if found.state != "open" or found.round.state not in ("open", "seating"):
        raise Conflict(
            _("This consultation is over, or you left your seat. Nothing was changed."), code="seat.closed"
        )
    return found


def open_round(round_: GateRound, idea: Idea, seats: Sequence[Seat], by: Actor) -> None:
    """All seats are taken: ask for the votes, or, at a gate without seats, for the decision."""
    before, round_.state = round_.state, "open"
    round_.opened_at = round_.opened_at or clock.now()
    round_.save(update_fields=["state", "opened_at"])
    if seats:
        _ask_vote(round_, idea, seats)
    else:
        ask_decision(round_, idea)
    inbox.close(f"seat_panel:{round_.key}")
    append(
        subject=Subject("idea", idea.key),
        verb="panel_seated",
        by=by,
        payload={"round": str(round_.key), "gate": round_.gate},
        effects=[effect("round", before, "open", round=str(round_.key))]
        + [effect("seat", None, "open", seat=str(item.key), person=str(item.person.key)) for item in seats],
    )


def close_opinion(*, round_key: Any, by: Actor) -> None:
    """The panel's time is over: the decision is asked for, whatever votes are missing."""
    with locked(rounds__key=round_key) as idea:
        round_ = _open_or_seating(round_key)
        if round_.review_due_at is None or clock.now() < round_.review_due_at:
            raise Conflict(_("The panel still has time to vote."), code="opinion.early")
        ask_decision(round_, idea)
        append(
            subject=Subject("idea", idea.key),
            verb="opinion_closed",
            by=by,
            payload={"round": str(round_.key), "gate": round_.gate},
        )


def replace_leaver(*, seat_key: Any, by: Actor) -> None:
    """Someone leaves: an unvoted seat goes to a substitute, a cast vote stands."""
    from workflows.gates.jobs import fill_seats_of

    with locked(rounds__seats__key=seat_key) as idea:
        left = Seat.objects.select_related("round").get(key=seat_key)
        if left.state != "open" or left.votes.filter(in_force=True).exists():
            return
        left.state, left.left_at, left.is_chair = "replaced", clock.now(), False
        left.save(update_fields=["state", "left_at", "is_chair"])
        inbox.close(f"vote:{left.key}")
        GateRound.objects.filter(pk=left.round_id, state="open").update(state="seating")
        fill_seats_of.configure(lock=f"seating:{idea.programme.key}").defer(
            round_key=str(left.round.key), at=clock.moved_to()
        )
        append(
            subject=Subject("idea", idea.key),
            verb="seat_replaced",
            by=by,
            effects=[effect("seat", "open", "replaced", seat=str(left.key))],
        )


def ask_again(*, round_key: Any) -> None:
    """Whoever may decide now gets the decision that already waits for someone. No change of state, no event."""
    with locked(rounds__key=round_key) as idea:
        round_ = GateRound.objects.get(key=round_key)
        if round_.state == "open" and not waiting_seats(round_).exists() and round_.gate != "G0":
            ask_decision(round_, idea)


def ask_decision(round_: GateRound, idea: Idea) -> None:
    """Give every holder of a valid mandate without a conflict the decision to make; one act closes it for all."""
    people = [party.person for party in authority.parties(round_, idea)]
    verb = "agree" if authority.decider_rule(round_) == "sponsor_and_lead" else "decide"
    _open(round_, idea, people or list(_leads(idea)), f"decide:{round_.key}", verb, round_.due_at)


def _ask_vote(round_: GateRound, idea: Idea, seats: Sequence[Seat]) -> None:
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
    inbox.open_for(
        _leads(idea),
        key=f"seat_panel:{round_.key}",
        verb="seat_panel",
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title,
        url=reverse("seats", args=[round_.key]),
        due_at=round_.due_at,
    )
    append(
        subject=Subject("idea", idea.key),
        verb="no_panel",
        by=SEATING,
        payload={"round": str(round_.key), "missing": missing},
    )


def _pool(round_: GateRound, idea: Idea) -> list[Candidate]:
    """Who could sit: grants here, no conflict at all, not absent, below the ceiling of open seats."""
    place = {"entity": idea.programme.entity, "programme_key": idea.programme.key}
    if round_.gate == "G0":
        people, chairs = list(grants.holders("programme_lead", **place)), set()
    else:
        chairs = {person.pk for person in grants.holders("chair", **place)}
        people = list((grants.holders("panel_member", **place) | grants.holders("chair", **place)).distinct())
    against = conflicts_of(people, idea, round_.gate)
    absent = set(grants.absent_among(people))
    load = dict(
        Seat.objects.filter(person__in=people, state="open", round__state__in=["seating", "open"])
        .values_list("person")
        .annotate(Count("pk"))
    )
    elsewhere = _elsewhere_of(people, idea)
    ceiling = defaults()["open_seats_per_person"] if round_.gate != "G0" else None
    return [
        Candidate(
            person.pk,
            person.staff_number,
            load.get(person.pk, 0),
            person.pk in chairs,
            person.pk in elsewhere,
        )
        for person in people
        if not against[person.pk].hard
        and not against[person.pk].soft
        and person.pk not in absent
        and (ceiling is None or load.get(person.pk, 0) < ceiling)
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


def _elsewhere(person: Person, idea: Idea) -> bool:
    return person.pk in _elsewhere_of([person], idea)


def _take(
    round_: GateRound, person: Person, elsewhere: bool, *, is_chair: bool, conflict_reason: str = ""
) -> Seat:
    return Seat.objects.create(
        round=round_,
        person=person,
        is_chair=is_chair,
        other_department=elsewhere,
        seated_at=clock.now(),
        conflict_reason=conflict_reason,
    )


def _leads(idea: Idea) -> Any:
    return grants.holders("programme_lead", entity=idea.programme.entity, programme_key=idea.programme.key)


def _open_or_seating(round_key: str) -> GateRound:
    found = GateRound.objects.filter(key=round_key, state__in=["seating", "open"]).first()
    if found is None:
        raise Conflict(_("This consultation is over. Nothing was changed."), code="round.closed")
    return found


def _check_lead(by: Actor, idea: Idea, gate: str) -> None:
    lead = by.human
    place = {"entity": idea.programme.entity, "programme_key": idea.programme.key}
    if not grants.holds(lead, "programme_lead", **place) or conflicts(lead, idea, gate).hard:
        raise NotAllowed(
            _("Seats are filled by a programme lead who has no link to the idea."), code="seat.not_lead"
        )


def _check_seatable(against: Conflicts, conflict_reason: str) -> None:
    if against.hard:
        raise NotAllowed(
            _("This person cannot sit on this idea. Choose someone else."), code="seat.hard_conflict"
        )
    if against.soft and not conflict_reason.strip():
        sentence = _(
            "This person is close to the idea. Say why the seat is theirs all the same, or choose someone else."
        )
        raise Invalid(sentence, code="seat.soft_conflict", fields={"conflict_reason": [sentence]})
