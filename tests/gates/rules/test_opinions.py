"""The opinion, as tables of cases: one line a rule."""

from typing import Any

import pytest

from tests.gates.rules.records import ABSTAIN, GO, IF, NONE, NOT, ZERO, record, vote, without
from workflows.gates.rules import chair_settles, is_tied, must_meets, opinion

CASES: list[tuple[dict[str, Any], str, list[str]]] = [
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
    # A gate that names no threshold, or no diversity, asks for none.
    (without(record(ZERO, ZERO, ZERO), "threshold"), "go", []),
    (without(record(GO, GO, GO, elsewhere=9), "diversity"), "go", []),
    (record(GO, GO, GO, elsewhere=9), "incomplete", ["diversity"]),
    (without(without(record(GO, GO, GO), "criteria"), "must_meet"), "go", []),
    # All that lacks is named, in order.
    (
        record(ABSTAIN | {"must_meets": {}}, elsewhere=9),
        "incomplete",
        ["quorum", "diversity", "votes", "scores", "must_meet:safe"],
    ),
    (record(GO, GO, GO, seats=0), "none", []),
]


@pytest.mark.parametrize(("case", "result", "missing"), CASES)
def test_opinion(case: dict[str, Any], result: str, missing: list[str]) -> None:
    found = opinion(case)
    assert (found.result, found.missing) == (result, missing)


@pytest.mark.parametrize(
    ("answers", "met", "counts"),
    [
        ({}, None, (0, 0, 0)),
        (None, None, (0, 0, 0)),
        ({"safe": "yes"}, True, (1, 0, 0)),
        ({"safe": "no"}, False, (0, 1, 0)),
        ({"safe": "cannot_tell"}, False, (0, 0, 1)),
    ],
)
def test_without_seats_the_decider_s_answers_count(
    answers: dict[str, str] | None, met: bool | None, counts: tuple[int, int, int]
) -> None:
    found = must_meets(record(seats=0, answers=answers))["safe"]
    assert (found.met, (found.yes, found.no, found.cannot_tell)) == (met, counts)


def test_the_opinion_as_a_record_keeps_it() -> None:
    votes = (GO, vote("go_if", 2, "no"), vote("not_now", 4, "cannot_tell"), ABSTAIN)
    found = opinion(record(*votes, facts={"plan": True, "conditions": True}))
    assert found.as_data() == {
        "result": "go",
        "missing": [],
        "must_meets": {
            "plan": {"kind": "fact", "met": True, "yes": 0, "no": 0, "cannot_tell": 0},
            "safe": {"kind": "judgement", "met": True, "yes": 2, "no": 1, "cannot_tell": 1},
            "conditions": {"kind": "fact", "met": True, "yes": 0, "no": 0, "cannot_tell": 0},
        },
        "criteria": {
            "value": {"weight": 75, "levels": [2, 3, 4], "mean": "3.00"},
            "novelty": {"weight": 25, "levels": [2, 3, 4], "mean": "3.00"},
        },
        "votes": {"go": 1, "go_if": 1, "not_now": 1, "abstain": 1},
        "score": "3.00",
        "above_threshold": True,
        "quorum": True,
        "diversity": True,
        "casting_vote": False,
    }


@pytest.mark.parametrize(
    ("case", "casting"),
    [
        (record(GO, IF, NOT, NOT), True),
        (record(GO, IF, NOT), False),
        (record(GO, NOT, NOT), False),
        # Nothing was cast while the opinion lacks something.
        (record(GO, NOT), False),
    ],
)
def test_when_the_chair_s_vote_was_cast(case: dict[str, Any], casting: bool) -> None:
    assert opinion(case).casting_vote is casting


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


@pytest.mark.parametrize(
    ("choice", "chair", "for_it", "against", "tied"),
    [
        ("go", "", 0, 0, False),
        ("go", "abstain", 0, 1, True),
        ("go_if", "go", 0, 1, False),
        ("not_now", "not_now", 1, 0, False),
        ("not_now", "", 1, 0, True),
        ("abstain", "abstain", 0, 0, True),
        ("abstain", "abstain", 2, 1, False),
    ],
)
def test_what_a_tie_is(choice: str, chair: str, for_it: int, against: int, tied: bool) -> None:
    assert is_tied(choice, chair=chair, for_it=for_it, against=against) is tied


@pytest.mark.parametrize(
    ("missing", "settles"),
    [([], False), (["casting_vote"], True), (["votes", "scores"], True), (["quorum", "votes"], False)],
)
def test_what_a_chair_settles(missing: list[str], settles: bool) -> None:
    assert chair_settles(missing) is settles
