"""The facts this room knows for must-meets. All read the last evaluation delivered."""

from ideas.drafting.models import Idea
from incubator.events.rules import canonical, sha256
from incubator.people import departures
from workflows.evaluation import queries
from workflows.evaluation.departures import on_departure, on_grant_change
from workflows.gates.facts import register_fact


def independent(idea: Idea, gate: str) -> bool:
    """Its evaluator has no hard conflict with the idea, then and now."""
    found = queries.delivered(idea)
    return found is not None and not queries.has_link(idea, found.evaluator)


def compared(idea: Idea, gate: str) -> bool:
    """It sets the readings beside the sealed plan: what it froze is whole and has a line per indicator sealed."""
    found = queries.delivered(idea)
    if found is None or not found.compared:
        return False
    return found.compared_sha256 == sha256(canonical(found.compared)) and [
        line["indicator"] for line in found.compared
    ] == [one["name"] for one in queries.sealed_plan(idea)["indicators"]]


def owner(idea: Idea, gate: str) -> bool:
    """Someone who is still here is named to run it."""
    found = queries.delivered(idea)
    return found is not None and found.run_owner is not None and found.run_owner.is_active


def register() -> None:
    """Called once, when the application starts."""
    from workflows.evaluation import tellings  # noqa: F401  declares its audiences

    departures.on_departure(on_departure)
    departures.on_grant_end(on_grant_change)
    departures.on_grant_given(on_grant_change)
    register_fact("independent", independent)
    register_fact("compared", compared)
    register_fact("owner", owner)
