"""What an author can do after a decision, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

GOING_ON = ("go", "go_with_conditions", "scale", "transfer")
ONWARD = {
    "G0": "review",
    "G1": "find_sponsor",
    "G2": "pilot",
    "G3": "evaluation",
    "G4": "run",
    "L": "done",
    "F": "pilot",
}
TALK = "ask_lead"
# A rendering that failed this often is not tried again by itself; then the programme lead is told.
MOST_TRIES = 3
SHORTEST_REASON = 10  # characters of the reason of a correction


@dataclass(frozen=True)
class Standing:
    """What became of a decision: `what` is overturned (looked at again) or undone, on that local day; '' while nothing
    took it back. `later`: the number of the last brief of a later decision at the same gate."""

    what: str = ""
    on: date | None = None
    later: str = ""


def next_steps(
    gate: str, outcome: str, codes: Sequence[str], *, hold_condition: bool = False
) -> tuple[str, ...]:
    """The brief's steps for the codes a decision holds, the first thing first and talking last.

    `follow` becomes what the gate opens. Never empty: no outcome leaves an author without a way on.
    """
    steps: list[str] = []
    for code in codes:
        if code == "follow":
            steps += _onward(gate, outcome)
        elif code != "meet_condition" or hold_condition:
            steps.append(code)
    return tuple(dict.fromkeys([*(step for step in steps if step != TALK), TALK]))


def _onward(gate: str, outcome: str) -> list[str]:
    if outcome == "extend":
        return ["pilot_extended"]
    if outcome == "to_programme":
        return [outcome]
    conditions = ["meet_conditions"] if outcome == "go_with_conditions" else []
    return [*conditions, ONWARD.get(gate, "go_on") if outcome in GOING_ON else "go_on"]
