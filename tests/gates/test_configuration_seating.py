"""What the checker asks of those left for an idea is what seating asks: held against the very rule that chooses."""

from itertools import combinations_with_replacement, product

import pytest

from tests.gates.configurations import city, small
from workflows.gates.configuration.rules import Left
from workflows.gates.configuration.rules.people import pool
from workflows.gates.rules import Candidate, choose_panel

# Of each person: may chair, comes from another department.
KINDS = list(product([False, True], repeat=2))


@pytest.mark.parametrize(("seats", "diversity"), [*product([1, 2, 3], [False, True])])
def test_the_checker_finds_what_seating_would_lack(seats: int, diversity: bool) -> None:
    configured = {"seats": seats, "quorum": 1, "diversity": "another_department" if diversity else None}
    refused = 0
    for several in range(1, 5):
        for people in combinations_with_replacement(KINDS, several):
            free = [Candidate(n, str(n), 0, chair, other) for n, (chair, other) in enumerate(people)]
            chosen, lacking = choose_panel(
                free, seats=seats, diversity=diversity, chair=seats > 1, seed="round"
            )
            left = Left(several, sum(chair for chair, _ in people), sum(other for _, other in people))
            said = {one.code for one in pool("G1", configured, city(pools=small(by_idea=(left,))))}
            names = {"people": "too_few", "chair": "no_chair", "diversity": "no_diversity"}
            assert said == {f"{names[code]}_for_ideas" for code in lacking}, (people, chosen)
            refused += bool(lacking)
    assert refused or (seats, diversity) == (1, False)
