"""The public record: what a brief carries as `decision.json`, so that anyone can work its opinion out again.

Pure, without Django or a database. It holds what `workflows.gates.rules` needs and no more: answers by criterion,
sorted; counts of votes and must-meets; booleans. No row of a seat, no person, department, hour or comment of the panel.
`fixtures/schemas/public_record.json` describes it; docs/decisions/0009 argues why this is enough, and why not too much.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, repeat
from typing import Any

from incubator.events.rules import canonical, sha256
from workflows.briefs.record import BriefRecord
from workflows.gates import rules

NAME = "decision.json"
SCHEMA = "urn:travee:public-record:2"
# What the rules of a gate read of its configuration, and who decides by it.
RULES = ("gate", "seats", "quorum", "diversity", "opinion", "threshold", "go_on", "max_reworks", "decider")
ROWS = {"criteria": ("key", "weight", "fr", "en"), "must_meet": ("key", "kind", "fr", "en")}
COMPARED = ("result", "held_on", "rank", "waiting", "places")
# Of the brief's record, what the public record says as it is: each place in the one, with * for a number, and in the
# other. Its own fingerprint it cannot say.
IN_CLEAR = {
    "number": "brief/number", "serial": "brief/serial", "language": "brief/language", "replaces": "brief/replaces",
    "idea_number": "idea/number", "content_sha256": "idea/sha256", "gate": "gate/key", "round_sha256": "commitment",
    "outcome": "decision/outcome", "author_due_on": "decision/author_due_on", "hold_until": "decision/hold_until",
    "conditions/*/due_on": "decision/conditions/*/due_on", "next_steps/*/code": "decision/next_steps/*",
    "opinion/result": "opinion/result", "opinion/score": "opinion/score",
    "comparison/result": "inputs/comparison/result", "comparison/held_on": "inputs/comparison/held_on",
}  # fmt: skip
NOT_SAID = "public_sha256"
FOR_IT, AGAINST = ("go", "go_if"), ("not_now",)


@dataclass(frozen=True)
class Origin:
    """Where a decision stands: its configuration, the end of the idea's chain, and what opens the commitment.

    `document`: key and version of the published configuration; None for a programme that changed nothing. `head`: the
    hash of the event of the decision, which ends the chain then. `salt`: 64 hexadecimal digits, kept with the full
    record and never published.
    """

    programme: str
    version: int
    document: tuple[str, int] | None
    capacity: str
    second_capacity: str
    head: str
    salt: str
    edition: int = 1


def public_record(record: BriefRecord, frozen: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """The public record of a decided round; `frozen` is its `GateRound.record`. Raises ValueError for an opinion
    that is incomplete: nothing can be decided on it."""
    printed, found = record.printed(), rules.opinion(frozen)
    if found.result == "incomplete":
        raise ValueError("an incomplete opinion is never published")
    configured = frozen["rules"]
    return {
        "schema": SCHEMA,
        "brief": {
            "number": printed.number,
            "serial": printed.serial,
            "edition": origin.edition,
            "replaces": printed.replaces,
            "language": printed.language,
        },
        "idea": {
            "number": printed.idea_number,
            "version": printed.content_version,
            "sha256": printed.content_sha256 if _is_sha256(printed.content_sha256) else "",
        },
        "gate": {"key": printed.gate, "round": printed.round_number},
        "configuration": {
            "programme": origin.programme,
            "version": origin.version,
            "document": {"key": origin.document[0], "version": origin.document[1]}
            if origin.document
            else None,
            "sha256": sha256(canonical(configured)),
            "rules": _rules(configured),
        },
        "inputs": _inputs(frozen),
        "panel": _panel(frozen, found) if frozen["seats"] else None,
        "opinion": _opinion(found),
        "permitted": [asdict(choice) for choice in rules.permitted_after(frozen, found)],
        "decision": _decision(printed, origin),
        "texts": [{"where": where, "sha256": sha256(text)} for where, text in texts_of(printed)],
        # Not how many events it has: each vote, replaced ones too, is one.
        "chain": {"head": origin.head},
        "commitment": commitment(frozen, origin.salt),
    }


def as_bytes(public: Mapping[str, Any]) -> bytes:
    """The file: the same bytes for the same record, laid out for people too."""
    return (json.dumps(public, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def commitment(frozen: Mapping[str, Any], salt: str) -> str:
    """SHA-256 of the salt's bytes, then of the full record as canonical JSON.

    Without the salt, whoever knows the seats' keys could try the few ways to share the answers out and find the
    one that fits; with it, only whoever holds the full record can show that it is the one.
    """
    return sha256(bytes.fromhex(salt) + canonical(frozen))


def _rules(configured: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: configured[name] for name in RULES if name in configured}
    for name, fields in ROWS.items():
        kept[name] = [
            {field: row[field] for field in fields if field in row} for row in configured.get(name) or []
        ]
    return kept


def _inputs(frozen: Mapping[str, Any]) -> dict[str, Any]:
    compared = frozen.get("comparison")
    return {
        "facts": dict(frozen["facts"]),
        "reworks": frozen["reworks"],
        "extended": bool(frozen.get("extended")),
        # Of the person who decides where no panel sits: the brief names them.
        "answers": dict(frozen.get("answers") or {}),
        "comparison": {name: compared.get(name) for name in COMPARED} if compared else None,
    }


def _panel(frozen: Mapping[str, Any], found: rules.Opinion) -> dict[str, Any]:
    """What a panel answered, in counts and sorted levels: each is a sum over the seats, and no two can be joined."""
    votes = [seat["vote"] for seat in frozen["seats"] if seat["vote"]]
    expressed = [vote for vote in votes if vote["choice"] != "abstain"]
    return {
        "seats": len(frozen["seats"]),
        "votes": dict(found.votes),
        "quorum": found.quorum,
        "diversity": found.diversity if frozen["rules"].get("diversity") else None,
        "must_meets": {
            key: {"yes": item.yes, "no": item.no, "cannot_tell": item.cannot_tell}
            for key, item in found.must_meets.items()
            if item.kind == "judgement"
        },
        "criteria": {
            key: {
                "levels": list(item.levels),
                "not_applicable": sum(
                    bool(vote["scores"].get(key, {}).get("not_applicable")) for vote in expressed
                ),
                "abstained": found.votes["abstain"],
            }
            for key, item in found.criteria.items()
        },
        "casting_vote": _casting_vote(found),
    }


def _casting_vote(found: rules.Opinion) -> dict[str, bool | None]:
    """Of the chair's vote what the result took from it, and nothing where it took nothing: `for_it` settles a tie,
    `go` an equal number of “go on” and “go on, if”. Both stand in the result already."""
    favourable = found.result in FOR_IT
    held_back = found.above_threshold is False or any(item.met is False for item in found.must_meets.values())
    return {
        "for_it": favourable if found.casting_vote and not held_back else None,
        "go": found.result == "go" if favourable and found.votes["go"] == found.votes["go_if"] else None,
    }


def _opinion(found: rules.Opinion) -> dict[str, Any]:
    return {
        "result": found.result,
        "score": found.score,
        "above_threshold": found.above_threshold,
        "casting_vote": found.casting_vote,
    }


def _decision(printed: BriefRecord, origin: Origin) -> dict[str, Any]:
    return {
        "outcome": printed.outcome,
        "departs": printed.departs,
        "decided_on": printed.decided_at.date().isoformat(),
        "capacity": origin.capacity,
        "second_capacity": origin.second_capacity,
        "conditions": [{"due_on": item.due_on.isoformat()} for item in printed.conditions],
        "gaps": len(printed.gaps),
        "author_due_on": printed.author_due_on.isoformat() if printed.author_due_on else None,
        "hold_until": printed.hold_until.isoformat() if printed.hold_until else None,
        "next_steps": [step.code for step in printed.next_steps],
    }


def texts_of(printed: BriefRecord) -> list[tuple[str, str]]:
    """Each text of the brief's record and where it stands, `conditions/1/text`, dates as they stand there: all that
    the public record does not say itself."""
    said = {*IN_CLEAR, NOT_SAID} - ({"content_sha256"} if not _is_sha256(printed.content_sha256) else set())
    return [(where, text) for where, form, text in _texts(printed.as_data(), "", "") if form not in said]


def _texts(value: Any, where: str, form: str) -> Iterator[tuple[str, str, str]]:
    """Each text that is not empty: its place, that place with * for each number, the text."""
    if isinstance(value, str):
        if value:
            yield where, form, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, f"{where}/{name}" if where else name, f"{form}/{name}" if form else name)
    elif isinstance(value, Sequence):
        for place, item in enumerate(value, start=1):
            yield from _texts(item, f"{where}/{place}", f"{form}/*")


def _is_sha256(text: str) -> bool:
    """Where words are masked, that of the text which was judged is masked too."""
    return len(text) == 64


# --- Worked out again from the public record alone ---


@dataclass(frozen=True)
class Replayed:
    """What the rules give for a public record: the opinion and what was open to whoever decided."""

    opinion: rules.Opinion
    permitted: list[rules.Permitted]


def replayed(public: Mapping[str, Any]) -> Replayed:
    """The opinion and the permitted outcomes, by the product's own rules and from this record alone.

    Raises KeyError, TypeError or ValueError for what is no public record.
    """
    if public["schema"] != SCHEMA:
        raise ValueError(f"not a public record of this version: {public['schema']}")
    record = stand_in(public)
    found = rules.opinion(record)
    return Replayed(found, rules.permitted_after(record, found))


def differences(public: Mapping[str, Any]) -> list[str]:
    """How a replay differs from what the record says, as codes: `opinion`, `permitted`, `decision`; `unreadable`."""
    try:
        again = replayed(public)
        found = []
        if _opinion(again.opinion) != public["opinion"] or not _panel_holds(public, again.opinion):
            found.append("opinion")
        if [asdict(choice) for choice in again.permitted] != public["permitted"]:
            found.append("permitted")
        said = (public["decision"]["outcome"], public["decision"]["departs"])
        if said not in {(choice.outcome, choice.departs) for choice in again.permitted}:
            found.append("decision")
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, StopIteration):
        return ["unreadable"]
    return found


def _panel_holds(public: Mapping[str, Any], found: rules.Opinion) -> bool:
    """Whether what is said of the quorum agrees with the counts."""
    return public["panel"] is None or public["panel"]["quorum"] == found.quorum


def stand_in(public: Mapping[str, Any]) -> dict[str, Any]:
    """A full record that fits the public one: the answers dealt out to seats in an order of its own.

    The rules read sums over the seats, and of one seat only the chair's side: whichever way the answers are dealt,
    they give the same.
    """
    inputs, panel = public["inputs"], public["panel"]
    return {
        "rules": public["configuration"]["rules"],
        "facts": inputs["facts"],
        "reworks": inputs["reworks"],
        "extended": inputs["extended"],
        "answers": inputs["answers"],
        "seats": _seats(panel) if panel else [],
    } | ({"comparison": inputs["comparison"]} if inputs["comparison"] else {})


def _seats(panel: Mapping[str, Any]) -> list[dict[str, Any]]:
    choices = [choice for choice in rules.CHOICES for _ in range(panel["votes"][choice])]
    expressed = len(choices) - panel["votes"]["abstain"]
    levels = {key: _dealt(item["levels"], expressed) for key, item in panel["criteria"].items()}
    answers = {
        key: _dealt([answer for answer in rules.ANSWERS for _ in range(counts[answer])], len(choices))
        for key, counts in panel["must_meets"].items()
    }
    chair = _chair(choices, panel["casting_vote"])
    seats: list[dict[str, Any]] = []
    for place, choice in enumerate(choices):
        vote = {
            "choice": choice,
            # Abstentions come last: the levels are dealt to those before them.
            "scores": {
                key: {"level": given[place]}
                for key, given in levels.items()
                if place < expressed and given[place] is not None
            },
            "must_meets": {
                key: {"answer": given[place]} for key, given in answers.items() if given[place] is not None
            },
        }
        seats.append(
            {
                "chair": place == chair,
                "other_department": bool(panel["diversity"]) and place == 0,
                "vote": vote,
            }
        )
    empty = panel["seats"] - len(seats)
    return [*seats, *({"chair": False, "other_department": False, "vote": None} for _ in range(empty))]


def _dealt(given: Sequence[Any], places: int) -> list[Any]:
    if len(given) > places:
        raise ValueError("more answers than votes")
    return list(chain(given, repeat(None, places - len(given))))


def _chair(choices: Sequence[str], casting: Mapping[str, bool | None]) -> int | None:
    """The place of a seat whose choice says of the chair what the record says; None without votes.

    Where a tie is not settled by the chair, either side gives the same opinion.
    """
    for_it, go = casting["for_it"], casting["go"]
    if go is not None:
        wanted: Sequence[str] = ("go",) if go else ("go_if",)
    elif for_it is not None:
        wanted = FOR_IT if for_it else AGAINST
    else:
        wanted = AGAINST
    return next((place for place, choice in enumerate(choices) if choice in wanted), None)
