"""Frozen records for the tables of cases: plain data, as the rules read it."""

from typing import Any

RULES: dict[str, Any] = {
    "seats": 5,
    "quorum": 3,
    "diversity": "another_department",
    "opinion": "simple",
    "threshold": 2.4,
    "max_reworks": 2,
    "must_meet": [{"key": "plan", "kind": "fact"}, {"key": "safe", "kind": "judgement"}],
    "criteria": [{"key": "value", "weight": 75}, {"key": "novelty", "weight": 25}],
}


def vote(choice: str = "go", level: int | None = 3, safe: str = "yes") -> dict[str, Any]:
    score = {"not_applicable": True} if level is None else {"level": level}
    return {
        "choice": choice,
        "must_meets": {"safe": {"answer": safe, "reason": "Non." if safe == "no" else ""}},
        "scores": {} if choice == "abstain" else {"value": score, "novelty": score},
        "conditions": [],
    }


def record(
    *votes: dict[str, Any] | None, chair: int = 0, elsewhere: int = 0, **changes: Any
) -> dict[str, Any]:
    """Seats in order, each with its vote; `chair` and `elsewhere` are places. Keys of RULES may be changed."""
    own = {key: changes.pop(key) for key in ("facts", "reworks", "extended", "answers") if key in changes}
    return {
        "rules": RULES | changes,
        "facts": {"plan": True},
        "reworks": 0,
        "extended": False,
        "answers": {},
        "seats": [
            {"chair": place == chair, "other_department": place == elsewhere, "vote": given}
            for place, given in enumerate(votes)
        ],
    } | own


def without(given: dict[str, Any], key: str) -> dict[str, Any]:
    """The record of a gate whose configuration says nothing of `key`."""
    return given | {"rules": {name: value for name, value in given["rules"].items() if name != key}}


GO, IF, NOT, ABSTAIN = vote("go"), vote("go_if"), vote("not_now"), vote("abstain")
ZERO, NONE = vote("go", 0), vote("go", None)
