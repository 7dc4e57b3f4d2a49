"""The acts of a gate: rounds are entered and left, seats filled, votes cast, decisions made."""

from workflows.gates.actions.admissibility import admit, check_admission
from workflows.gates.actions.choices import Choice
from workflows.gates.actions.closing import close_opinion
from workflows.gates.actions.conditions import (
    ask_in_place_of_leavers,
    ask_to_meet,
    confirm_condition,
    may_report,
    report_condition,
)
from workflows.gates.actions.consents import consent, decline_consent
from workflows.gates.actions.decisions import check, decide, next_steps
from workflows.gates.actions.discussion import call_discussion
from workflows.gates.actions.experts import answer_expert, ask_expert, close_question, experts, open_questions
from workflows.gates.actions.keeping import keep_decision
from workflows.gates.actions.keeping_votes import drop_left_behind, keep_vote
from workflows.gates.actions.rounds import enter, void
from workflows.gates.actions.seating import fill_seats
from workflows.gates.actions.seats import change_seat, replace_leaver, seat, step_aside, void_conflicted
from workflows.gates.actions.signatures import ask_again, decline, hand_over, sign_second
from workflows.gates.actions.votes import open_others, vote

__all__ = [
    "Choice",
    "admit",
    "answer_expert",
    "ask_again",
    "ask_expert",
    "ask_in_place_of_leavers",
    "ask_to_meet",
    "call_discussion",
    "change_seat",
    "check",
    "check_admission",
    "close_opinion",
    "close_question",
    "confirm_condition",
    "consent",
    "decide",
    "decline",
    "decline_consent",
    "drop_left_behind",
    "enter",
    "experts",
    "fill_seats",
    "hand_over",
    "keep_decision",
    "keep_vote",
    "may_report",
    "next_steps",
    "open_others",
    "open_questions",
    "replace_leaver",
    "report_condition",
    "seat",
    "sign_second",
    "step_aside",
    "void",
    "void_conflicted",
    "vote",
]
