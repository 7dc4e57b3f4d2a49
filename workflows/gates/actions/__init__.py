"""The acts of a gate: rounds are entered and left, seats filled, votes cast, decisions made."""

from workflows.gates.actions.admissibility import admit, check_admission
from workflows.gates.actions.closing import close_opinion
from workflows.gates.actions.conditions import confirm_condition, report_condition
from workflows.gates.actions.consents import consent, decline_consent
from workflows.gates.actions.decisions import Choice, check, decide, next_steps
from workflows.gates.actions.discussion import call_discussion
from workflows.gates.actions.rounds import enter, void
from workflows.gates.actions.seating import fill_seats
from workflows.gates.actions.seats import change_seat, replace_leaver, seat, step_aside, void_conflicted
from workflows.gates.actions.signatures import ask_again, decline, hand_over, sign_second
from workflows.gates.actions.votes import open_others, vote

__all__ = [
    "Choice",
    "admit",
    "ask_again",
    "call_discussion",
    "change_seat",
    "check",
    "check_admission",
    "close_opinion",
    "confirm_condition",
    "consent",
    "decide",
    "decline",
    "decline_consent",
    "enter",
    "fill_seats",
    "hand_over",
    "next_steps",
    "open_others",
    "replace_leaver",
    "report_condition",
    "seat",
    "sign_second",
    "step_aside",
    "void",
    "void_conflicted",
    "vote",
]
