"""Who is waited for, and what a launch still lacks. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

LEAST_DAYS_A_MONTH = Decimal("0.5")
MOST_DAYS_A_MONTH = Decimal(20)
MOST_DAYS = 2_000
MOST_EUROS = 100_000_000
LONGEST_TEXT = 10_000
LONGEST_ROUTE = 300

UNDER_WAY = ("live", "held")
Turn = Literal["manager", "director", "arbiter", "nobody"]


def turn(*, state: str, has_manager: bool, opinion: str) -> Turn:
    """Who a time release waits for. Only one at a time: the manager's opinion comes before the signature."""
    if state == "disputed":
        return "arbiter"
    if state != "asked":
        return "nobody"
    return "manager" if has_manager and not opinion else "director"


# As long as what someone is asked, or has granted, is still in force; then it is no longer theirs to read.
READ_WHILE: dict[Turn, tuple[str, ...]] = {
    "manager": ("asked", "disputed", "signed"),
    "director": ("asked", "signed"),
    "arbiter": ("disputed",),
    "nobody": (),
}


def reads_request(turn: Turn, state: str, idea_state: str) -> bool:
    """Whether whoever is asked about time still reads what was asked: not after a refusal, nor once taken back."""
    return state in READ_WHILE[turn] and (state == "signed" or idea_state in UNDER_WAY)


def reads_question(state: str, idea_state: str) -> bool:
    """Whether the person asked to sponsor still reads the question: not after a no, nor once taken back."""
    return state == "signed" or (state == "asked" and idea_state in UNDER_WAY)


def gaps(facts: Mapping[str, bool | None]) -> list[str]:
    """The keys of the facts that are not met, in the order given; what cannot be known is not met."""
    return [key for key, met in facts.items() if met is not True]


def pledge_errors(*, days: int, euros: int, cover: str) -> dict[str, str]:
    """What a promise lacks: field → code (`range`, `missing`, `too_long`)."""
    found = {}
    if not 0 <= days <= MOST_DAYS:
        found["days"] = "range"
    if not 0 <= euros <= MOST_EUROS:
        found["euros"] = "range"
    if not cover.strip():
        found["cover"] = "missing"
    elif len(cover) > LONGEST_TEXT:
        found["cover"] = "too_long"
    return found


def is_half_days(days_a_month: Decimal) -> bool:
    """Whether the time asked for lies between half a day and 20 days a month, in half days."""
    return LEAST_DAYS_A_MONTH <= days_a_month <= MOST_DAYS_A_MONTH and days_a_month * 2 % 1 == 0
