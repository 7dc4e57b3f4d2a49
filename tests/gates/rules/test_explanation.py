"""Why an opinion is what it is, as a table; and that the least change named does change it, and one less does not."""

import copy
from typing import Any

import pytest

from workflows.gates.rules import Change, explain, opinion
from workflows.gates.rules.explanation import Rule

RULES: dict[str, Any] = {
    "seats": 5,
    "quorum": 3,
    "diversity": "another_department",
    "threshold": 2.4,
    "must_meet": [
        {"key": "settled", "kind": "judgement"},
        {"key": "promised", "kind": "fact"},
    ],
    "criteria": [{"key": "value", "weight": 75}, {"key": "reach", "weight": 25}],
}


def vote(choice: str = "go", level: int | tuple[int, int] = 3, settled: str = "yes") -> dict[str, Any]:
    value, reach = level if isinstance(level, tuple) else (level, level)
    return {
        "choice": choice,
        "must_meets": {"settled": {"answer": settled, "reason": ""}},
        "scores": {"value": {"level": value}, "reach": {"level": reach}},
    }


def record(
    *votes: dict[str, Any] | None, chair: int = 0, fact: bool | None = True, **rules: Any
) -> dict[str, Any]:
    return {
        "rules": RULES | rules,
        "facts": {"promised": fact},
        "reworks": 0,
        "answers": {},
        "seats": [
            {"chair": place == chair, "other_department": place == 1, "vote": copy.deepcopy(one)}
            for place, one in enumerate(votes)
        ],
    }


def changes(given: dict[str, Any]) -> list[list[tuple[str, int, str]]]:
    return [[(one.code, one.count, one.key) for one in group] for group in explain(given).changes]


GO, NO = vote(), vote("not_now")
VALUE_ONLY = vote(level=2) | {"scores": {"value": {"level": 2}, "reach": {"not_applicable": True}}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (record(GO, GO, GO), []),
        (record(GO, GO, vote("go_if")), []),
        (record(GO, GO, None), [[("voters", 1, "")]]),
        (record(GO, None, None), [[("voters", 2, "")], [("elsewhere", 1, "")]]),
        (record(GO, None, GO, GO), [[("elsewhere", 1, "")]]),
        (record(GO, NO, NO), [[("votes", 1, "")]]),
        (record(NO, NO, GO), [[("votes", 1, "")]]),
        (record(vote("abstain"), GO, NO, NO), [[("votes", 1, "")]]),
        (record(NO, NO, NO), [[("votes", 2, "")]]),
        # A tie takes the chair's vote, so one less has to turn when the chair is for it.
        (record(GO, NO, NO, NO), [[("votes", 1, "")]]),
        (record(NO, NO, NO, GO), [[("votes", 2, "")]]),
        (record(NO, GO, GO, NO), [[("votes", 1, "")]]),
        (record(vote("abstain"), GO, NO), [[("chair", 1, "")]]),
        (record(GO, GO, vote(settled="no"), vote(settled="no")), [[("answers", 1, "settled")]]),
        (record(GO, *[vote(settled="no")] * 2), [[("answers", 1, "settled")]]),
        (record(GO, *[vote(settled="no")] * 3), [[("answers", 2, "settled")]]),
        (record(*[vote(settled="cannot_tell")] * 3), [[("answers", 1, "settled")]]),
        (record(NO, NO, NO, fact=False), [[("fact", 1, "promised")], [("votes", 2, "")]]),
        # 2 of 4 everywhere: 0.4 lacks; three quarters of it lie on value: 3 answers × 0.4 ÷ 0.75 = 1.6.
        (record(*[vote(level=2)] * 3), [[("levels", 2, "value"), ("levels", 5, "reach")]]),
        # All the levels there are, and no more, would have been enough.
        (record(*[vote(level=1)] * 3, threshold=4), [[("points", 300, "")]]),
        (
            record(*[vote(level=1)] * 3, threshold=4, criteria=[{"key": "value", "weight": 100}]),
            [[("levels", 9, "value")]],
        ),
        # A criterion without weight, or without answers, could not have helped.
        (
            record(
                *[vote(level=2)] * 3,
                criteria=[{"key": "value", "weight": 100}, {"key": "reach", "weight": 0}],
            ),
            [[("levels", 2, "value")]],
        ),
        (record(*[VALUE_ONLY] * 3), [[("levels", 2, "value")]]),
        # Reach alone could add at most a quarter of a point.
        (record(*[vote(level=(2, 3))] * 3), [[("levels", 1, "value"), ("levels", 2, "reach")]]),
        (record(*[vote(level=(1, 4))] * 3), [[("levels", 3, "value")]]),
        (record(*[vote(level=(4, 0))] * 3, threshold=3.9), [[("levels", 11, "reach")]]),
        (record(*[vote(level=0)] * 3, threshold=3.5), [[("points", 350, "")]]),
        (record(*[vote(level=0)] * 3, threshold=3.501), [[("points", 351, "")]]),
    ],
)
def test_the_least_that_would_have_changed_it(
    given: dict[str, Any], expected: list[list[tuple[str, int, str]]]
) -> None:
    assert changes(given) == expected


def test_the_rules_one_by_one() -> None:
    told = explain(record(NO, GO, vote("go_if", settled="no"), vote("not_now", level=1), fact=False))
    assert [(rule.code, rule.met, rule.key, dict(rule.values)) for rule in told.rules] == [
        ("quorum", True, "", {"voted": 4, "needed": 3}),
        ("diversity", True, "", {}),
        ("must_meet", True, "settled", {"yes": 3, "no": 1, "cannot_tell": 0}),
        ("fact", False, "promised", {}),
        ("majority", False, "", {"for": 2, "against": 2, "casting": True}),
        ("threshold", True, "", {"score": "2.50", "threshold": "2.4"}),
    ]
    assert told.opinion.result == "not_now"


def test_what_goes_on_has_nothing_to_change() -> None:
    """A fact that nobody knows yet closes the way on; the opinion it did not change."""
    for choice in ("go", "go_if"):
        told = explain(record(*[vote(choice)] * 3, fact=None))
        assert (told.opinion.result, told.changes) == (choice, [])
        assert [(rule.code, rule.met) for rule in told.rules if rule.met is not True] == [("fact", False)]


def test_without_criteria_diversity_or_seats_there_is_less_to_say() -> None:
    told = explain(record(GO, NO, NO, diversity=None, criteria=[]))
    assert [rule.code for rule in told.rules] == ["quorum", "must_meet", "fact", "majority"]
    alone = record(seats=0) | {"answers": {"settled": "no"}}
    told = explain(alone)
    assert [(rule.code, rule.met) for rule in told.rules] == [("must_meet", False), ("fact", True)]
    assert told.changes == [[Change("answers", 1, "settled")]]


def test_without_scores_no_criterion_could_have_changed_it() -> None:
    silent = [one | {"scores": {}} for one in (vote(), vote(), vote())]
    told = explain(record(*silent))
    assert (told.rules[-1].met, told.rules[-1].values["score"]) == (None, None)
    assert told.changes == []


def lifted(given: dict[str, Any], change: Change, by: int) -> dict[str, Any]:
    """The record with `by` more levels on a criterion, or `by` votes, or answers, turned."""
    found = copy.deepcopy(given)
    for seat in found["seats"]:
        one = seat["vote"]
        while by and change.code == "levels" and one["scores"][change.key]["level"] < 4:
            one["scores"][change.key]["level"] += 1
            by -= 1
        if by and change.code == "votes" and not seat["chair"] and one["choice"] == "not_now":
            one["choice"], by = "go", by - 1
        if by and change.code == "answers" and one["must_meets"][change.key]["answer"] != "yes":
            one["must_meets"][change.key]["answer"], by = "yes", by - 1
    assert not by
    return found


@pytest.mark.parametrize(
    "given",
    [
        record(GO, NO, NO),
        record(NO, GO, NO, NO),
        record(NO, NO, NO),
        record(GO, NO, NO, NO, NO),
        record(GO, *[vote(settled="no")] * 3),
        record(GO, GO, vote(settled="no"), vote(settled="no")),
        record(*[vote(level=2)] * 3),
        record(vote(level=(1, 3)), vote(level=(2, 4)), vote(level=(3, 0))),
        record(*[vote(level=(1, 4))] * 4, chair=2),
    ],
)
def test_the_change_named_turns_the_opinion_and_one_less_does_not(given: dict[str, Any]) -> None:
    (group,) = explain(given).changes
    for change in group:
        assert opinion(lifted(given, change, change.count)).result == "go"
        assert opinion(lifted(given, change, change.count - 1)).result == "not_now"


def compared(result: str, **more: Any) -> dict[str, Any]:
    return record(GO, GO, GO) | {"comparison": {"session": "s", "result": result} | more}


MEANS = {"rank": 5, "places": 4, "heard": 7, "mean": "2.67", "least": "3.00"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (compared("selected", **MEANS), []),
        (compared("waiting", **MEANS), [[("mean", 33, ""), ("freed", 1, "")]]),
        (compared("waiting", **MEANS | {"mean": "3.00"}), [[("freed", 1, "")]]),
        (compared("waiting", rank=5, places=4), [[("freed", 1, "")]]),
        (compared("not_selected", **MEANS), [[("mean", 33, "")]]),
        (compared("not_selected", **MEANS | {"mean": "3.00"}), [[("fit", 1, "")]]),
        (compared("not_selected", **MEANS | {"mean": "2.99"}), [[("mean", 1, "")]]),
        (compared("not_selected", **MEANS | {"mean": "2.00"}), [[("mean", 100, "")]]),
        (compared("not_selected", **MEANS | {"least": None}), [[("fit", 1, "")]]),
        (compared("not_selected", **MEANS | {"mean": "3.50"}, given_up=True), [[("given_up", 1, "")]]),
        (compared("not_heard", heard=7), [[("heard", 1, "")]]),
    ],
)
def test_without_a_place_what_would_have_given_it_one(
    given: dict[str, Any], expected: list[list[tuple[str, int, str]]]
) -> None:
    assert changes(given) == expected
    said = given["comparison"]
    values = {name: said.get(name) for name in ("result", "rank", "places", "heard", "mean", "least")}
    assert explain(given).rules[-1] == Rule("place", said["result"] == "selected", "", values)


def test_before_its_list_is_settled_a_session_gives_no_rule() -> None:
    for given in (compared(""), record(GO, GO, GO) | {"comparison": None}, record(GO, GO, GO)):
        assert "place" not in {rule.code for rule in explain(given).rules}


def test_an_opinion_against_it_and_no_place_are_both_named() -> None:
    given = record(GO, NO, NO) | {"comparison": {"session": "s", "result": "not_heard", "heard": 3}}
    assert changes(given) == [[("votes", 1, "")], [("heard", 1, "")]]
