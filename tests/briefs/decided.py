"""Rows of a decided round, as the acts of a gate leave them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from ideas.drafting.models import Idea
from incubator.events.actions import Subject, append
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person
from tests.factories import IdeaFactory, MandateFactory, PersonFactory
from workflows.gates import rules
from workflows.gates.configuration import default_rules
from workflows.gates.models import Condition, Decision, GateConfiguration, GateRound, Seat, Vote
from workflows.gates.records import record_sha256

ISSUED = datetime(2026, 11, 12, 15, 40, tzinfo=UTC)
CHOICES = ("go", "go_if", "go_if", "not_now", "abstain")
VOTERS = ("Zéphyrine", "Yolande", "Xavière", "Wandrille", "Vinciane")


def submitted_idea(**fields: Any) -> Idea:
    idea = IdeaFactory(live=True, submitted_at=datetime(2026, 10, 5, 8, 0, tzinfo=UTC), **fields)
    return Idea.objects.select_related("programme__entity", "content").get(pk=idea.pk)


def decider(**fields: Any) -> Person:
    return PersonFactory(given_name="Hélène", family_name="Marchetti-Roux", **fields)


def decided(idea: Idea, gate: str = "G1", outcome: str = "go", number: int = 1, **fields: Any) -> Decision:
    """A round at `gate`, with its panel's votes where it has one, and its issued decision."""
    configured = default_rules(gate)
    round_ = _round(idea, gate, number, configured)
    seats = [_seat(round_, place) for place in range(configured["seats"])]
    _freeze(round_, outcome, configured, seats)
    person = fields.pop("decider", None) or decider()
    mandate = Mandate.objects.filter(holder=person).first() or MandateFactory(
        holder=person, capacity="dga", reference="Arrêté n° 2026-118", starts_on=date(2026, 3, 2)
    )
    decision = Decision.objects.create(
        **{
            "round": round_,
            "outcome": outcome,
            "reasons": "Le besoin est **réel** et mesuré.",
            "criterion_reasons": {"severity": "Onze débordements en un an."} if gate == "G1" else {},
            "next_steps": {"stop": ["reexamination", "new_idea"], "rework": ["complete"]}.get(
                outcome, ["follow"]
            ),
            "decider": person,
            "mandate": mandate,
            "capacity": mandate.capacity,
            "mandate_reference": mandate.reference,
            "drafted_at": ISSUED,
            "issued_at": ISSUED,
        }
        | fields
    )
    with transaction.atomic():
        append(
            subject=Subject("idea", idea.key),
            verb="decided",
            by=Actor(person=person),
            payload={"round": str(round_.key), "decision": str(decision.key)},
        )
    return decision


@contextmanager
def triggers_silenced() -> Iterator[None]:
    """What whoever owns the database can do; constraints hold all the same."""
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        yield
        cursor.execute("set local session_replication_role = origin")


def condition(decision: Decision, owner: Person, text: str = "Chiffrer l’entretien.") -> Condition:
    return Condition.objects.create(decision=decision, text=text, owner=owner, due_on=date(2027, 2, 12))


def _round(idea: Idea, gate: str, number: int, configured: dict[str, Any]) -> GateRound:
    configuration, _made = GateConfiguration.objects.get_or_create(
        programme=idea.programme,
        gate=gate,
        version=1,
        defaults={"state": "published", "rules": configured, "published_at": ISSUED},
    )
    return GateRound.objects.create(
        idea=idea,
        gate=gate,
        number=number,
        configuration=configuration,
        rules=configured,
        state="open",
        content_version=1,
        entered_at=ISSUED,
        opened_at=datetime(2026, 10, 12, 8, 0, tzinfo=UTC),
        due_at=ISSUED,
    )


def _seat(round_: GateRound, place: int) -> dict[str, Any]:
    person = PersonFactory(given_name=VOTERS[place], family_name=f"Panel{round_.gate}{round_.number}")
    seat = Seat.objects.create(
        round=round_, person=person, is_chair=place == 0, other_department=place == 1, seated_at=ISSUED
    )
    abstains = CHOICES[place] == "abstain"
    vote = {
        "choice": CHOICES[place],
        "must_meets": {
            rule["key"]: {"answer": "yes", "reason": ""}
            for rule in round_.rules["must_meet"]
            if rule["kind"] == "judgement"
        },
        "scores": {}
        if abstains
        else {rule["key"]: {"level": 4 - place} for rule in round_.rules["criteria"]},
    }
    Vote.objects.create(
        seat=seat,
        content_version=1,
        cast_by=person,
        cast_at=ISSUED,
        comment_to_panel="Je connais bien la directrice.",
        **vote,
    )
    return {
        "seat": str(seat.key),
        "person": str(person.key),
        "chair": place == 0,
        "other_department": place == 1,
        "vote": vote,
    }


def _freeze(round_: GateRound, outcome: str, configured: dict[str, Any], seats: list[dict[str, Any]]) -> None:
    facts = {rule["key"]: True for rule in configured["must_meet"] if rule["kind"] == "fact"}
    record = {
        "gate": round_.gate,
        "rules": configured,
        "facts": facts,
        "reworks": 0,
        "seats": seats,
        "answers": {},
    }
    record["answers"] = {rule["key"]: "yes" for rule in configured["must_meet"] if not seats}
    opinion = rules.opinion(record)
    round_.record = record | {"opinion": opinion.as_data(), "decision": outcome}
    round_.record_sha256 = record_sha256(round_.record)
    round_.state, round_.closed_at = "decided", ISSUED
    round_.save()
