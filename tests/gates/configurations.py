"""A configuration to be changed, and a city it is sound in: for tables of cases."""

from dataclasses import replace
from typing import Any

from workflows.gates.configuration import rules
from workflows.gates.configuration.document import document_from, put
from workflows.gates.configuration.reading import defaults
from workflows.gates.configuration.rules import Facts, Left, Pool
from workflows.routes import routes

GATES = ("L", "F", "G0", "G1", "G2", "G3", "G4")
FACTS_READ = frozenset(
    [
        "pledge",
        "time_release",
        "budget_line",
        "plan",
        "readings",
        "incidents",
        "independent",
        "compared",
        "owner",
        "small",
    ]
)
ROOM = Left(people=5, chairs=1, elsewhere=1)
ENOUGH = Pool(here=frozenset(range(8)), absent=0, chairs=2, departments=6)
BOTH = frozenset({1, 2})
CALLS = ({"fr": "Rues calmes", "en": "Quiet streets"},)


def document() -> dict[str, Any]:
    return document_from(defaults())


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The default document with what stands at these JSON pointers replaced."""
    made = document()
    for pointer, value in changes.items():
        put(made, pointer, value)
    return made


def city(**changes: Any) -> Facts:
    """A city in which the defaults are sound."""
    known: dict[str, Any] = {
        "routes": routes(),
        "pools": dict.fromkeys(GATES, ENOUGH),
        "deciders": {gate: frozenset({1, 2}) for gate in GATES},
        "second_signers": frozenset({3}),
        "reexaminers": {gate: frozenset({4, 5}) for gate in GATES},
        "known_facts": FACTS_READ,
    }
    return Facts(**(known | changes))


def found(document: dict[str, Any], facts: Facts | None = None) -> list[tuple[str, str]]:
    return [(item.code, item.pointer) for item in rules.problems(document, facts or city())]


def small(**changes: Any) -> dict[str, Pool]:
    """The pools with that of G1 changed."""
    return dict.fromkeys(GATES, ENOUGH) | {"G1": replace(ENOUGH, **changes)}


def pools(**people: range) -> dict[str, Pool]:
    """The pools, with these people at these gates."""
    own = {gate: replace(ENOUGH, here=frozenset(keys)) for gate, keys in people.items()}
    return dict.fromkeys(GATES, ENOUGH) | own
