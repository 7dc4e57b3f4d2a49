"""The acts of a gate: rounds are entered and left, seats filled, votes cast, decisions made."""

from workflows.gates.actions.conditions import confirm_condition, report_condition
from workflows.gates.actions.decisions import Choice, decide, hand_over, sign_second
from workflows.gates.actions.rounds import enter, void
from workflows.gates.actions.seats import fill_seats, seat, step_aside
from workflows.gates.actions.votes import open_others, vote

__all__ = [
    "Choice",
    "confirm_condition",
    "decide",
    "enter",
    "fill_seats",
    "hand_over",
    "open_others",
    "report_condition",
    "seat",
    "sign_second",
    "step_aside",
    "void",
    "vote",
]
