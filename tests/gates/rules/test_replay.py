"""How a frozen record differs from what the rules say of it today, as a table of cases."""

from typing import Any

import pytest

from workflows.gates import rules


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
