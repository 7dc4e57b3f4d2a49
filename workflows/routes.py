"""The flows as data, for rooms below that may not know them: stations, gates, and where each outcome leads."""

import inspect
from collections.abc import Mapping
from functools import lru_cache

from workflows import flows
from workflows.gates.configuration.rules import Route, Station
from workflows.nodes import Station as Node


@lru_cache(maxsize=1)
def routes() -> Mapping[str, Route]:
    """Every flow by its name, each with its own goal: a service, or the doing of a local yes."""
    found = {}
    for name, flow in inspect.getmembers(flows, _is_flow):
        nodes = [node for node in flow.instance.nodes() if isinstance(node, Node)]
        stations = {
            node.name: Station(node.gate, {outcome: way.name for outcome, way in node.ways.items()})
            for node in nodes
        }
        found[name] = Route(stations, flow.goal, flow.route)
    return found


def _is_flow(member: object) -> bool:
    # viewflow's own names stand in the module too.
    return inspect.isclass(member) and member.__module__ == flows.__name__
