"""What the checker asks of the outcomes that go on is what a decider is left: held against the rule that permits."""

from itertools import combinations

import pytest

from tests.gates.configurations import city
from tests.gates.rules.records import GO, IF, record
from workflows.gates.configuration.rules.flow import ways
from workflows.gates.rules import permitted
from workflows.gates.rules.decisions import GO_ON

CHOSEN = [one for several in range(1, len(GO_ON) + 1) for one in combinations(GO_ON, several)]


@pytest.mark.parametrize("opinion", [None, "simple", "binding"])
@pytest.mark.parametrize("seats", [0, 3])
def test_the_checker_finds_what_a_decider_would_lack(opinion: str | None, seats: int) -> None:
    refused = 0
    for onward in CHOSEN:
        # A gate that only extends has no way on at all, which is found apart.
        if onward == ("extend",):
            continue
        configured = {"seats": seats, "quorum": 2, "opinion": opinion, "go_on": list(onward)}
        votes = [(IF, IF, IF), (GO, GO, GO)] if seats else [()]
        stuck = any(not permitted(record(*cast, extended=True, **configured)) for cast in votes)
        said = "no_way_on_if" in {problem.code for problem in ways("G3", configured, city(routes={}))}
        assert said == stuck, onward
        refused += said
    assert refused == (2 if opinion == "binding" and seats else 0)
