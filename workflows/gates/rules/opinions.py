"""What a panel thinks, counted: must-meets, criteria, votes, and the opinion that follows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

Record = Mapping[str, Any]
Result = Literal["go", "go_if", "not_now", "incomplete", "none"]
CHOICES = ("go", "go_if", "not_now", "abstain")
ANSWERS = ("yes", "no", "cannot_tell")
UNMET_CONDITIONS = "conditions"
# Whether a choice is for going on; an abstention takes no side, nor does a vote that is missing.
SIDES: Mapping[str | None, bool] = {"go": True, "go_if": True, "not_now": False}


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


PARTS = ("must_meets", "criteria")


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
        """As a record keeps it. By hand: `asdict` copies each value deeply, five times as slow over 20,000 rounds."""
        parts = {name: {key: dict(vars(item)) for key, item in getattr(self, name).items()} for name in PARTS}
        return {**vars(self), **parts}


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
    score = weighted_score(found.criteria)
    if score is not None:
        found.score = two_decimals(score)
        found.above_threshold = score >= Fraction(threshold(rules))
    found.quorum = len(votes) >= rules["quorum"]
    found.diversity = not rules.get("diversity") or any(
        seat["vote"] and seat["other_department"] for seat in record["seats"]
    )
    found.missing = _missing(record, found)
    found.result = "incomplete" if found.missing else _majority(record, found)
    return found


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
            answers = [(record.get("answers") or {}).get(key)]
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
        mean = two_decimals(mean_of(levels)) if levels else None
        found[rule["key"]] = Criterion(rule["weight"], levels, mean)
    return found


def threshold(rules: Mapping[str, Any]) -> str:
    """The score from which an opinion may be favourable, as a text; '0' at a gate that asks for none."""
    return str(rules.get("threshold", 0))


def _votes(record: Record) -> list[Mapping[str, Any]]:
    return [seat["vote"] for seat in record["seats"] if seat["vote"]]


def weighted_score(found: Mapping[str, Criterion]) -> Fraction | None:
    """Weighted mean of the criteria's means; weights are renormalised over the criteria that have answers."""
    answered = [item for item in found.values() if item.levels]
    total = sum(item.weight for item in answered)
    if not total:
        return None
    return Fraction(sum(mean_of(item.levels) * item.weight for item in answered), total)


def mean_of(levels: Sequence[int]) -> Fraction:
    """Exact; there must be one level at least."""
    return Fraction(sum(levels), len(levels))


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
    if expressed and is_for(record, found.votes) is None:
        missing.append("casting_vote")
    return missing


def is_for(record: Record, votes: Mapping[str, int]) -> bool | None:
    """Whether the majority of votes expressed is for it, the chair's on a tie; None when a tie stays a tie.

    `votes`: how many by choice.
    """
    for_it, against = votes["go"] + votes["go_if"], votes["not_now"]
    if for_it > against:
        return True
    if against > for_it:
        return False
    return chair_is_for(record)


def chair_is_for(record: Record) -> bool | None:
    """Whether the chair's vote is for it; None without one, or with an abstention."""
    return SIDES.get(_chair_choice(record))


def _chair_choice(record: Record) -> str | None:
    for seat in record["seats"]:
        if seat["chair"] and seat["vote"]:
            return str(seat["vote"]["choice"])
    return None


# What a chair settles by taking a side, with scores; a quorum, or another department, takes someone else.
SETTLED_BY_CHAIR = ("casting_vote", "votes", "scores")


def chair_settles(missing: Sequence[str]) -> bool:
    """Whether all that an opinion lacks (`Opinion.missing`) is there once the chair takes a side."""
    return bool(missing) and all(code in SETTLED_BY_CHAIR for code in missing)


def is_tied(choice: str, *, chair: str, for_it: int, against: int) -> bool:
    """Whether this vote, with those of the other seats, leaves a tie that the chair's choice does not break."""
    for_it += SIDES.get(choice) is True
    against += SIDES.get(choice) is False
    return for_it == against and chair not in SIDES


def _majority(record: Record, found: Opinion) -> Result:
    go, go_if = found.votes["go"], found.votes["go_if"]
    found.casting_vote = go + go_if == found.votes["not_now"]
    if is_for(record, found.votes) is False or found.above_threshold is False:
        return "not_now"
    if any(item.met is False for item in found.must_meets.values()):
        return "not_now"
    if go > go_if:
        return "go"
    return "go" if go == go_if and _chair_choice(record) == "go" else "go_if"


def two_decimals(value: Fraction) -> str:
    """Half up, without floating point: the same text everywhere, so that a replay compares equal."""
    cents = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return f"{cents // 100}.{cents % 100:02d}"
