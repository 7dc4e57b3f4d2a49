"""Reads of rounds: their record, their opinion, what they wait for."""

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import NotFound
from incubator.people.models import Person
from workflows.gates import rules
from workflows.gates.facts import read_facts
from workflows.gates.models import Condition, Decision, GateRound, Seat, Vote


def record_of(
    round_: GateRound,
    idea: Idea,
    answers: dict[str, str] | None = None,
    seats: Sequence[Seat] | None = None,
) -> dict[str, Any]:
    """The record as it stands now; frozen as it is when the round is decided. Same rows, same record.

    Three queries: seats (unless given), votes in force, decisions before; and one for each fact.
    """
    facts = [rule["key"] for rule in round_.rules.get("must_meet", []) if rule["kind"] == "fact"]
    read = read_facts(idea, round_.gate, facts)
    before = Decision.objects.filter(round__idea=idea, issued_at__isnull=False).aggregate(
        reworks=Count("pk", filter=Q(round__gate=round_.gate, outcome="rework"), distinct=True),
        unmet=Count("conditions", filter=Q(conditions__met_at=None)),
    )
    if round_.gate != "G0":
        read[rules.UNMET_CONDITIONS] = not before["unmet"]
    return {
        "gate": round_.gate,
        "round": round_.number,
        "content_version": round_.content_version,
        "rules": round_.rules,
        "facts": read,
        "reworks": before["reworks"],
        "extended": bool(read_facts(idea, round_.gate, ["extended"])["extended"])
        if "extend" in (round_.rules.get("go_on") or [])
        else False,
        "answers": answers or {},
        "seats": seats_of(round_, seats),
    }


def sitting(round_: GateRound) -> list[Seat]:
    """The seats that count, by key, with their holders."""
    seats = Seat.objects.filter(round=round_, state__in=["open", "closed"])
    return list(seats.select_related("person").order_by("key"))


def seats_of(round_: GateRound, seats: Sequence[Seat] | None = None) -> list[dict[str, Any]]:
    """The seats that count, by seat key, each with its vote in force or null."""
    votes = {vote.seat_id: vote for vote in Vote.objects.filter(seat__round=round_, in_force=True)}
    return [
        {
            "seat": str(seat.key),
            "person": str(seat.person.key),
            "chair": seat.is_chair,
            "other_department": seat.other_department,
            "vote": _vote(votes.get(seat.pk)),
        }
        for seat in (sitting(round_) if seats is None else seats)
    ]


def _vote(vote: Vote | None) -> dict[str, Any] | None:
    if vote is None:
        return None
    return {
        "choice": vote.choice,
        "must_meets": vote.must_meets,
        "scores": vote.scores,
        "conditions": vote.conditions,
        "content_version": vote.content_version,
        "to_authors_sha256": sha256(vote.comment_to_authors),
        "to_panel_sha256": sha256(vote.comment_to_panel),
    }


def record_sha256(record: dict[str, Any]) -> str:
    return sha256(canonical(record))


def open_conditions(idea: Idea) -> Any:
    """Conditions of issued decisions that nobody has confirmed as met."""
    return Condition.objects.filter(
        decision__round__idea=idea, decision__issued_at__isnull=False, met_at=None
    )


def waiting_seats(round_: GateRound) -> Any:
    """Open seats without a vote in force."""
    return Seat.objects.filter(round=round_, state="open").exclude(votes__in_force=True)


def overdue_opinions() -> Any:
    """Open rounds whose panel's time is over while votes are missing and nobody is asked to decide yet."""
    key = Concat(Value("decide:"), Cast(OuterRef("key"), CharField()))
    asked = WorkItem.objects.filter(key=key, closed_at=None)
    return (
        GateRound.objects.filter(state="open", review_due_at__lt=clock.now(), rules__seats__gt=0)
        .exclude(gate="G0")
        .exclude(decision__isnull=False)  # written, waiting for its second signature
        .exclude(Exists(asked))
        .order_by("pk")
    )


def seat_of(person: Person, key: Any) -> Seat:
    """This person's seat, whatever its state, with its round and idea. Raises NotFound for another's."""
    found = (
        Seat.objects.select_related("round__idea__programme__entity", "round__idea__content")
        .filter(key=key, person=person)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such seat, or it is not yours. Your seats are in Reviews."))
    return found


def round_of(key: Any) -> GateRound:
    """A round with its idea. Raises NotFound."""
    found = (
        GateRound.objects.select_related("idea__programme__entity", "idea__content", "idea__call")
        .filter(key=key)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such consultation."))
    return found


def votes_of(round_: GateRound) -> list[Vote]:
    """The votes in force of seats that count, in an order that follows from nothing a reader knows."""
    votes = Vote.objects.filter(
        seat__round=round_, seat__state__in=["open", "closed"], in_force=True
    ).select_related("seat__person")
    return sorted(votes, key=lambda vote: sha256(f"{round_.key}:{vote.seat.key}"))


def own_seat_in(round_: GateRound, person: Person) -> Seat | None:
    """The open seat of this person in the round, with `voted`: whether it has a vote in force."""
    in_force = Vote.objects.filter(seat=OuterRef("pk"), in_force=True)
    return (
        Seat.objects.filter(round=round_, person=person, state="open")
        .annotate(voted=Exists(in_force))
        .first()
    )


def panel_still_votes(round_: GateRound) -> bool:
    """Whether votes are missing and the panel's time is not over."""
    return clock.now() < (round_.review_due_at or round_.due_at) and waiting_seats(round_).exists()


def last_no_panel(round_: GateRound, idea: Idea) -> list[str]:
    """Why the last seating of this round found no panel: codes, empty when it never failed."""
    payload = (
        Event.objects.filter(
            subject_kind="idea", subject_key=idea.key, verb="no_panel", payload__round=str(round_.key)
        )
        .order_by("-sequence")
        .values_list("payload", flat=True)
        .first()
    )
    return list((payload or {}).get("missing", []))


def held_about(person: Person) -> list[dict[str, Any]]:
    """For the person's own copy of their data: the votes they cast, replaced ones included."""
    return [
        {
            "round": str(vote.seat.round.key),
            "cast_at": vote.cast_at.isoformat(),
            "in_force": vote.in_force,
            "choice": vote.choice,
            "must_meets": vote.must_meets,
            "scores": vote.scores,
            "comment_to_authors": vote.comment_to_authors,
            "comment_to_panel": vote.comment_to_panel,
        }
        for vote in Vote.objects.filter(cast_by=person).select_related("seat__round").order_by("pk")
    ]
