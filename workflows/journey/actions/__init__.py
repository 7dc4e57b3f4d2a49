"""The acts on an idea's journey: submit, resubmit, withdraw, hold and wake, re-examine."""

from workflows.journey.actions.announced import benefits_read, decided, place_freed, sponsor_lost, stage_ready
from workflows.journey.actions.holds import lapse, pause, wake
from workflows.journey.actions.learning import add_learning
from workflows.journey.actions.merging import check_may_undo, end_merge, undo_merge
from workflows.journey.actions.moving import move_process
from workflows.journey.actions.reexamination import (
    answer_reexamination,
    ask_again,
    ask_reexamination,
    close_window,
    hand_over_answer,
    may_ask_reexamination,
)
from workflows.journey.actions.routes import closed_routes, may_report_done, may_send_up, report_done, send_up
from workflows.journey.actions.submitting import resubmit, submit, withdraw
from workflows.journey.actions.succession import (
    ask_author,
    author_left,
    carry_on,
    nobody_carries_on,
    not_carry_on,
)

__all__ = [
    "add_learning",
    "answer_reexamination",
    "ask_again",
    "ask_author",
    "ask_reexamination",
    "author_left",
    "benefits_read",
    "carry_on",
    "check_may_undo",
    "close_window",
    "closed_routes",
    "decided",
    "end_merge",
    "hand_over_answer",
    "lapse",
    "may_ask_reexamination",
    "may_report_done",
    "may_send_up",
    "move_process",
    "nobody_carries_on",
    "not_carry_on",
    "pause",
    "place_freed",
    "report_done",
    "resubmit",
    "send_up",
    "sponsor_lost",
    "stage_ready",
    "submit",
    "undo_merge",
    "wake",
    "withdraw",
]
