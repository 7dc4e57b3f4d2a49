"""Whether an idea can go all the way: each outcome leads somewhere, and one of those going on to the end."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflows.gates import rules as gate_rules
from workflows.gates.configuration.rules.facts import ADMISSION, Facts, Problem, Route

# A pilot is extended once in all: a way that only extends comes back to this gate and finds it closed.
EXTENDED_ONCE = "extend"


def ways(gate: str, configured: Mapping[str, Any], facts: Facts) -> Iterator[Problem]:
    """Every outcome leads somewhere, one of those going on leads to the end, each opinion leaves one, and each fact is
    read by someone.
    """
    onward = configured.get("go_on") or ("go", "go_with_conditions")
    for place, rule in enumerate(configured.get("must_meet") or []):
        if rule["kind"] == "fact" and rule["key"] not in facts.known_facts:
            values = {"gate": gate, "key": rule["key"]}
            yield Problem("fact_nobody_reads", f"/gates/{gate}/must_meet/{place}", values)
    for route in facts.routes.values():
        station = next((one for one in route.stations.values() if one.gate == gate), None)
        if station is None:
            continue
        for outcome in (*onward, *gate_rules.BACK_AT.get(gate, gate_rules.BACK)):
            if outcome not in station.ways:
                yield Problem(
                    "outcome_leads_nowhere", f"/gates/{gate}/go_on", {"gate": gate, "outcome": outcome}
                )
        starts = [station.ways[one] for one in onward if one in station.ways and one != EXTENDED_ONCE]
        if not any(_reaches(route, start) for start in starts):
            yield Problem("no_way_on", f"/gates/{gate}/go_on", {"gate": gate})
    if _binds_to_nothing(gate, configured, onward):
        yield Problem("no_way_on_if", f"/gates/{gate}/go_on", {"gate": gate})


def _binds_to_nothing(gate: str, configured: Mapping[str, Any], onward: Iterable[str]) -> bool:
    """Whether a panel that says “go on, if…” would leave the decider nothing to choose.

    At admissibility whoever sits decides too: their vote is what they choose.
    """
    binding = configured.get("seats") and configured.get("opinion") == "binding"
    return gate != ADMISSION and bool(binding) and set(onward) - {EXTENDED_ONCE} == {"go"}


def _reaches(route: Route, start: str) -> bool:
    """Whether the route's goal can be reached from a station."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == route.goal:
            return True
        if name not in seen and name in route.stations:
            seen.add(name)
            waiting += route.stations[name].ways.values()
    return False
