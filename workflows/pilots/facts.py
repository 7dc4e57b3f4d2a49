"""The facts this room knows for must-meets."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.drafting.models import Idea
from incubator.inbox.wording import Ask, declare
from workflows.gates.facts import register_fact
from workflows.pilots import queries, rules
from workflows.pilots.models import Pilot, PilotPlan


def plan(idea: Idea, gate: str) -> bool:
    return not rules.plan_gaps(queries.plan_data(queries.plan_at_hand(idea)))


def readings(idea: Idea, gate: str) -> bool:
    """Each indicator has at least the readings that the sealed plan asks for."""
    found: PilotPlan | None = getattr(idea, "pilot_plan", None)
    if found is None or found.sealed is None:
        return False
    recorded = queries.recorded(idea)
    return recorded is not None and rules.has_minimum_readings(
        found.sealed["minimum_readings"], recorded.readings
    )


def incidents(idea: Idea, gate: str) -> bool:
    recorded = queries.recorded(idea)
    return recorded is None or not recorded.open_incidents


def extended(idea: Idea, gate: str) -> bool:
    """Whether the pilot had its one extension."""
    pilot: Pilot | None = getattr(idea, "pilot", None)
    return pilot is not None and pilot.extended_once


def register() -> None:
    """Called once, when the application starts."""
    from workflows.pilots import tellings  # noqa: F401  declares its audiences

    declare(
        "close_incident",
        Ask(_("Close an incident of the pilot “%(title)s”"), pgettext_lazy("work item", "Close")),
    )
    register_fact("plan", plan)
    register_fact("readings", readings)
    register_fact("incidents", incidents)
    register_fact("extended", extended)
