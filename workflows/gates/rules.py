"""The rules of a gate, pure. The opinion and the permitted outcomes are functions of the round's frozen record.

A record is plain data (JSON):
`rules`: the gate's configuration · `facts`: `{key: true|false|null}` · `reworks`: how many before this round ·
`extended`: whether the pilot had its one extension · `seats`: `[{"chair", "other_department", "vote"}]`, where
`vote` is null or `{"choice", "must_meets": {key: {"answer", "reason"}}, "scores": {key: {"level"} |
{"not_applicable": true}}}` · `answers`: must-meets a decider answered at a gate without seats.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, Literal

Record = Mapping[str, Any]
Result = Literal["go", "go_if", "not_now", "incomplete", "none"]
GO_ON = ("go", "go_with_conditions", "scale", "extend", "transfer")
BACK = ("rework", "hold", "stop")
UNMET_CONDITIONS = "conditions"


@dataclass
class MustMeet:
    """`met` is None while nobody has answered; answers that all say “I cannot tell” do not meet it."""

    kind: str
    met: bool | None
    yes: int = 0
    no: int = 0
    cannot_tell: int = 0


@dataclass
class Criterion:
    """Answers given for one criterion; `mean` is a text with two decimals, or None without answers."""

    weight: int
    levels: list[int]
    mean: str | None


@dataclass
class Opinion:
    """`missing` holds codes when `result` is incomplete; `score` is a text with two decimals or None."""

    result: Result
    missing: list[str] = field(default_factory=list)
    must_meets: dict[str, MustMeet] = field(default_factory=dict)
    criteria: dict[str, Criterion] = field(default_factory=dict)
    votes: dict[str, int] = field(default_factory=dict)
    score: str | None = None
    above_threshold: bool | None = None
    quorum: bool = True
    diversity: bool = True
    casting_vote: bool = False

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Permitted:
    """One outcome the decider may choose, and what it asks for."""

    outcome: str
    departs: bool = False
    needs_conditions: bool = False


def opinion(record: Record) -> Opinion:
    """The opinion of a panel; `none` for a gate without seats. A pure function of the record."""
    rules, votes = record["rules"], _votes(record)
    found = Opinion(
        result="none",
        must_meets=must_meets(record),
        criteria=criteria(record),
        votes={choice: sum(vote["choice"] == choice for vote in votes) for choice in CHOICES},
    )
    if not rules.get("seats"):
        return found
    score = _score(found.criteria)
    found.score = None if score is None else _two_decimals(score)
    found.above_threshold = None if score is None else score >= Fraction(str(rules.get("threshold", 0)))
    found.quorum = len(votes) >= rules["quorum"]
    found.diversity = not rules.get("diversity") or any(
        seat["vote"] and seat["other_department"] for seat in record["seats"]
    )
    found.missing = _missing(record, found)
    found.result = "incomplete" if found.missing else _majority(record, found)
    return found


CHOICES = ("go", "go_if", "not_now", "abstain")
ANSWERS = ("yes", "no", "cannot_tell")


def must_meets(record: Record) -> dict[str, MustMeet]:
    """Facts as read; judgements met when more say yes than no; open conditions of the gate before."""
    found = {}
    for rule in record["rules"].get("must_meet", []):
        key = rule["key"]
        if rule["kind"] == "fact":
            found[key] = MustMeet("fact", record["facts"].get(key))
            continue
        answers = [vote["must_meets"].get(key, {}).get("answer") for vote in _votes(record)]
        if not record["rules"].get("seats"):
            answers = [record.get("answers", {}).get(key)]
        yes, no, cannot_tell = (answers.count(answer) for answer in ANSWERS)
        met = yes > no if yes or no or cannot_tell else None
        found[key] = MustMeet("judgement", met, yes, no, cannot_tell)
    if UNMET_CONDITIONS in record["facts"]:
        found[UNMET_CONDITIONS] = MustMeet("fact", record["facts"][UNMET_CONDITIONS])
    return found


def criteria(record: Record) -> dict[str, Criterion]:
    """Per criterion the levels given, sorted (no order of seats is left in them), and their mean."""
    found = {}
    for rule in record["rules"].get("criteria", []):
        scores = [
            vote["scores"].get(rule["key"], {}) for vote in _votes(record) if vote["choice"] != "abstain"
        ]
        levels = sorted(score["level"] for score in scores if "level" in score)
        mean = _two_decimals(Fraction(sum(levels), len(levels))) if levels else None
        found[rule["key"]] = Criterion(rule["weight"], levels, mean)
    return found


def permitted(record: Record) -> list[Permitted]:
    """The outcomes open to the decider, those that follow the opinion first.

    Going on is closed while a fact is not met or a condition of the gate before is open, whatever the opinion.
    A binding opinion leaves only what follows it; from a simple one the decider may depart, with reasons.
    """
    found = opinion(record)
    if found.result == "incomplete":
        return []
    choices = [_permitted_one(record, found, outcome) for outcome in outcomes(record)]
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
        for outcome in BACK
        if outcome != "rework" or record["reworks"] < record["rules"].get("max_reworks", 2)
    ]
    return onward + back


def blocked_facts(record: Record) -> list[str]:
    """The facts that keep the idea from going on now."""
    return [key for key, item in must_meets(record).items() if item.kind == "fact" and item.met is not True]


def _permitted_one(record: Record, found: Opinion, outcome: str) -> Permitted | None:
    onward = outcome in GO_ON
    if onward and blocked_facts(record):
        return None
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


def _votes(record: Record) -> list[Mapping[str, Any]]:
    return [seat["vote"] for seat in record["seats"] if seat["vote"]]


def _score(found: Mapping[str, Criterion]) -> Fraction | None:
    """Weighted mean of the criteria's means; weights are renormalised over the criteria that have answers."""
    answered = [item for item in found.values() if item.levels]
    total = sum(item.weight for item in answered)
    if not total:
        return None
    return (
        sum((Fraction(sum(item.levels), len(item.levels)) * item.weight for item in answered), Fraction())
        / total
    )


def _missing(record: Record, found: Opinion) -> list[str]:
    expressed = sum(found.votes[choice] for choice in ("go", "go_if", "not_now"))
    missing = []
    if not found.quorum:
        missing.append("quorum")
    if not found.diversity:
        missing.append("diversity")
    if not expressed:
        missing.append("votes")
    if found.criteria and found.score is None:
        missing.append("scores")
    missing += [
        f"must_meet:{key}"
        for key, item in found.must_meets.items()
        if item.kind == "judgement" and item.met is None
    ]
    if expressed and _side(record, found) is None:
        missing.append("casting_vote")
    return missing


def _side(record: Record, found: Opinion) -> str | None:
    """The side with the majority of votes expressed, the chair's on a tie; None when a tie stays a tie."""
    for_it, against = found.votes["go"] + found.votes["go_if"], found.votes["not_now"]
    if for_it != against:
        return "for" if for_it > against else "against"
    return {"go": "for", "go_if": "for", "not_now": "against"}.get(_chair_choice(record))


def _chair_choice(record: Record) -> str:
    return next((seat["vote"]["choice"] for seat in record["seats"] if seat["chair"] and seat["vote"]), "")


def _majority(record: Record, found: Opinion) -> Result:
    votes = found.votes
    found.casting_vote = votes["go"] + votes["go_if"] == votes["not_now"]
    if _side(record, found) == "against" or found.above_threshold is False:
        return "not_now"
    if any(item.met is False for item in found.must_meets.values()):
        return "not_now"
    if votes["go"] != votes["go_if"]:
        return "go" if votes["go"] > votes["go_if"] else "go_if"
    return "go" if _chair_choice(record) == "go" else "go_if"


def _two_decimals(value: Fraction) -> str:
    """Half up, without floating point: the same text everywhere, so that a replay compares equal."""
    cents = (value * 100 + Fraction(1, 2)).__floor__()
    return f"{cents // 100}.{cents % 100:02d}"


@dataclass(frozen=True)
class Candidate:
    """Someone who could sit: `load` is the number of open seats; `pk` and `staff_number` only name the person."""

    pk: int
    staff_number: str
    load: int
    may_chair: bool
    other_department: bool
    is_chair: bool = False


def choose_panel(
    pool: Sequence[Candidate], *, seats: int, diversity: bool, chair: bool, seed: str
) -> tuple[list[Candidate], list[str]]:
    """Who sits: a chair if one is wanted, someone from another department, then the least loaded.

    A tie is broken by a hash of the seed (the round's key) and the staff number: the same for whoever checks.
    Gives the chosen, and codes of what is missing (`people`, `chair`, `diversity`), in which case nobody is chosen.
    """
    if seats <= 0:
        return [], []
    order = sorted(pool, key=lambda item: (item.load, _tie_break(seed, item.staff_number)))
    chosen: list[Candidate] = []
    missing = []
    if chair:
        # One seat left for both: the chair is then the one from another department.
        both = diversity and seats == 1
        heads = [item for item in order if item.may_chair]
        head = next((item for item in heads if item.other_department or not both), None)
        if head is None:
            missing.append("diversity" if heads else "chair")
        else:
            chosen.append(replace(head, is_chair=True))
            order.remove(head)
    if diversity and "diversity" not in missing and not any(item.other_department for item in chosen):
        other = next((item for item in order if item.other_department), None)
        if other is None:
            missing.append("diversity")
        elif len(chosen) < seats:
            chosen.append(other)
            order.remove(other)
    chosen += order[: seats - len(chosen)]
    if len(chosen) < seats:
        missing.append("people")
    return ([], missing) if missing else (chosen, [])


def _tie_break(seed: str, staff_number: str) -> str:
    return hashlib.sha256(f"{seed}:{staff_number}".encode()).hexdigest()


def vote_gaps(
    rules: Mapping[str, Any],
    choice: str,
    must_meets: Mapping[str, Mapping[str, Any]],
    scores: Mapping[str, Mapping[str, Any]],
    conditions: Sequence[Mapping[str, Any]],
    comment: str,
) -> dict[str, str]:
    """What a vote lacks: form field → code (`answer`, `reason`, `level`, `choice`, `condition`, `comment`, `unknown`).

    An abstention owes no scores, but answers the must-meets. Keys the gate does not know are gaps too.
    """
    gaps: dict[str, str] = {}
    asked = {rule["key"] for rule in [*rules.get("must_meet", []), *rules.get("criteria", [])]}
    if not asked.issuperset([*must_meets, *scores]):
        gaps["unknown"] = "unknown"
    if choice not in CHOICES:
        gaps["choice"] = "choice"
    for rule in rules.get("must_meet", []):
        answer = must_meets.get(rule["key"], {})
        if rule["kind"] == "judgement":
            if answer.get("answer") not in ANSWERS:
                gaps[f"must_meet_{rule['key']}"] = "answer"
            elif answer["answer"] == "no" and not str(answer.get("reason", "")).strip():
                gaps[f"must_meet_{rule['key']}_reason"] = "reason"
    if choice != "abstain":
        for rule in rules.get("criteria", []):
            if not _is_score(scores.get(rule["key"], {})):
                gaps[f"score_{rule['key']}"] = "level"
    if choice == "go_if" and not (conditions and all(_is_condition(item) for item in conditions)):
        gaps["conditions"] = "condition"
    if choice == "not_now" and not comment.strip():
        gaps["comment_to_authors"] = "comment"
    return gaps


def _is_score(score: Mapping[str, Any]) -> bool:
    level = score.get("level")
    return score.get("not_applicable") is True or (type(level) is int and 0 <= level <= 4)


def _is_condition(item: Mapping[str, Any]) -> bool:
    try:
        date.fromisoformat(str(item.get("due_on", "")))
    except ValueError:
        return False
    return bool(str(item.get("text", "")).strip())


def reason_keys(rules: Record) -> list[str]:
    """What reasons can be tied to: criteria, then must-meets; a key that is both stands once."""
    rows = [*(rules.get("criteria") or []), *(rules.get("must_meet") or [])]
    return list(dict.fromkeys(row["key"] for row in rows))


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
) -> dict[str, str]:
    """What a decision lacks: form field → code. Reasons are always there; but for `go`, tied to a criterion."""
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
    if outcome == "stop" and not learning.strip():
        found["learning"] = "learning"
    if onward and not record["rules"].get("seats"):
        found |= {
            f"answer_{key}": "answer"
            for key, item in must_meets(record).items()
            if item.kind == "judgement" and item.met is not True
        }
    return found
