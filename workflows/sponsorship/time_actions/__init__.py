"""Time for a team member, asked by that member alone (law 11): the line manager's opinion, then the signature.

Silence on time is recorded as no objection; it is never a release. The events say that something was answered,
never what the manager thinks (law 8).
"""

from workflows.sponsorship.time_actions.answering import (
    arbitrate_time,
    give_time_opinion,
    record_silence,
    refuse_time_release,
    sign_time_release,
)
from workflows.sponsorship.time_actions.asking import ask_someone_else, ask_time, take_back_time
from workflows.sponsorship.time_actions.turns import arbiters, ask_arbiters_again, drop_requests, item

__all__ = [
    "arbiters",
    "arbitrate_time",
    "ask_arbiters_again",
    "ask_someone_else",
    "ask_time",
    "drop_requests",
    "give_time_opinion",
    "item",
    "record_silence",
    "refuse_time_release",
    "sign_time_release",
    "take_back_time",
]
