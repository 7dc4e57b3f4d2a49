"""The record of a round: what an opinion is made of, frozen when the round is decided, hashed, replayed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from ideas.drafting.models import Idea
from incubator.events.rules import canonical, sha256
from incubator.lib.built_once import BuiltOnce, Given, planned_once
from incubator.people.models import Person
from workflows.gates import rules
from workflows.gates.facts import read_facts
from workflows.gates.models import GateRound, Seat, Vote

# Where a route begins: no gate before left a condition.
FIRST_GATES = ("G0", "F", "L")


def record_of(
    round_: GateRound,
    idea: Idea,
    answers: dict[str, str] | None = None,
    seats: Sequence[Seat] | None = None,
) -> dict[str, Any]:
    """The record as it stands now; frozen as it is when the round is decided. Same rows, same record.

    Two queries: seats with their votes (unless given), decisions before (unless read with the round); and those of
    the facts.
    """
    facts = [rule["key"] for rule in round_.rules.get("must_meet", []) if rule["kind"] == "fact"]
    read = read_facts(idea, round_.gate, facts)
    before = _before(round_, idea)
    if round_.gate not in FIRST_GATES:
        read[rules.UNMET_CONDITIONS] = not before["unmet"]
    compared, brought = round_.comparison, brought_seats(round_)
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
        "seats": seats_of(round_, seats) if brought is None else brought,
    } | ({"comparison": compared} if compared else {})


# By hand, as every decision asks it: building it from expressions takes ten times as long as the answer.
_BEFORE = """
select array[count(distinct decision.id) filter (where decision.outcome = 'rework' and round.gate = {gate}),
  count(condition.id) filter (where condition.met_at is null)]
from workflows_decision decision join workflows_gateround round on round.id = decision.round_id
left join workflows_condition condition on condition.decision_id = decision.id
where round.idea_id = {idea} and decision.issued_at is not null
"""
BEFORE = _BEFORE.format(gate="%s", idea="%s")
# As a column of a round, `before`.
BEFORE_ROUND = _BEFORE.format(gate="workflows_gateround.gate", idea="workflows_gateround.idea_id")


def _before(round_: GateRound, idea: Idea) -> dict[str, int]:
    """Of the idea's issued decisions: `reworks` at this gate, and `unmet` conditions of any."""
    # Before the first round of the first gate nothing was decided.
    if (round_.gate, round_.number) == ("G0", 1):
        return {"reworks": 0, "unmet": 0}
    read: list[int] | None = getattr(round_, "before", None)
    if read is not None:
        return {"reworks": read[0], "unmet": read[1]}
    with planned_once() as cursor:
        cursor.execute(BEFORE, [round_.gate, idea.pk])
        ((reworks, unmet),) = cursor.fetchall()[0]
    return {"reworks": reworks, "unmet": unmet}


def has_seats(round_: GateRound) -> bool:
    """Whether anybody sits at this gate; elsewhere mandates alone decide."""
    return bool(round_.rules.get("seats"))


def brought_seats(round_: GateRound) -> list[dict[str, Any]] | None:
    """The seats of the round in which a session compared the idea, where they count in place of this round's own: an
    idea that comes back because a place is free keeps the opinion it had."""
    return (round_.comparison or {}).get("seats")


def sitting(round_: GateRound) -> list[Seat]:
    """The seats of this round that count, by key, with their holders and, in `cast_vote`, the vote in force; one
    query, and one more where a deputy voted."""
    if not has_seats(round_) or brought_seats(round_) is not None:
        return []
    found = SITTING.all(round=round_.pk)
    people = {seat.person_id: seat.person for seat in found}
    votes = [vote for seat in found for vote in _cast(seat)]
    if deputies := {vote.cast_by_id for vote in votes} - people.keys():
        people |= Person.objects.in_bulk(deputies)
    for vote in votes:
        vote.cast_by = people[vote.cast_by_id]
    return found


def _sitting() -> QuerySet[Seat]:
    seats = Seat.objects.filter(round=Given("round"), state__in=["open", "closed"])
    in_force = FilteredRelation("votes", condition=Q(votes__in_force=True))
    joined: list[str] = ["person", "cast_vote"]  # a list: django-stubs knows no filtered relation
    return seats.annotate(cast_vote=in_force).select_related(*joined).order_by("key")


SITTING = BuiltOnce(_sitting)


def alone(seat: Seat, cast: Vote) -> list[Seat]:
    """What `sitting` would give for a gate of one seat, whose vote was cast just now."""
    vars(seat)["cast_vote"] = cast
    return [seat]


def voters(seat: Seat) -> list[Person]:
    """Whose distance a seat needs: its holder's, and that of a deputy who cast its vote. `seat` is of `sitting`."""
    return list({one.pk: one for one in [seat.person, *(vote.cast_by for vote in _cast(seat))]}.values())


def seats_of(round_: GateRound, seats: Sequence[Seat] | None = None) -> list[dict[str, Any]]:
    """The seats that count, by seat key, each with its vote in force or null."""
    found = sitting(round_) if seats is None else seats
    votes = {vote.seat_id: vote for seat in found for vote in _cast(seat)}
    return [
        {
            "seat": str(seat.key),
            "person": str(seat.person.key),
            "chair": seat.is_chair,
            "other_department": seat.other_department,
            "vote": _vote(seat, votes.get(seat.pk)),
        }
        for seat in found
    ]


def _cast(seat: Seat) -> list[Vote]:
    cast: Vote | None = getattr(seat, "cast_vote", None)
    return [] if cast is None else [cast]


def _vote(seat: Seat, vote: Vote | None) -> dict[str, Any] | None:
    if vote is None:
        return None
    return {
        "choice": vote.choice,
        "must_meets": vote.must_meets,
        "scores": vote.scores,
        "conditions": vote.conditions,
        "content_version": vote.content_version,
        # The record names both: whose seat it is, and the deputy who voted in it.
        **({"cast_by": str(vote.cast_by.key)} if vote.cast_by_id != seat.person_id else {}),
        "to_authors_sha256": sha256(vote.comment_to_authors),
        "to_panel_sha256": sha256(vote.comment_to_panel),
    }


def record_sha256(record: dict[str, Any]) -> str:
    return sha256(canonical(record))
