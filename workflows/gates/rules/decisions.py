"""What whoever decides may choose after an opinion, and what a written decision still lacks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.gates.rules.opinions import Opinion, Record, must_meets, opinion

GO_ON = ("go", "go_with_conditions", "scale", "extend", "transfer")
BACK = ("rework", "hold", "stop")
# Where an idea is first looked at, it may turn out to belong elsewhere: in another idea, or in other hands.
ELSEWHERE = ("merge", "redirect")
# The short routes may hand an idea to the standard one; a service answers at once, without rework or hold.
BACK_AT = {
    "L": ("to_programme", "stop"),
    "F": ("to_programme", *BACK, *ELSEWHERE),
    "G0": (*BACK, *ELSEWHERE),
    "G1": (*BACK, *ELSEWHERE),
}
# Whom an idea may be handed to: a service that can do it, or a protected target, named to those concerned alone.
PROTECTED = ("safety_register", "prevention_adviser", "cst", "hr")
REDIRECTS = ("service", *PROTECTED)

# Before the key of a must-meet: no key of a configuration holds a colon.
MARK = "must_meet:"


@dataclass(frozen=True)
class Permitted:
    """One outcome the decider may choose, and what it asks for."""

    outcome: str
    departs: bool = False
    needs_conditions: bool = False


def permitted(record: Record) -> list[Permitted]:
    """The outcomes open to the decider, those that follow the opinion first.

    Going on is closed while a fact is not met or a condition of the gate before is open, whatever the opinion.
    A binding opinion leaves only what follows it; from a simple one the decider may depart, with reasons.
    Where ideas are compared in a selection session nothing is open before its list is settled; then only an idea
    with a place may go on: places and envelope are limits, not an opinion.
    """
    return permitted_after(record, opinion(record))


def permitted_after(record: Record, found: Opinion) -> list[Permitted]:
    """The same, for a caller who has the record's opinion already."""
    if found.result == "incomplete" or _result(record) == "":
        return []
    blocked = bool(blocked_facts(record))
    choices = [_permitted_one(record, found, outcome, blocked) for outcome in outcomes(record)]
    allowed = [choice for choice in choices if choice is not None]
    return sorted(allowed, key=lambda choice: choice.departs)


def outcomes(record: Record) -> list[str]:
    """All outcomes of this gate as configured, before the opinion is looked at."""
    rules = record["rules"]
    onward = list(rules.get("go_on") or ("go", "go_with_conditions"))
    if record.get("extended"):
        onward = [outcome for outcome in onward if outcome != "extend"]
    back = [
        outcome
        for outcome in BACK_AT.get(rules.get("gate"), BACK)
        if outcome != "rework" or record["reworks"] < rules.get("max_reworks", 2)
    ]
    return onward + back


def blocked_facts(record: Record) -> list[str]:
    """The facts that keep the idea from going on now."""
    return [key for key, item in must_meets(record).items() if item.kind == "fact" and item.met is not True]


def _permitted_one(record: Record, found: Opinion, outcome: str, blocked: bool) -> Permitted | None:
    onward = outcome in GO_ON
    if onward and blocked:
        return None
    if _result(record) not in (None, "selected"):
        return None if onward else Permitted(outcome)
    conditional = outcome == "go_with_conditions"
    if found.result == "none":
        judgements_met = all(item.met is not False for item in found.must_meets.values())
        return Permitted(outcome, needs_conditions=conditional) if not onward or judgements_met else None
    follows = {
        "go": onward,
        "go_if": onward and outcome != "go",
        "not_now": not onward,
    }[found.result]
    if not follows and record["rules"].get("opinion") == "binding":
        return None
    needs = conditional or (onward and found.result == "go_if" and outcome != "go")
    return Permitted(outcome, departs=not follows, needs_conditions=needs)


def _result(record: Record) -> str | None:
    """What a selection session gave this idea, '' while it has not; None for an idea outside any session."""
    compared = record.get("comparison")
    return None if compared is None else str(compared["result"])


def reason_keys(rules: Record) -> list[str]:
    """What reasons can be tied to: criteria, then must-meets, as `must_meet_reason_key` has them."""
    criteria = [row["key"] for row in rules.get("criteria") or []]
    return criteria + [must_meet_reason_key(row["key"], rules) for row in rules.get("must_meet") or []]


def must_meet_reason_key(key: str, rules: Record) -> str:
    """By what a reason tied to a must-meet is kept: its key, marked where a criterion of the gate has the same.

    The plain key is the criterion's then, as in the decisions taken before must-meets were marked.
    """
    doubled = any(row["key"] == key for row in rules.get("criteria") or [])
    return f"{MARK}{key}" if doubled else key


def decision_gaps(
    record: Record,
    *,
    outcome: str,
    reasons: str,
    criterion_reasons: Mapping[str, str],
    departs: bool,
    departure_reason: str,
    conditions: int,
    needs_conditions: bool,
    gaps: Sequence[str],
    held: bool,
    learning: str,
    target: bool,
    redirect_to: str,
    service: bool,
) -> dict[str, str]:
    """What a decision lacks: form field → code. Reasons are always there; but for `go`, tied to a criterion.

    `target`: whether a merge names the other idea; `redirect_to`: one of REDIRECTS; `service`: whether one is named.
    """
    found: dict[str, str] = {}
    onward = outcome in GO_ON
    if len(reasons.strip()) < 10:
        found["reasons"] = "reasons"
    keys = reason_keys(record["rules"])
    if not onward and keys and not any(criterion_reasons.get(key, "").strip() for key in keys):
        found["criterion_reasons"] = "criterion"
    if departs and not departure_reason.strip():
        found["departure_reason"] = "departure"
    if needs_conditions and not conditions:
        found["conditions"] = "condition"
    if conditions and (outcome == "go" or not onward):
        found["conditions"] = "no_condition"
    if outcome == "rework" and not any(gap.strip() for gap in gaps):
        found["gaps"] = "gap"
    if outcome == "hold" and not held:
        found["hold_until"] = "hold"
    # A local no costs its service no learning sheet: the author may send the idea up.
    if outcome == "stop" and not learning.strip() and record["rules"].get("gate") != "L":
        found["learning"] = "learning"
    if outcome == "merge" and not target:
        found["target"] = "target"
    if outcome == "redirect" and redirect_to not in REDIRECTS:
        found["redirect_to"] = "redirect"
    if outcome == "redirect" and redirect_to == "service" and not service:
        found["redirect_service"] = "service"
    if onward and not record["rules"].get("seats"):
        found |= {
            f"answer_{key}": "answer"
            for key, item in must_meets(record).items()
            if item.kind == "judgement" and item.met is not True
        }
    return found
