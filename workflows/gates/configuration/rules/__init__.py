"""The checker: what keeps a configuration from being published. Pure: the document, and facts read beforehand.

Each problem names the place to mend by its JSON pointer; `wording.py` gives its sentence.
"""

from workflows.gates.configuration.rules.facts import (
    ADMISSION,
    WINDOW,
    Document,
    Facts,
    Left,
    Load,
    Pool,
    Problem,
    Route,
    Station,
    gates_in_use,
)
from workflows.gates.configuration.rules.flow import ways
from workflows.gates.configuration.rules.hiding import hidden_by_calls, hidden_voters, two_hidden_voters
from workflows.gates.configuration.rules.people import (
    HEAD,
    TOGETHER,
    deciders,
    pool,
    pools_keep_clocks,
    recourse,
    signatures,
    untried_clocks,
)
from workflows.gates.configuration.rules.written import (
    LAUNCH,
    LAUNCH_FACTS,
    clocks,
    launch,
    panel,
    texts,
    weights,
)

__all__ = [
    "ADMISSION",
    "HEAD",
    "LAUNCH",
    "LAUNCH_FACTS",
    "TOGETHER",
    "WINDOW",
    "Document",
    "Facts",
    "Left",
    "Load",
    "Pool",
    "Problem",
    "Route",
    "Station",
    "advice",
    "gates_in_use",
    "hidden_by_calls",
    "problems",
]


def problems(document: Document, facts: Facts) -> list[Problem]:
    """Everything that keeps this document from being published; empty when it is sound."""
    found = [
        *texts(document),
        *clocks(document, facts),
        *pools_keep_clocks(document, facts),
        *recourse(document, facts),
    ]
    for gate, configured in gates_in_use(document, facts):
        found += [
            *weights(gate, configured),
            *panel(gate, configured),
            *hidden_voters(gate, configured),
            *hidden_by_calls(gate, configured, facts.hiding_calls),
            *pool(gate, configured, facts),
            *deciders(gate, document, facts),
            *signatures(gate, configured, facts),
            *launch(gate, configured, facts),
            *ways(gate, configured, facts),
        ]
    # Two routes that share a gate find the same.
    return [problem for place, problem in enumerate(found) if problem not in found[:place]]


def advice(document: Document, facts: Facts) -> list[Problem]:
    """What keeps nothing from being published, and is worth knowing first."""
    return [*two_hidden_voters(document, facts), *untried_clocks(document, facts)]
