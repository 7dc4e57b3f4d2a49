"""How long each answer may take, in working days of the entity: as the idea's programme has set it."""

from ideas.drafting.models import Idea
from workflows.gates.configuration import delays_of


def search(idea: Idea) -> int:
    """To find a sponsor."""
    return delays_of(idea)["sponsor_search"]


def investigation(idea: Idea) -> int:
    """From the promise to the request for the launch."""
    return delays_of(idea)["investigation"]


def opinion(idea: Idea) -> int:
    """The line manager's, on time."""
    return delays_of(idea)["manager_opinion"]


def signature(idea: Idea) -> int:
    """The director's on time, and finance's on the budget line."""
    return delays_of(idea)["time_release"]


def arbitration(idea: Idea) -> int:
    """The deputy director general's, of a refusal of time."""
    return delays_of(idea)["arbitration"]
