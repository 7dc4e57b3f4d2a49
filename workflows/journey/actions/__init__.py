"""The acts on an idea's journey: submit, resubmit, withdraw, hold and wake, re-examine."""

from workflows.journey.actions.announced import decided, sponsor_lost, stage_ready
from workflows.journey.actions.holds import author_left, lapse, pause, wake
from workflows.journey.actions.reexamination import (
    answer_reexamination,
    ask_reexamination,
    close_window,
    may_ask_reexamination,
    reexaminers,
)
from workflows.journey.actions.submitting import resubmit, submit, withdraw

__all__ = [
    "answer_reexamination",
    "ask_reexamination",
    "author_left",
    "close_window",
    "decided",
    "lapse",
    "may_ask_reexamination",
    "pause",
    "reexaminers",
    "resubmit",
    "sponsor_lost",
    "stage_ready",
    "submit",
    "wake",
    "withdraw",
]
