"""The rules of a selection session, as tables of cases."""

from typing import Any

import pytest

from tests.sessions.records import idea, keys, ranked, record
from workflows.sessions import rules

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
    # Where the lot would put them plays no part: the same with the names turned round.
    turned = dict(zip("abc", "cba", strict=True))
    made = [idea(turned[key], [], result=result, score=score) for key, result, score in ideas]
    found = rules.shortlist(record(*made, heard=2))
    assert (found.heard, found.no_opinion) == (
        [turned[key] for key in heard],
        [turned[key] for key in no_opinion],
    )


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
    # Where the lot would put them plays no part: the same with the names turned round.
    turned = record(first | {"idea": second["idea"]}, second | {"idea": first["idea"]}, ties=ties)
    assert keys(rules.ordered(turned)) == order[::-1]


def without_chair(found: dict[str, Any]) -> dict[str, Any]:
    """The chair is out of the room for this idea."""
    return found | {"votes": [vote for vote in found["votes"] if vote["member"] != "chair"]}


def test_the_chair_s_level_breaks_no_tie_with_an_idea_the_chair_is_out_for() -> None:
    """A link of the chair costs no idea its place: the rule is passed over for all that are equal."""
    a = without_chair(idea("a", [0, 3, 3, 3], score="3.00"))
    b = idea("b", [3, 3, 3, 3], score="2.90")
    c = idea("c", [4, 2, 3, 3], score="2.80")
    lines = rules.ordered(record(a, b, c, ties=["chair", "opinion"]))
    assert [(line.idea, line.tie) for line in lines] == [("a", ""), ("b", "opinion"), ("c", "opinion")]
    assert {line.tie for line in rules.ordered(record(a, b, c, ties=["chair"]))[1:]} == {"lot"}
    lines = rules.ordered(record(b, c, ties=["chair", "opinion"]))
    assert [(line.idea, line.tie) for line in lines] == [("c", ""), ("b", "chair")]


def test_each_tie_rule_is_asked_of_those_still_equal() -> None:
    same = {"a": (3, "3.00"), "b": (4, "2.00"), "c": (4, "2.50"), "d": (3, "2.00")}
    made = [
        idea(key, [chair, *((3, 3, 2) if chair == 4 else (3, 3, 3))], score=score)
        for key, (chair, score) in same.items()
    ]
    lines = rules.ordered(record(*made, ties=["chair", "opinion"]))
    assert [(line.idea, line.tie) for line in lines] == [
        ("c", ""),
        ("b", "opinion"),
        ("a", "chair"),
        ("d", "opinion"),
    ]


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
        idea("b", [None, None, None]), idea("a", [3, 3]), idea("c", [3, 3, 3]), idea("d", [], heard=False)
    )
    assert rules.missing(short) == [("quorum", "a"), ("levels", "b")]
    with pytest.raises(ValueError, match=r"^the list cannot be ordered while votes are missing$"):
        rules.ordered(short)


# Places, envelope, waiting list


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
        ((10, 10, 10), {"places": 3, "threshold": "3.75"}, "ab", "", "c"),
        ((20, 20), {"places": 2, "envelope_euros": 40, "envelope_agent_days": 39}, "a", "b", ""),
    ],
)
def test_places(euros: Any, limits: Any, selected: str, waiting: str, never: str) -> None:
    found = rules.standing(record(*ranked(*euros), **limits))
    assert ("".join(found.selected), "".join(found.waiting)) == (selected, waiting)
    told = {"selected": selected, "waiting": waiting, "not_selected": never}
    assert found.results == {key: result for result, those in told.items() for key in those}


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
        ({"heard": 1, "places": 1}, {}),
        ({"quorum": 1, "hearing_minutes": 500}, {}),
        ({"heard": "7"}, {"heard": "number"}),
        ({"quorum": 501}, {"quorum": "number"}),
        ({"hearing_minutes": None}, {"hearing_minutes": "number"}),
        ({"places": None}, {"places": "no_limit"}),
        ({"places": None, "envelope_euros": 1000}, {}),
        ({"places": 0}, {"places": "full"}),
        ({"places": None, "envelope_agent_days": 40}, {}),
        ({"places": 8}, {"heard": "fewer_than_places"}),
        ({"places": 7}, {}),
        ({"ties": ["chair", "chair"]}, {"ties": "ties"}),
        ({"ties": ["heads_or_tails"]}, {"ties": "ties"}),
        ({"ties": []}, {}),
    ],
)
def test_rule_problems(changes: Any, problems: Any) -> None:
    assert rules.rule_problems(record(**changes)["rules"]) == problems


def test_all_that_follows_from_a_record() -> None:
    made = record(
        idea("a", [3, 3, 4]),
        idea("b", [3, 2, 3, None], score=None),
        idea("z", [], result="not_now", heard=False),
    )
    line = {"mean": "3.33", "votes": 3, "abstentions": 0, "support": 3, "tie": ""}
    below = {"mean": "2.67", "votes": 4, "abstentions": 1, "support": 2, "tie": ""}
    assert rules.outcome(made | {"rules": made["rules"] | {"places": 1}}) == {
        "shortlist": {"heard": ["a", "b"], "not_heard": ["z"], "no_opinion": []},
        "list": [{"idea": "a", "rank": 1} | line, {"idea": "b", "rank": 2} | below],
        "selected": ["a"],
        "waiting": ["b"],
        "results": {"a": "selected", "b": "waiting", "z": "not_heard"},
    }


@pytest.mark.parametrize(
    ("levels", "changes", "least"),
    [
        ([[4, 4, 4], [3, 3, 3], [2, 2, 2]], {}, "3.00"),  # one waits
        ([[4, 4, 4], [3, 3, 3]], {}, "3.00"),  # all places taken
        ([[4, 4, 4], [1, 1, 1]], {}, "2.00"),  # a place is left: the threshold
        ([[1, 1, 1]], {}, "2.00"),
        ([[1, 1, 1]], {"places": 0}, "2.00"),
        ([[4, 4, 4], [3, 3, 3]], {"places": None, "envelope_euros": 10}, "2.00"),
        ([[4, 4, 4], [3, 3, 3], [3, 3, 2]], {"places": None, "envelope_euros": 2}, "3.00"),
    ],
)
def test_the_least_mean_with_a_place(levels: Any, changes: dict[str, Any], least: str) -> None:
    made = record(*[idea(f"i{place}", row, euros=1) for place, row in enumerate(levels)], **changes)
    assert rules.least_mean(made, rules.outcome(made)) == least
