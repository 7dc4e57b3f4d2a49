"""The rules of a selection session, pure: who is heard, in which order, who has a place, who moves up.

A record is plain data (JSON), frozen when the list is settled:
`seed`: the session's key · `rules`: `places`, `envelope_euros`, `envelope_agent_days` (int, or null for no limit),
`heard` (how many are heard), `quorum`, `threshold` (text, the least mean of a place), `ties` (codes of TIES, in
the order in which they are asked), `passing_over` (whether a smaller idea may pass one that does not fit) ·
`members`: `[{"member", "chair"}]`, those who were present · `ideas`: `[{"idea", "euros", "agent_days",
"opinion": {"result", "score"}, "heard", "votes": [{"member", "level": 0..4 | null}]}]`, where `level` is null for
an abstention and `score` a text with two decimals or null.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

from workflows.gates.rules import two_decimals

Record = Mapping[str, Any]
Item = Mapping[str, Any]
Result = Literal["selected", "waiting", "not_selected", "not_heard"]
LEVELS = range(5)
# In a tie asked of the chair, a chair without a level sorts after every level.
NO_LEVEL = 1
# A level from here on speaks for the idea.
FOR = 3
LIMITS = ("places", "envelope_euros", "envelope_agent_days")
TIES = ("chair", "support", "opinion", "least_euros", "least_days")
# Always asked last and never equal: the order is total.
LOT = "lot"
# What is known before anyone is heard.
BEFORE_HEARING = ("opinion", "least_euros", "least_days")
GO_ON = ("go", "go_if")


@dataclass(frozen=True)
class Shortlist:
    """Keys of ideas, each list in its order. `no_opinion`: the panel of these has not given one yet."""

    heard: list[str]
    not_heard: list[str]
    no_opinion: list[str]


@dataclass(frozen=True)
class Line:
    """One idea of the ordered list. `rank` from 1; `mean` has two decimals; `tie` is the code of the tie rule that
    put it after the one above, '' when the means differ."""

    idea: str
    rank: int
    mean: str
    votes: int
    abstentions: int
    support: int
    tie: str = ""


@dataclass(frozen=True)
class Standing:
    """What the session proposes for each idea; `waiting` holds the waiting list in its order."""

    results: dict[str, Result]
    selected: list[str]
    waiting: list[str]


def shortlist(record: Record) -> Shortlist:
    """Who is heard: the ideas whose opinion goes on, best score first, as many as there are hearings."""
    ideas = {item["idea"]: item for item in record["ideas"]}
    ready = [item for item in ideas.values() if item["opinion"]["result"] in GO_ON]
    order = [item["idea"] for item in sorted(ready, key=lambda item: _before_hearing(record, item))]
    heard = order[: record["rules"]["heard"]]
    waiting = sorted(key for key, item in ideas.items() if item["opinion"]["result"] == "incomplete")
    return Shortlist(heard, sorted(set(ideas) - set(heard) - set(waiting)), waiting)


def missing(record: Record) -> list[tuple[str, str]]:
    """`(code, idea)` of what keeps the list from being settled: `quorum` or `levels` (all abstained)."""
    found = []
    for item in _heard(record):
        if len(item["votes"]) < record["rules"]["quorum"]:
            found.append(("quorum", item["idea"]))
        elif not _levels(item):
            found.append(("levels", item["idea"]))
    return sorted(found, key=lambda pair: pair[1])


def ordered(record: Record) -> list[Line]:
    """The ideas heard, best mean first; equal means by the tie rule, at last by lot. Nobody's vote can be read off it.

    Raises ValueError while something is missing.
    """
    if missing(record):
        raise ValueError("the list cannot be ordered while votes are missing")
    lines = []
    for place, (item, tie) in enumerate(_in_order(record)):
        levels = _levels(item)
        lines.append(
            Line(
                idea=item["idea"],
                rank=place + 1,
                mean=two_decimals(_mean(item)),
                votes=len(item["votes"]),
                abstentions=len(item["votes"]) - len(levels),
                support=_support(item),
                tie=tie,
            )
        )
    return lines


def standing(record: Record, left: Sequence[str] = ()) -> Standing:
    """Who has a place and who waits, after the ideas in `left` have gone, in that order.

    Nobody loses a place because another goes: what is freed goes to the waiting list, in its order.
    """
    needs = {item["idea"]: item for item in _heard(record)}
    order = [line.idea for line in ordered(record) if _may_have_place(record, needs[line.idea])]
    selected = _filled(record, needs, [], order)
    gone: set[str] = set()
    for idea in left:
        gone.add(idea)
        kept = [key for key in selected if key != idea]
        selected = _filled(record, needs, kept, [key for key in order if key not in gone])
    selected = [key for key in order if key in selected]
    waiting = [key for key in order if key not in selected and key not in gone]
    results: dict[str, Result] = {item["idea"]: "not_heard" for item in record["ideas"]}
    given: list[tuple[Result, list[str]]] = [("not_selected", list(needs)), ("waiting", waiting)]
    for result, those in [*given, ("selected", selected)]:
        results.update(dict.fromkeys(those, result))
    return Standing(results, selected, waiting)


def used(record: Record, selected: Iterable[str]) -> dict[str, int]:
    """What the ideas with a place take together: `places`, `euros`, `agent_days`."""
    items = [item for item in record["ideas"] if item["idea"] in set(selected)]
    return {
        "places": len(items),
        "euros": sum(item["euros"] for item in items),
        "agent_days": sum(item["agent_days"] for item in items),
    }


def outcome(record: Record) -> dict[str, Any]:
    """All that follows from a record, as data: frozen beside it, and computed again by a replay."""
    found = standing(record)
    return {
        "shortlist": asdict(shortlist(record)),
        "list": [asdict(line) for line in ordered(record)],
        "selected": found.selected,
        "waiting": found.waiting,
        "results": found.results,
    }


def least_mean(record: Record, found: Mapping[str, Any]) -> str:
    """The least mean that had a place, given the record's outcome: the last idea's with one when no room was left,
    else the threshold."""
    threshold, places = Fraction(record["rules"]["threshold"]), record["rules"]["places"]
    means = [Fraction(line["mean"]) for line in found["list"] if line["idea"] in found["selected"]]
    full = bool(found["waiting"]) or len(means) == places
    return two_decimals(max([threshold, min(means)] if full and means else [threshold]))


def rule_problems(rules: Mapping[str, Any]) -> dict[str, str]:
    """Code of what is wrong with a session's rules, by field."""
    found = {
        name: "number"
        for name in ("heard", "quorum", "hearing_minutes")
        if not isinstance(rules.get(name), int) or not 1 <= rules[name] <= 500
    }
    if all(rules.get(name) is None for name in LIMITS):
        found["places"] = "no_limit"
    elif rules.get("places") is not None and rules["places"] < 1:
        found["places"] = "full"
    elif "heard" not in found and rules.get("places") is not None and rules["heard"] < rules["places"]:
        found["heard"] = "fewer_than_places"
    ties = list(rules.get("ties") or ())
    if any(code not in TIES for code in ties) or len(set(ties)) != len(ties):
        found["ties"] = "ties"
    return found


def _heard(record: Record) -> list[Mapping[str, Any]]:
    return [item for item in record["ideas"] if item["heard"]]


def _levels(item: Mapping[str, Any]) -> list[int]:
    return [vote["level"] for vote in item["votes"] if vote["level"] is not None]


def _mean(item: Mapping[str, Any]) -> Fraction:
    levels = _levels(item)
    return Fraction(sum(levels), len(levels))


def _support(item: Mapping[str, Any]) -> int:
    return sum(level >= FOR for level in _levels(item))


def _in_order(record: Record) -> list[tuple[Item, str]]:
    """The ideas heard, the better first, each with the tie rule that put it after the one above."""
    found: list[tuple[Item, str]] = []
    for equals in _grouped(_heard(record), lambda item: -_mean(item)):
        found += _tie_broken(record, equals, [*record["rules"]["ties"], LOT])
    return found


def _tie_broken(record: Record, equals: list[Item], codes: Sequence[str]) -> list[tuple[Item, str]]:
    """Equals in the order of the tie rules, asked one after the other of those still equal.

    The chair's level is not asked where the chair gave none to one of them, being out of the room for it: else a
    link of the chair would cost an idea its place.
    """
    if len(equals) == 1:
        return [(equals[0], "")]
    code, *rest = codes
    if code == "chair" and not all(_chair_votes(record, item) for item in equals):
        return _tie_broken(record, equals, rest)
    found: list[tuple[Item, str]] = []
    for group in _grouped(equals, lambda item: _tie_key(record, code, item)):
        (first, _none), *others = _tie_broken(record, group, rest)
        found += [(first, code if found else ""), *others]
    return found


def _grouped(items: Iterable[Item], key: Callable[[Item], Any]) -> list[list[Item]]:
    return [list(group) for _value, group in groupby(sorted(items, key=key), key)]


def _before_hearing(record: Record, item: Mapping[str, Any]) -> tuple[Any, ...]:
    ties = [code for code in record["rules"]["ties"] if code in BEFORE_HEARING]
    return (
        -_score(item),
        item["opinion"]["result"] != "go",
        *(_known_key(code, item) for code in ties),
        _lot(record, item),
    )


def _tie_key(record: Record, code: str, item: Mapping[str, Any]) -> Any:
    """What a tie rule compares; smaller is better."""
    if code == LOT:
        return _lot(record, item)
    if code == "chair":
        own = [vote["level"] for vote in _chair_votes(record, item)]
        return -own[0] if own and own[0] is not None else NO_LEVEL
    if code == "support":
        return -_support(item)
    return _known_key(code, item)


def _known_key(code: str, item: Mapping[str, Any]) -> Any:
    """The same, for a rule that can be asked before anyone is heard."""
    if code == "opinion":
        return -_score(item)
    return item["euros"] if code == "least_euros" else item["agent_days"]


def _chair_votes(record: Record, item: Item) -> list[Mapping[str, Any]]:
    chairs = {member["member"] for member in record["members"] if member["chair"]}
    return [vote for vote in item["votes"] if vote["member"] in chairs]


def _score(item: Mapping[str, Any]) -> Fraction:
    return Fraction(item["opinion"]["score"] or 0)


def _lot(record: Record, item: Mapping[str, Any]) -> str:
    """Drawn from the session's key: the same for whoever checks, and nobody chooses it."""
    return hashlib.sha256(f"{record['seed']}:{item['idea']}".encode()).hexdigest()


def _may_have_place(record: Record, item: Mapping[str, Any]) -> bool:
    """Whether the mean reaches the threshold, and the whole envelope would be enough for this idea alone."""
    return _mean(item) >= Fraction(record["rules"]["threshold"]) and _fits(record, [], item)


def _filled(
    record: Record, needs: Mapping[str, Mapping[str, Any]], kept: Sequence[str], order: Sequence[str]
) -> list[str]:
    """Those kept, and after them, in order, whoever still fits."""
    selected = list(kept)
    for idea in order:
        if idea in selected:
            continue
        if _fits(record, [needs[key] for key in selected], needs[idea]):
            selected.append(idea)
        elif not record["rules"]["passing_over"]:
            break
    return selected


def _fits(record: Record, taken: Sequence[Mapping[str, Any]], item: Mapping[str, Any]) -> bool:
    rules, all_of_them = record["rules"], [*taken, item]
    return all(
        limit is None or total <= limit
        for limit, total in (
            (rules["places"], len(all_of_them)),
            (rules["envelope_euros"], sum(one["euros"] for one in all_of_them)),
            (rules["envelope_agent_days"], sum(one["agent_days"] for one in all_of_them)),
        )
    )
