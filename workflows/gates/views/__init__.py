"""Pages of a gate: thin; they read, call one action, and answer."""

from workflows.gates.views.conditions import condition
from workflows.gates.views.consents import consent
from workflows.gates.views.decisions import decision
from workflows.gates.views.experts import expert_questions
from workflows.gates.views.kept_votes import autosave
from workflows.gates.views.my_reviews import reviews
from workflows.gates.views.others_votes import discussion, others
from workflows.gates.views.reviewing import aside, review
from workflows.gates.views.seats import change_seat, seats

__all__ = [
    "aside",
    "autosave",
    "change_seat",
    "condition",
    "consent",
    "decision",
    "discussion",
    "expert_questions",
    "others",
    "review",
    "reviews",
    "seats",
]
