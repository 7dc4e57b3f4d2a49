"""What a vote still lacks before it can be cast. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workflows.gates.rules.opinions import ANSWERS, CHOICES


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
        date.fromisoformat(str(item.get("due_on")))
    except ValueError:
        return False
    return bool(str(item.get("text", "")).strip())
