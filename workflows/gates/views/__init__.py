"""Pages of a gate: thin; they read, call one action, and answer."""

from workflows.gates.views.conditions import condition
from workflows.gates.views.decisions import decision
from workflows.gates.views.reviews import aside, others, review, reviews
from workflows.gates.views.seats import seats

__all__ = ["aside", "condition", "decision", "others", "review", "reviews", "seats"]
