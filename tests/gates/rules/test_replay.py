"""Law 2: a frozen record gives the same opinion and the same outcomes for ever; and how one differs that does not."""

import copy
import json
from typing import Any

import pytest

from tests.gates.rules.test_decisions import PERMITTED
from tests.gates.rules.test_opinions import CASES
from workflows.gates import rules

TABLES = [*(row[0] for row in CASES), *(row[0] for row in PERMITTED)]


def frozen(data: Any) -> Any:
    """As the database gives it back, years later."""
    return json.loads(json.dumps(data, sort_keys=True))


@pytest.mark.parametrize("case", TABLES)
def test_every_case_of_the_tables_replays(case: dict[str, Any]) -> None:
    before = copy.deepcopy(case)
    found, permitted = rules.opinion(case), rules.permitted(case)
    again = frozen(case)
    assert rules.opinion(again) == found
    assert frozen(rules.opinion(again).as_data()) == frozen(found.as_data())
    assert rules.permitted(again) == permitted
    assert frozen(rules.blocked_facts(again)) == rules.blocked_facts(case)
    assert case == before, "the rules read a record and leave it as it is"
    for choice in permitted:
        closed = frozen(case | {"opinion": found.as_data(), "decision": choice.outcome})
        assert rules.differences(closed, departs=choice.departs) == []
        assert rules.differences(closed, departs=not choice.departs) == ["decision"]


def record_of(choices: str = "go", **changes: Any) -> dict[str, Any]:
    """A closed record with one seat; `opinion` and `decision` as the rules give them, unless changed."""
    vote = {"choice": choices, "must_meets": {}, "scores": {}}
    record: dict[str, Any] = {
        "rules": {"seats": 1, "quorum": 1, "opinion": "simple"},
        "facts": {},
        "reworks": 0,
        "answers": {},
        "seats": [{"chair": True, "other_department": False, "vote": vote}],
    }
    return record | {"opinion": rules.opinion(record).as_data(), "decision": "go"} | changes


@pytest.mark.parametrize(
    ("changes", "departs", "differs"),
    [
        ({}, False, []),
        ({}, True, ["decision"]),
        ({"decision": "stop"}, True, []),
        ({"decision": "stop"}, False, ["decision"]),
        ({"decision": "transfer"}, False, ["decision"]),
        ({"opinion": {"result": "go"}}, False, ["opinion"]),
        ({"opinion": None, "decision": "hold"}, False, ["opinion", "decision"]),
        ({"seats": None}, False, ["unreadable"]),
        ({"facts": 3}, False, ["unreadable"]),
        ({"rules": {"seats": 1}}, False, ["unreadable"]),
    ],
)
def test_how_a_record_differs(changes: dict[str, Any], departs: bool, differs: list[str]) -> None:
    assert rules.differences(record_of(**changes), departs=departs) == differs


def test_a_record_without_its_result_is_unreadable() -> None:
    record = record_of()
    del record["opinion"]
    assert rules.differences(record, departs=False) == ["unreadable"]
