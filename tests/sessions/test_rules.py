"""The rules of a selection session: tables of cases, and what holds for any session whatever."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.gates import rules as gates
from workflows.sessions import rules

MEMBERS = ["chair", "m1", "m2", "m3"]


def idea(
    key: str,
    levels: list[int | None],
    *,
    euros: int = 0,
    days: int = 0,
    score: str | None = "3.00",
    result: str = "go",
    heard: bool = True,
) -> dict[str, Any]:
    """`levels`: what the chair, m1, m2, m3 gave, in that order."""
    votes = [{"member": member, "level": level} for member, level in zip(MEMBERS, levels, strict=False)]
    return {
        "idea": key,
        "euros": euros,
        "agent_days": days,
        "opinion": {"result": result, "score": score},
        "heard": heard,
        "votes": votes,
    }


def record(*ideas: dict[str, Any], **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "places": 2,
        "envelope_euros": None,
        "envelope_agent_days": None,
        "heard": 7,
        "quorum": 3,
        "threshold": "2",
        "ties": ["chair"],
        "passing_over": False,
        "hearing_minutes": 20,
    }
    members = [{"member": member, "chair": member == "chair"} for member in MEMBERS]
    return {"seed": "s", "rules": base | changes, "members": members, "ideas": list(ideas)}


def keys(lines: list[rules.Line]) -> list[str]:
    return [line.idea for line in lines]


# Who is heard


@pytest.mark.parametrize(
    ("ideas", "heard", "not_heard", "no_opinion"),
    [
        ([("a", "go", "2.50"), ("b", "go", "3.00")], ["b", "a"], [], []),
        ([("a", "go_if", "3.00"), ("b", "go", "3.00")], ["b", "a"], [], []),
        ([("a", "not_now", "4.00"), ("b", "go", "2.40")], ["b"], ["a"], []),
        ([("a", "incomplete", None), ("b", "go", "2.40")], ["b"], [], ["a"]),
        ([("a", "go", "2.9"), ("b", "go", "2.8"), ("c", "go", "2.7")], ["a", "b"], ["c"], []),
        ([("a", "go", None), ("b", "go", "0.01")], ["b", "a"], [], []),
    ],
)
def test_shortlist(ideas: Any, heard: Any, not_heard: Any, no_opinion: Any) -> None:
    made = [idea(key, [], result=result, score=score) for key, result, score in ideas]
    found = rules.shortlist(record(*made, heard=2))
    assert (found.heard, found.not_heard, found.no_opinion) == (heard, not_heard, no_opinion)


def test_a_tie_for_the_shortlist_takes_the_rules_that_can_be_read_before_a_hearing() -> None:
    same = [idea("a", [], euros=5), idea("b", [], euros=4), idea("c", [], euros=6)]
    found = rules.shortlist(record(*same, heard=1, ties=["chair", "support", "least_euros"]))
    assert found.heard == ["b"]
    # Without one that separates them it is the lot, the same for each reading.
    drawn = rules.shortlist(record(*same, heard=1, ties=["chair"])).heard
    assert drawn == rules.shortlist(record(*reversed(same), heard=1, ties=["chair"])).heard


# The order


@pytest.mark.parametrize(
    ("first", "second", "ties", "order", "code"),
    [
        (idea("a", [2, 2, 2]), idea("b", [3, 3, 3]), [], ["b", "a"], ""),
        (idea("a", [2, 3, 4]), idea("b", [4, 3, 2]), ["chair"], ["b", "a"], "chair"),
        (idea("a", [None, 3, 3]), idea("b", [3, 3, 3]), ["chair"], ["b", "a"], "chair"),
        (idea("a", [0, 4, 4, 4]), idea("b", [3, 3, 3, 3]), ["support"], ["b", "a"], "support"),
        (idea("a", [3, 3, 3], score="2.50"), idea("b", [3, 3, 3], score="2.51"), ["opinion"], ["b", "a"], "opinion"),
        (idea("a", [3, 3, 3], euros=9), idea("b", [3, 3, 3], euros=8), ["least_euros"], ["b", "a"], "least_euros"),
        (idea("a", [3, 3, 3], days=9), idea("b", [3, 3, 3], days=8), ["chair", "least_days"], ["b", "a"], "least_days"),
        # An abstention counts for the quorum, never as a zero.
        (idea("a", [None, None, 4]), idea("b", [3, 3, 3]), [], ["a", "b"], ""),
    ],
)  # fmt: skip
def test_order(first: Any, second: Any, ties: Any, order: Any, code: str) -> None:
    lines = rules.ordered(record(first, second, ties=ties))
    assert keys(lines) == order
    assert (lines[0].tie, lines[1].tie) == ("", code)
    assert [line.rank for line in lines] == [1, 2]


def test_the_lot_separates_what_nothing_else_does() -> None:
    lines = rules.ordered(record(idea("a", [3, 3, 3]), idea("b", [3, 3, 3]), ties=list(rules.TIES)))
    assert lines[1].tie == rules.LOT
    other = record(idea("a", [3, 3, 3]), idea("b", [3, 3, 3]), ties=list(rules.TIES))
    orders = {tuple(keys(rules.ordered(other | {"seed": str(seed)}))) for seed in range(20)}
    assert orders == {("a", "b"), ("b", "a")}


def test_a_line_gives_mean_votes_and_abstentions() -> None:
    line = rules.ordered(record(idea("a", [4, 3, None, 3])))[0]
    assert (line.mean, line.votes, line.abstentions, line.support) == ("3.33", 4, 1, 3)


def test_nothing_is_ordered_while_votes_are_missing() -> None:
    short = record(
        idea("b", [3, 3]), idea("a", [None, None, None]), idea("c", [3, 3, 3]), idea("d", [], heard=False)
    )
    assert rules.missing(short) == [("levels", "a"), ("quorum", "b")]
    with pytest.raises(ValueError, match="votes are missing"):
        rules.ordered(short)


# Places, envelope, waiting list


def ranked(*euros: int) -> list[dict[str, Any]]:
    """Ideas a, b, c … in this order of the list, with what each asks for."""
    return [
        idea("abcdefg"[place], [4 - place // 2, 4 - (place + 1) // 2, 4, 4], euros=amount, days=amount)
        for place, amount in enumerate(euros)
    ]


@pytest.mark.parametrize(
    ("euros", "limits", "selected", "waiting", "never"),
    [
        ((10, 10, 10), {"places": 2}, "ab", "c", ""),
        ((10, 10, 10), {"places": None, "envelope_euros": 30}, "abc", "", ""),
        ((10, 15, 10), {"places": 3, "envelope_euros": 20}, "a", "bc", ""),
        ((10, 15, 10), {"places": 3, "envelope_euros": 20, "passing_over": True}, "ac", "b", ""),
        ((10, 15, 10), {"places": 3, "envelope_agent_days": 20, "passing_over": True}, "ac", "b", ""),
        ((10, 25, 10), {"places": 3, "envelope_euros": 20}, "ac", "", "b"),
        ((10, 10, 10), {"places": 3, "threshold": "3.60"}, "ab", "", "c"),
        ((20, 20), {"places": 2, "envelope_euros": 40, "envelope_agent_days": 39}, "a", "b", ""),
    ],
)
def test_places(euros: Any, limits: Any, selected: str, waiting: str, never: str) -> None:
    found = rules.standing(record(*ranked(*euros), **limits))
    assert ("".join(found.selected), "".join(found.waiting)) == (selected, waiting)
    assert {key for key, result in found.results.items() if result == "not_selected"} == set(never)


@pytest.mark.parametrize(
    ("left", "selected", "waiting"),
    [
        ([], "ab", "cde"),
        (["a"], "bc", "de"),
        (["a", "b"], "cd", "e"),
        (["c"], "ab", "de"),  # one that waits gives up: nobody moves
        (["c", "a"], "bd", "e"),
        (["a", "b", "c", "d", "e"], "", ""),
    ],
)
def test_the_waiting_list_moves_up(left: list[str], selected: str, waiting: str) -> None:
    found = rules.standing(record(*ranked(1, 1, 1, 1, 1)), left)
    assert ("".join(found.selected), "".join(found.waiting)) == (selected, waiting)


def test_nobody_loses_a_place_because_another_goes() -> None:
    made = record(*ranked(10, 95, 90), places=3, envelope_euros=100, passing_over=True)
    assert rules.standing(made).selected == ["a", "c"]
    assert rules.standing(made, ["a"]).selected == ["c"]


def test_the_first_that_waits_holds_its_turn_until_it_fits() -> None:
    made = record(*ranked(40, 40, 80, 10), places=4, envelope_euros=100)
    assert rules.standing(made).selected == ["a", "b"]
    assert rules.standing(made, ["a"]).selected == ["b"]
    assert rules.standing(made, ["a", "b"]).selected == ["c", "d"]


def test_who_is_not_heard_has_no_place() -> None:
    made = record(idea("a", [3, 3, 3]), idea("z", [], heard=False), places=5)
    assert rules.standing(made).results == {"a": "selected", "z": "not_heard"}


def test_used() -> None:
    made = record(*ranked(10, 20, 30))
    assert rules.used(made, ["a", "b"]) == {"places": 2, "euros": 30, "agent_days": 30}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {}),
        ({"heard": 0}, {"heard": "number"}),
        ({"heard": "7"}, {"heard": "number"}),
        ({"quorum": 501}, {"quorum": "number"}),
        ({"hearing_minutes": None}, {"hearing_minutes": "number"}),
        ({"places": None}, {"places": "no_limit"}),
        ({"places": None, "envelope_euros": 1000}, {}),
        ({"places": 0}, {"places": "number"}),
        ({"places": 8}, {"heard": "fewer_than_places"}),
        ({"places": 7}, {}),
        ({"ties": ["chair", "chair"]}, {"ties": "ties"}),
        ({"ties": ["heads_or_tails"]}, {"ties": "ties"}),
        ({"ties": []}, {}),
    ],
)
def test_rule_problems(changes: Any, problems: Any) -> None:
    assert rules.rule_problems(record(**changes)["rules"]) == problems


# What holds for any session

LEVEL = st.none() | st.integers(0, 4)
MONEY = st.none() | st.integers(0, 60)


ONE = st.fixed_dictionaries(
    {
        "levels": st.tuples(LEVEL, LEVEL, LEVEL, st.integers(0, 4)),
        "euros": st.integers(0, 30),
        "days": st.integers(0, 30),
        "score": st.sampled_from([None, "2.40", "2.50", "3.00"]),
        "result": st.sampled_from(["go", "go_if", "not_now", "incomplete"]),
        "heard": st.booleans(),
    }
)
LIMITS = st.fixed_dictionaries(
    {
        "places": st.none() | st.integers(1, 6),
        "envelope_euros": MONEY,
        "envelope_agent_days": MONEY,
        "heard": st.integers(1, 8),
        "threshold": st.sampled_from(["0", "2", "2.5"]),
        "ties": st.permutations(rules.TIES).map(lambda codes: codes[:3]),
        "passing_over": st.booleans(),
    }
)


def sessions() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda ones, limits: record(*(idea(f"i{n}", **one) for n, one in enumerate(ones)), **limits),
        st.lists(ONE, min_size=1, max_size=7),
        LIMITS,
    )


def within(made: dict[str, Any], selected: list[str]) -> bool:
    used, limits = rules.used(made, selected), made["rules"]
    pairs = (("places", "places"), ("envelope_euros", "euros"), ("envelope_agent_days", "agent_days"))
    return all(limits[limit] is None or used[name] <= limits[limit] for limit, name in pairs)


@settings(max_examples=80, deadline=None)
@given(sessions(), st.integers(0, 999))
def test_the_order_of_rows_and_votes_decides_nothing(made: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    mixed = made | {"ideas": [item | {"votes": _mixed(item["votes"], chance)} for item in made["ideas"]]}
    mixed["ideas"], mixed["members"] = _mixed(mixed["ideas"], chance), _mixed(mixed["members"], chance)
    assert rules.outcome(mixed) == rules.outcome(made)


def _mixed(items: list[Any], chance: random.Random) -> list[Any]:
    return chance.sample(items, len(items))


@settings(max_examples=80, deadline=None)
@given(sessions(), st.data())
def test_limits_hold_and_nobody_is_passed_or_displaced(made: dict[str, Any], data: Any) -> None:
    lines = rules.ordered(made)
    heard = {item["idea"] for item in made["ideas"] if item["heard"]}
    assert sorted(keys(lines)) == sorted(heard)
    assert [line.rank for line in lines] == list(range(1, len(heard) + 1))
    before = rules.standing(made)
    assert within(made, before.selected)
    if not made["rules"]["passing_over"]:
        assert [key for key in keys(lines) if key in before.selected + before.waiting] == (
            before.selected + before.waiting
        )
    left: list[str] = data.draw(st.permutations(sorted(heard)))
    for count in range(1, len(left) + 1):
        after = rules.standing(made, left[:count])
        assert within(made, after.selected)
        assert set(before.selected) - {left[count - 1]} <= set(after.selected)
        assert not set(left[:count]) & set(after.selected + after.waiting)
        moved = [key for key in after.selected if key not in before.selected]
        if not made["rules"]["passing_over"]:
            assert moved == before_without(before.waiting, left[count - 1])[: len(moved)]
        before = after


def before_without(waiting: list[str], gone: str) -> list[str]:
    return [key for key in waiting if key != gone]


@settings(max_examples=80, deadline=None)
@given(sessions(), st.data())
def test_a_better_level_never_costs_a_rank(made: dict[str, Any], data: Any) -> None:
    heard = [place for place, item in enumerate(made["ideas"]) if item["heard"]]
    if not heard:
        return
    place = data.draw(st.sampled_from(heard))
    item = made["ideas"][place]
    could = [at for at, vote in enumerate(item["votes"]) if vote["level"] is not None and vote["level"] < 4]
    if not could:
        return
    at = data.draw(st.sampled_from(could))
    votes = [vote | {"level": vote["level"] + 1} if n == at else vote for n, vote in enumerate(item["votes"])]
    better = made | {"ideas": [one | {"votes": votes} if one is item else one for one in made["ideas"]]}

    def rank(of: dict[str, Any]) -> int:
        return keys(rules.ordered(of)).index(item["idea"])

    assert rank(better) <= rank(made)


@settings(max_examples=60, deadline=None)
@given(sessions())
def test_the_shortlist_takes_whoever_the_panels_let_go_on(made: dict[str, Any]) -> None:
    found = rules.shortlist(made)
    results = {item["idea"]: item["opinion"]["result"] for item in made["ideas"]}
    assert len(found.heard) <= made["rules"]["heard"]
    assert all(results[key] in rules.GO_ON for key in found.heard)
    assert sorted(found.heard + found.not_heard + found.no_opinion) == sorted(results)
    if any(results[key] in rules.GO_ON for key in found.not_heard):
        assert len(found.heard) == made["rules"]["heard"]


# What a decider may do with a session's list


def compared(result: str, choice: str = "go", opinion: str = "simple") -> dict[str, Any]:
    """The round's record of an idea that a panel of one found worth going on, or not."""
    vote = {"choice": choice, "must_meets": {}, "scores": {"value": {"level": 3}}}
    return {
        "rules": {"seats": 1, "quorum": 1, "opinion": opinion, "criteria": [{"key": "value", "weight": 100}]},
        "facts": {},
        "reworks": 0,
        "seats": [{"chair": True, "other_department": True, "vote": vote}],
        "comparison": {"session": "s", "result": result},
    }


ONWARD = [("go", False), ("go_with_conditions", False)]
BACK = ("rework", "hold", "stop")


@pytest.mark.parametrize(
    ("result", "opinion", "permitted"),
    [
        ("", "simple", []),
        ("selected", "binding", ONWARD),
        ("selected", "simple", [*ONWARD, *((outcome, True) for outcome in BACK)]),
        ("waiting", "simple", [(outcome, False) for outcome in BACK]),
        ("waiting", "binding", [(outcome, False) for outcome in BACK]),
        ("not_selected", "simple", [(outcome, False) for outcome in BACK]),
        ("not_heard", "simple", [(outcome, False) for outcome in BACK]),
    ],
)
def test_only_an_idea_with_a_place_goes_on(result: str, opinion: str, permitted: Any) -> None:
    found = gates.permitted(compared(result, opinion=opinion))
    assert [(item.outcome, item.departs) for item in found] == permitted


@pytest.mark.parametrize(
    ("levels", "changes", "least"),
    [
        ([[4, 4, 4], [3, 3, 3], [2, 2, 2]], {}, "3.00"),  # one waits
        ([[4, 4, 4], [3, 3, 3]], {}, "3.00"),  # all places taken
        ([[4, 4, 4], [1, 1, 1]], {}, "2.00"),  # a place is left: the threshold
        ([[1, 1, 1]], {}, "2.00"),
        ([[1, 1, 1]], {"places": 0}, "2.00"),
        ([[4, 4, 4], [3, 3, 3]], {"places": None, "envelope_euros": 10}, "2.00"),
    ],
)
def test_the_least_mean_with_a_place(levels: Any, changes: dict[str, Any], least: str) -> None:
    made = record(*[idea(f"i{place}", row, euros=1) for place, row in enumerate(levels)], **changes)
    assert rules.least_mean(made, rules.outcome(made)) == least
