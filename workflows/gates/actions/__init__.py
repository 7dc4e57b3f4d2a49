"""The acts of a gate: rounds are entered and left, seats filled, votes cast, decisions made."""

from workflows.gates.actions.conditions import confirm_condition, report_condition
from workflows.gates.actions.decisions import Choice, decide, hand_over, sign_second
from workflows.gates.actions.rounds import enter, void
from workflows.gates.actions.seats import (
    ask_again,
    close_opinion,
    fill_seats,
    replace_leaver,
    seat,
    step_aside,
)
from workflows.gates.actions.votes import open_others, vote

__all__ = [
    "Choice",
    "ask_again",
    "close_opinion",
    "confirm_condition",
    "decide",
    "enter",
    "fill_seats",
    "hand_over",
    "open_others",
    "replace_leaver",
    "report_condition",
    "seat",
    "sign_second",
    "step_aside",
    "void",
    "vote",
]
