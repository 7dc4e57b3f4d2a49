"""The configuration of a programme, as data: versions of one document, checked before they are published.

Rounds take the rules of their gate from the version in force and keep them (law 10).
"""

from incubator.lib.reference import defaults
from workflows.gates.configuration.document import gate_delay
from workflows.gates.configuration.reading import (
    answered_in,
    default_rules,
    delays_of,
    delays_under,
    gate_delays,
    lead_days,
    letter_of,
    most_reworks,
    open_seats_per_person,
    pinned,
    publish_defaults,
    recourse,
    rework_days,
    rules_at,
    with_defaults,
)

__all__ = [
    "answered_in",
    "default_rules",
    "defaults",
    "delays_of",
    "delays_under",
    "gate_delay",
    "gate_delays",
    "lead_days",
    "letter_of",
    "most_reworks",
    "open_seats_per_person",
    "pinned",
    "publish_defaults",
    "recourse",
    "rework_days",
    "rules_at",
    "with_defaults",
]
