"""What the checker says where few vote and nobody is to know who voted how."""

from typing import Any

import pytest
from django.utils import translation

from tests.gates.configurations import CALLS, changed, city, document
from workflows.gates.configuration import rules, wording


@pytest.mark.parametrize("language", ["fr", "en"])
def test_of_two_hidden_voters_the_checker_says_that_each_can_work_out_the_other(language: str) -> None:
    assert rules.advice(document(), city()) == []
    two = {"/gates/G2/seats": 2}
    [said] = rules.advice(changed(two), city())
    assert (said.code, said.pointer) == ("two_hidden_voters", "/gates/G2/seats")
    with translation.override(language):
        assert "G2" in wording.problem(said)
    shown = two | {"/gates/G2/voters_hidden": False}
    assert rules.advice(changed(shown), city()) == []
    assert rules.advice(changed(shown), city(hiding_calls=CALLS)) == [said]
    assert rules.advice(changed({"/gates/G0/seats": 2}), city(hiding_calls=CALLS)) == []
    assert rules.advice(changed(two), city(routes={})) == [], "no route passes this gate"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"/gates/G2/seats": 1, "/gates/G2/quorum": 1}, "one_voter_hidden_by_call", "/gates/G2/seats"),
        ({"/gates/G2/quorum": 1}, "quorum_of_one_hidden_by_call", "/gates/G2/quorum"),
        ({"/gates/G2/quorum": 2}, "", ""),
        ({"/gates/G2/seats": 0}, "", ""),
    ],
)
def test_a_call_does_not_hide_whose_the_one_vote_is(
    language: str, changes: dict[str, Any], code: str, pointer: str
) -> None:
    made = changed(changes | {"/gates/G2/voters_hidden": False})
    said = [one for one in rules.problems(made, city(hiding_calls=CALLS)) if one.code.endswith("_by_call")]
    assert [(one.code, one.pointer) for one in said] == ([(code, pointer)] if code else [])
    assert not any(one.code.endswith("_by_call") for one in rules.problems(made, city()))
    # Where the gate itself hides them, that is said once; and at admissibility whoever sits decides.
    hidden = changed(changes | {"/gates/G0/seats": 1})
    assert not any(one.code.endswith("_by_call") for one in rules.problems(hidden, city(hiding_calls=CALLS)))
    with translation.override(language):
        for one in said:
            assert CALLS[0][language] in wording.problem(one)
            assert "G2" in wording.against_call(one)
