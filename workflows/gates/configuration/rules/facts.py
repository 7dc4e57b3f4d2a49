"""What the checker has to know: the flows, the city's people, the rounds that run; and what it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Station:
    """Where an idea waits in a flow: its gate, if it is one, and the station each outcome leads to."""

    gate: str
    ways: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """A flow as data. `goal` is the station an idea is meant to reach: a service, or the doing of a local yes; `key` is
    what its ideas have as their route.
    """

    stations: Mapping[str, Station]
    goal: str
    key: str


@dataclass(frozen=True)
class Left:
    """Who could sit on one idea: of those available, who has no conflict with it; how many of them may chair, and how
    many work in no department of its team.
    """

    people: int
    chairs: int
    elsewhere: int


@dataclass(frozen=True)
class Pool:
    """Who could sit at a gate today.

    `absent`: how many are away today, when seats are filled, or when the votes are due, with nobody standing in then ·
    `here`: the others, by their keys · `chairs`, `departments`: of those here · `by_idea`: who is left of them, for
    each running idea that is still to come to this gate.
    """

    here: frozenset[int]
    absent: int
    chairs: int
    departments: int
    by_idea: Sequence[Left] = ()

    @property
    def available(self) -> int:
        return len(self.here)


@dataclass(frozen=True)
class Load:
    """Rounds of a gate: open now, and entered in the last `WINDOW` working days."""

    open_now: int = 0
    entered: int = 0


# About three months of working days.
WINDOW = 60

# One lead sits, answers and decides in one act, without scores.
ADMISSION = "G0"


@dataclass(frozen=True)
class Facts:
    """What the checker knows of the city, by gate. Capacities are persons' keys, each once.

    `unsigned_departments`: those whose staff no director or deputy director general could sign for.
    """

    routes: Mapping[str, Route] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    deciders: Mapping[str, frozenset[int]] = field(default_factory=dict)
    second_signers: frozenset[int] = frozenset()
    procurement: frozenset[int] = frozenset()
    unsigned_departments: int = 0
    reexaminers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    known_facts: frozenset[str] = frozenset()
    # Gates where nothing has come for `WINDOW` working days, with how many people may sit there.
    untried: Mapping[str, int] = field(default_factory=dict)
    # The titles, by language, of calls that hide who votes whatever the gates say.
    hiding_calls: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Problem:
    """One reason not to publish: a code, the place to mend, and what the sentence names."""

    code: str
    pointer: str
    values: Mapping[str, Any] = field(default_factory=dict)


def gates_in_use(document: Document, facts: Facts) -> list[tuple[str, Mapping[str, Any]]]:
    """The gates that a route passes, in order."""
    used = {station.gate for route in facts.routes.values() for station in route.stations.values()}
    return [(gate, configured) for gate, configured in sorted(document["gates"].items()) if gate in used]
