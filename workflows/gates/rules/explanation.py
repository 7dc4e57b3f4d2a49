"""Why a record gave its opinion, rule by rule, and the least that would have changed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from workflows.gates.rules.opinions import (
    Opinion,
    Record,
    chair_is_for,
    is_for,
    opinion,
    threshold,
    weighted_score,
)

HIGHEST = 4
Code = Literal["quorum", "diversity", "must_meet", "fact", "majority", "threshold", "place"]


@dataclass(frozen=True)
class Rule:
    """One rule as it stood: `key` names a must-meet; `met` is None while nobody could tell.

    `values`, numbers and texts: for `quorum` voted, needed; `must_meet` yes, no, cannot_tell; `majority` for,
    against, casting; `threshold` score, threshold (texts; score None without answers); `place` the session's result,
    rank, places, heard, mean and least (texts), each None where it has none.
    """

    code: Code
    met: bool | None
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """`count` things that would have had to be otherwise, by `code`:

    `voters` more votes · `elsewhere` a vote from another department · `chair` the chair's vote · `answers` to the
    must-meet `key`, from no (or cannot tell) to yes · `fact` met · `votes` from against to for, whoever's they are ·
    `levels` more in all on the criterion `key` · `points` hundredths of the score, where no criterion alone would
    have sufficed · in a selection session `heard` among the ideas heard, `mean` hundredths more of the room's mean,
    `freed` a place, `fit` what was left, or alone the whole, of the limits, `given_up` a place kept.
    """

    code: Literal[
        "voters",
        "elsewhere",
        "chair",
        "answers",
        "fact",
        "votes",
        "levels",
        "points",
        "heard",
        "mean",
        "freed",
        "fit",
        "given_up",
    ]
    count: int
    key: str = ""


@dataclass(frozen=True)
class Explanation:
    """`changes`: groups that are all needed together; any one change of a group is enough for it."""

    opinion: Opinion
    rules: list[Rule]
    changes: list[list[Change]]


def explain(record: Record) -> Explanation:
    """The rules in the order in which they are asked; changes only where the opinion keeps the idea from going on, or
    a selection session gave it no place."""
    found = opinion(record)
    stands = _rules(record, found)
    kept = found.result not in ("go", "go_if")
    groups = [_change(record, found, rule) for rule in stands if rule.met is not True] if kept else []
    if place := _place(record):
        stands.append(place)
        groups += [] if place.met else [_changed_place(record["comparison"])]
    return Explanation(found, stands, [group for group in groups if group])


def _place(record: Record) -> Rule | None:
    """What a settled session gave the idea."""
    compared = record.get("comparison") or {"result": ""}
    if not compared["result"]:
        return None
    said = ("result", "rank", "places", "heard", "mean", "least")
    return Rule("place", compared["result"] == "selected", "", {name: compared.get(name) for name in said})


def _changed_place(compared: Mapping[str, Any]) -> list[Change]:
    """What would have given it a place; any one is enough."""
    if compared.get("given_up"):
        return [Change("given_up", 1)]
    if compared["result"] == "not_heard":
        return [Change("heard", 1)]
    freed = [Change("freed", 1)] if compared["result"] == "waiting" else []
    # Sessions settled before these were kept name neither.
    if compared.get("mean") is None or compared.get("least") is None:
        return freed or [Change("fit", 1)]
    lacking = int((Fraction(compared["least"]) - Fraction(compared["mean"])) * 100)
    return [Change("mean", lacking), *freed] if lacking > 0 else freed or [Change("fit", 1)]


def _rules(record: Record, found: Opinion) -> list[Rule]:
    rules = record["rules"]
    items = [
        Rule("fact", item.met is True, key)
        if item.kind == "fact"
        else Rule(
            "must_meet", item.met, key, {"yes": item.yes, "no": item.no, "cannot_tell": item.cannot_tell}
        )
        for key, item in found.must_meets.items()
    ]
    if not rules.get("seats"):
        return items
    stands = [
        Rule("quorum", found.quorum, "", {"voted": sum(found.votes.values()), "needed": rules["quorum"]})
    ]
    if rules.get("diversity"):
        stands.append(Rule("diversity", found.diversity))
    stands += items
    for_it, against = found.votes["go"] + found.votes["go_if"], found.votes["not_now"]
    sides = {"for": for_it, "against": against, "casting": for_it == against}
    stands.append(Rule("majority", is_for(record, found.votes), "", sides))
    if found.criteria:
        values = {"score": found.score, "threshold": threshold(rules)}
        stands.append(Rule("threshold", found.above_threshold, "", values))
    return stands


def _change(record: Record, found: Opinion, rule: Rule) -> list[Change]:
    values = rule.values
    match rule.code:
        case "quorum":
            return [Change("voters", values["needed"] - values["voted"])]
        case "diversity":
            return [Change("elsewhere", 1)]
        case "fact":
            return [Change("fact", 1, rule.key)]
        case "must_meet":
            return [Change("answers", _turned(values["yes"], values["no"], lead=1), rule.key)]
        case "majority":
            if rule.met is None:
                return [Change("chair", 1)]
            lead = 0 if chair_is_for(record) else 1
            return [Change("votes", _turned(values["for"], values["against"], lead=lead))]
        case _:
            return _levels(record, found)


def _turned(for_it: int, against: int, *, lead: int) -> int:
    """How many would have had to turn for a lead of that many: each that turns moves the balance by two.

    Without any against, one who could not tell is enough for a lead of one.
    """
    return (against - for_it + lead + 1) // 2


def _levels(record: Record, found: Opinion) -> list[Change]:
    """Per criterion, the levels in all that would have lifted the score to the threshold; the fewest first."""
    score = weighted_score(found.criteria)
    if score is None:
        return []
    gap = Fraction(threshold(record["rules"])) - score
    answered = {key: item for key, item in found.criteria.items() if item.levels and item.weight}
    total = sum(item.weight for item in answered.values())
    alone = []
    for key, item in answered.items():
        needed = ceil(gap * total * len(item.levels) / item.weight)
        if needed <= sum(HIGHEST - level for level in item.levels):
            alone.append(Change("levels", needed, key))
    return sorted(alone, key=lambda change: change.count) or [Change("points", ceil(gap * 100))]
