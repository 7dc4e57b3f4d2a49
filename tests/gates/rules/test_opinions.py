"""The opinion, as tables of cases: one line a rule."""

from typing import Any

import pytest

from tests.gates.rules.records import ABSTAIN, GO, IF, NONE, NOT, ZERO, record, vote
from workflows.gates.rules import opinion


@pytest.mark.parametrize(
    ("case", "result", "missing"),
    [
        (record(GO, GO, GO), "go", []),
        (record(GO, IF, IF), "go_if", []),
        (record(GO, NOT, NOT), "not_now", []),
        # An abstention counts for the quorum, not for the majority.
        (record(GO, ABSTAIN, ABSTAIN), "go", []),
        (record(GO, GO), "incomplete", ["quorum"]),
        (record(GO, GO, None), "incomplete", ["quorum"]),
        (record(None, GO, GO, GO, elsewhere=0), "incomplete", ["diversity"]),
        (record(None, GO, GO, GO, elsewhere=0, diversity=None), "go", []),
        (record(ABSTAIN, ABSTAIN, ABSTAIN), "incomplete", ["votes", "scores"]),
        (record(vote("go", None), vote("go", None), vote("go", None)), "incomplete", ["scores"]),
        # A tie takes the chair's vote; without it, it stays a tie.
        (record(GO, GO, NOT, NOT, chair=0), "go", []),
        (record(GO, GO, NOT, NOT, chair=2), "not_now", []),
        (record(IF, GO, NOT, NOT, chair=0), "go_if", []),
        (record(GO, NOT, ABSTAIN, chair=2), "incomplete", ["casting_vote"]),
        (record(GO, NOT, GO, NOT, None, chair=4), "incomplete", ["casting_vote"]),
        # As many go as go if: the chair's says which; a chair for neither asks for the conditions.
        (record(GO, IF, ABSTAIN, chair=0), "go", []),
        (record(GO, IF, ABSTAIN, chair=1), "go_if", []),
        (record(GO, IF, ABSTAIN, chair=2), "go_if", []),
        # As many yes as no is not met; nor are answers that cannot tell.
        (record(GO, vote("go", safe="no"), ABSTAIN | {"must_meets": {}}), "not_now", []),
        (record(*[vote("go", safe="cannot_tell")] * 3), "not_now", []),
        (record(*[vote("go") | {"must_meets": {}}] * 3), "incomplete", ["must_meet:safe"]),
        (record(GO, GO, vote("go", safe="no")), "go", []),
        # A fact that is not met, or not known, makes no opinion favourable.
        (record(GO, GO, GO, facts={"plan": False}), "not_now", []),
        (record(GO, GO, GO, facts={"plan": None}), "go", []),
        # The threshold is reached, not passed.
        (record(*[vote("go", 2)] * 3), "not_now", []),
        (record(*[vote("go", 2)] * 3, threshold=2), "go", []),
        (record(GO, GO, GO, criteria=[]), "go", []),
    ],
)
def test_opinion(case: dict[str, Any], result: str, missing: list[str]) -> None:
    found = opinion(case)
    assert (found.result, found.missing) == (result, missing)


def test_a_gate_without_seats_has_no_opinion() -> None:
    assert opinion(record(seats=0)).result == "none"


def test_weights_are_renormalised_over_criteria_with_answers() -> None:
    """3 on value alone: the score is 3, not 3 × 75 %."""
    partly = vote("go") | {"scores": {"value": {"level": 3}, "novelty": {"not_applicable": True}}}
    assert opinion(record(partly, partly, partly)).score == "3.00"
    mixed = vote("go") | {"scores": {"value": {"level": 4}, "novelty": {"level": 0}}}
    assert opinion(record(mixed, mixed, mixed)).score == "3.00"


def test_scores_of_an_abstention_do_not_count() -> None:
    abstained = ABSTAIN | {"scores": {"value": {"level": 0}, "novelty": {"level": 0}}}
    assert opinion(record(GO, GO, abstained)).score == "3.00"


@pytest.mark.parametrize(
    ("case", "score"),
    [
        # Nobody's silence is a nought: not the abstention's, not “not applicable”, not an empty seat.
        (record(GO, ABSTAIN, ABSTAIN), "3.00"),
        (record(GO, NONE, NONE), "3.00"),
        (record(GO, GO, GO, None), "3.00"),
        (record(NONE, NONE, NONE), None),
        (record(ABSTAIN, ABSTAIN, ABSTAIN), None),
        # A nought that was given counts.
        (record(GO, ZERO, NONE), "1.50"),
        (record(ZERO, ZERO, ZERO), "0.00"),
    ],
)
def test_what_counts_in_the_score(case: dict[str, Any], score: str | None) -> None:
    assert opinion(case).score == score
    assert (opinion(case).above_threshold is None) == (score is None)


def test_half_a_cent_is_rounded_up() -> None:
    levels = [vote("go", level) for level in (3, 3, 3, 3, 3, 3, 3, 2)]  # 2.875
    assert opinion(record(*levels)).criteria["value"].mean == "2.88"
