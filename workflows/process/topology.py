"""The three flows as plain data, and where each of their steps stands in a picture: its column, its lane."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from workflows import flows
from workflows.nodes import OtherRoute, Station

Kind = Literal["start", "work", "gate", "wait", "other_route", "end"]
# Top to bottom, as lanes of a picture.
LANES = ("team", "lead", "panel", "decider", "evaluator", "nobody")
# Column and lane of each step; what is not named here is not in the page's picture, only in the exported one.
PLACES: dict[str, dict[str, tuple[int, str]]] = {
    "local": {
        "start": (0, "team"),
        "answer": (1, "decider"),
        "doing": (2, "team"),
        "end": (3, "team"),
        "declined": (2, "nobody"),
        "to_programme": (3, "decider"),
    },
    "fast": {
        "start": (0, "team"),
        "fast_launch": (1, "lead"),
        "to_programme": (2, "lead"),
        "pilot": (2, "team"),
        "pilot_end": (3, "decider"),
        "evaluation": (4, "evaluator"),
        "investment": (5, "panel"),
        "in_service": (6, "nobody"),
    },
    "standard": {
        "start": (0, "team"),
        "admissibility": (1, "lead"),
        "selection": (2, "panel"),
        "sponsorship": (3, "team"),
        "launch": (4, "panel"),
        "pilot": (5, "team"),
        "pilot_end": (6, "decider"),
        "evaluation": (7, "evaluator"),
        "investment": (8, "panel"),
        "in_service": (9, "nobody"),
    },
}


@dataclass(frozen=True)
class Way:
    """The outcomes that lead from one step to another."""

    outcomes: tuple[str, ...]
    to: str


@dataclass(frozen=True)
class Step:
    """A node of a flow. `gate`: whose round it opens, or ''; `lane`: the role that has the idea there."""

    name: str
    kind: Kind
    gate: str
    lane: str
    ways: tuple[Way, ...]
    leads_to: str = ""  # of `other_route`: the flow's reference


@dataclass(frozen=True)
class Route:
    """A flow: `key` is the route's, `reference` the flow class as rows store it."""

    key: str
    reference: str
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)


@lru_cache(maxsize=1)
def routes() -> tuple[Route, ...]:
    """The routes, the shortest first, each with its steps in the order of its flow."""
    return tuple(Route(flow.route, str(flow), _steps(flow)) for flow in flows.ROUTES)


def _steps(flow: Any) -> tuple[Step, ...]:
    # Python keeps the order in which a class declares its nodes; viewflow sorts them by name.
    declared = [name for name in vars(flow) if not name.startswith("_")]
    nodes = {node.name: node for node in flow.instance.nodes()}
    found = [_step(nodes[name]) for name in declared if name in nodes]
    return tuple(step for step in found if step is not None)


def _step(node: Any) -> Step | None:
    if isinstance(node, Station):
        lane = "team" if node.holder == "author" else node.holder
        return Step(node.name, _kind(node), node.gate, lane, _ways(node))
    if isinstance(node, OtherRoute):
        return Step(node.name, "other_route", "", "lead", (), node.flow_reference)
    if node.task_type == "END":
        return Step(node.name, "end", "", "nobody", ())
    if node.task_type == "OBSOLETE":
        return None
    first = next(edge.dst.name for edge in node._outgoing())
    return Step(node.name, "start", "", "team", (Way((), first),))


def _kind(node: Station) -> Kind:
    if node.gate:
        return "gate"
    return "wait" if node.holder == "nobody" else "work"


def _ways(node: Station) -> tuple[Way, ...]:
    """One way for each step it leads to, in the order declared."""
    found: dict[str, list[str]] = {}
    for outcome, to in node.ways.items():
        found.setdefault(to.name, []).append(outcome)
    return tuple(Way(tuple(outcomes), to) for to, outcomes in found.items())
