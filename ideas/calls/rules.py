"""What a call needs and what may still change; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

TEXTS = ("title_fr", "title_en", "question_fr", "question_en")
NAMES = ("authors_hidden", "voters_hidden")
LIMITS = ("places", "envelope_euros", "envelope_agent_days")
FIELDS = (*TEXTS, "opens_at", "closes_at", *LIMITS, *NAMES)


def problems(call: Mapping[str, Any]) -> dict[str, str]:
    """Code of what is wrong, by field; a box that is always open has no dates."""
    found = {field: "empty" for field in TEXTS if not str(call[field]).strip()}
    if call["always_open"]:
        return found
    for field in ("opens_at", "closes_at"):
        if call[field] is None:
            found[field] = "no_date"
    if call["opens_at"] and call["closes_at"] and call["closes_at"] <= call["opens_at"]:
        found["closes_at"] = "closes_before_it_opens"
    return found


def is_open(always_open: bool, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> bool:
    """Whether an idea may be drafted and submitted for the call at this instant."""
    if always_open:
        return True
    return opens_at is not None and closes_at is not None and opens_at <= at < closes_at


def late_changes(before: Mapping[str, Any], after: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """Code of what may no longer change once a dated call has opened, by field.

    People wrote under its promise: the names settings, the opening date and the departments asked stay; the end
    may move, but not into the past.
    """
    if before["opens_at"] is None or before["opens_at"] > at:
        return {}
    found = {
        field: "already_open"
        for field in ("opens_at", *NAMES, "departments")
        if before[field] != after[field]
    }
    if (
        after["closes_at"] != before["closes_at"]
        and after["closes_at"] is not None
        and after["closes_at"] < at
    ):
        found["closes_at"] = "already_over"
    return found
