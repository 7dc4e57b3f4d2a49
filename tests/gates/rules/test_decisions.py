"""What the decider may choose, and what a written decision still lacks, as tables of cases."""

from typing import Any

import pytest

from tests.gates.rules.records import ABSTAIN, GO, IF, NONE, NOT, record, vote, without
from workflows.gates.rules import GO_ON, decision_gaps, outcomes, permitted, reason_keys


def outcomes_of(case: dict[str, Any]) -> dict[str, tuple[bool, bool]]:
    return {item.outcome: (item.departs, item.needs_conditions) for item in permitted(case)}


BACKWARD = {"rework": (False, False), "hold": (False, False), "stop": (False, False)}
AWAY = {"merge": (False, False), "redirect": (False, False)}
PERMITTED: list[tuple[dict[str, Any], dict[str, tuple[bool, bool]]]] = [
    (
        record(GO, GO, GO),
        {
            "go": (False, False),
            "go_with_conditions": (False, True),
            "rework": (True, False),
            "hold": (True, False),
            "stop": (True, False),
        },
    ),
    (
        record(IF, IF, IF),
        {
            "go_with_conditions": (False, True),
            "go": (True, False),
            "rework": (True, False),
            "hold": (True, False),
            "stop": (True, False),
        },
    ),
    (
        record(NOT, NOT, NOT),
        {
            "rework": (False, False),
            "hold": (False, False),
            "stop": (False, False),
            "go": (True, False),
            "go_with_conditions": (True, True),
        },
    ),
    # Binding: only what follows the opinion.
    (record(GO, GO, GO, opinion="binding"), {"go": (False, False), "go_with_conditions": (False, True)}),
    (record(IF, IF, IF, opinion="binding"), {"go_with_conditions": (False, True)}),
    (
        record(NOT, NOT, NOT, opinion="binding"),
        {"rework": (False, False), "hold": (False, False), "stop": (False, False)},
    ),
    # Nothing while the opinion is incomplete.
    (record(GO), {}),
    # Facts, and conditions of the gate before, close the way on, whatever the opinion and however known.
    (
        record(GO, GO, GO, facts={"plan": None}),
        {"rework": (True, False), "hold": (True, False), "stop": (True, False)},
    ),
    (
        record(GO, GO, GO, facts={"plan": True, "conditions": False}),
        {"rework": (False, False), "hold": (False, False), "stop": (False, False)},
    ),
    # At most two reworks.
    (record(NOT, NOT, NOT, reworks=2, opinion="binding"), {"hold": (False, False), "stop": (False, False)}),
    (record(NOT, NOT, NOT, reworks=2, max_reworks=3, opinion="binding"), BACKWARD),
    (without(record(NOT, NOT, NOT, reworks=1, opinion="binding"), "max_reworks"), BACKWARD),
    (without(record(NOT, NOT, NOT, reworks=2, opinion="binding"), "max_reworks"),
     {"hold": (False, False), "stop": (False, False)}),
    # The short routes hand an idea to the standard one; a service neither sends back nor holds.
    (record(NOT, NOT, NOT, gate="L", opinion="binding"), {"to_programme": (False, False), "stop": (False, False)}),
    (record(NOT, NOT, NOT, gate="F", opinion="binding"), {"to_programme": (False, False)} | BACKWARD | AWAY),
    (record(NOT, NOT, NOT, gate="G1", opinion="binding"), BACKWARD | AWAY),
    # The last gate goes on in its own words; a second extension is not among them.
    (
        record(IF, IF, IF, go_on=["scale", "extend", "transfer"], opinion="binding"),
        {"scale": (False, True), "extend": (False, True), "transfer": (False, True)},
    ),
    (
        record(GO, GO, GO, go_on=["scale", "extend", "transfer"], opinion="binding", extended=True),
        {"scale": (False, False), "transfer": (False, False)},
    ),
    # A gate without seats departs from nothing; an unmet judgement of the decider closes the way on.
    (
        record(seats=0, answers={"safe": "yes"}),
        {name: (False, name == "go_with_conditions") for name in
         ("go", "go_with_conditions", "rework", "hold", "stop")},
    ),
    (
        record(seats=0, answers={"safe": "no"}),
        {"rework": (False, False), "hold": (False, False), "stop": (False, False)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "expected"), PERMITTED)
def test_permitted(case: dict[str, Any], expected: dict[str, tuple[bool, bool]]) -> None:
    assert outcomes_of(case) == expected


@pytest.mark.parametrize(
    ("gate", "back"),
    [
        ("L", {"to_programme", "stop"}),
        ("F", {"to_programme", "rework", "hold", "stop", *AWAY}),
        ("G0", {"rework", "hold", "stop", *AWAY}),
        ("G1", {"rework", "hold", "stop", *AWAY}),
        ("G2", {"rework", "hold", "stop"}),
        ("G3", {"rework", "hold", "stop"}),
        ("G4", {"rework", "hold", "stop"}),
    ],
)
def test_each_gate_has_its_ways_back(gate: str, back: set[str]) -> None:
    assert set(outcomes(record(NOT, NOT, NOT, gate=gate))) - set(GO_ON) == back


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        # They follow “not now”, depart from the others, and a binding opinion leaves only what follows it.
        (record(NOT, NOT, NOT, gate="G1"), (False, False)),
        (record(GO, GO, GO, gate="G1"), (True, False)),
        (record(IF, IF, IF, gate="G1"), (True, False)),
        (record(NOT, NOT, NOT, gate="G1", opinion="binding"), (False, False)),
        (record(GO, GO, GO, gate="G1", opinion="binding"), None),
        (record(GO, gate="G1"), None),
        # No fact and no answer stands in their way.
        (record(NOT, NOT, NOT, gate="G1", facts={"plan": False}), (False, False)),
        (record(seats=0, gate="F", answers={"safe": "no"}), (False, False)),
        # An idea without a place in a session may go elsewhere too.
        (
            record(GO, GO, GO, gate="G1") | {"comparison": {"session": "s", "result": "waiting"}},
            (False, False),
        ),
        (record(GO, GO, GO, gate="G1") | {"comparison": {"session": "s", "result": ""}}, None),
    ],
)
def test_when_an_idea_may_go_elsewhere(case: dict[str, Any], expected: tuple[bool, bool] | None) -> None:
    found = outcomes_of(case)
    assert {found.get(outcome) for outcome in AWAY} == {expected}


def test_what_follows_stands_first() -> None:
    departs = [item.departs for item in permitted(record(NOT, NOT, NOT))]
    assert departs == sorted(departs)


@pytest.mark.parametrize("case", [record(ABSTAIN, ABSTAIN, ABSTAIN), record(NONE, NONE, NONE)])
def test_nothing_is_decided_on_abstentions_alone(case: dict[str, Any]) -> None:
    assert permitted(case) == []


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({}, {}),
        ({"reasons": "Oui."}, {"reasons": "reasons"}),
        ({"reasons": "  Neuf let.  "}, {"reasons": "reasons"}),
        ({"reasons": "Dix lettr."}, {}),
        ({"departs": True}, {"departure_reason": "departure"}),
        ({"departs": True, "departure_reason": "Urgent."}, {}),
        ({"needs_conditions": True}, {"conditions": "condition"}),
        ({"needs_conditions": True, "conditions": 1, "outcome": "go_with_conditions"}, {}),
        ({"conditions": 1}, {"conditions": "no_condition"}),
        ({"outcome": "scale", "conditions": 1}, {}),
        ({"outcome": "rework"}, {"criterion_reasons": "criterion", "gaps": "gap"}),
        ({"outcome": "rework", "criterion_reasons": {"value": "Faible."}, "gaps": ["Chiffrer"]}, {}),
        ({"outcome": "rework", "criterion_reasons": {"value": " "}, "gaps": [" "]},
         {"criterion_reasons": "criterion", "gaps": "gap"}),
        # A must-meet is a reason too.
        ({"outcome": "rework", "criterion_reasons": {"safe": "Trop bruyant."}, "gaps": ["", "Isoler"]}, {}),
        ({"outcome": "hold", "criterion_reasons": {"value": "Faible."}}, {"hold_until": "hold"}),
        ({"outcome": "hold", "criterion_reasons": {"value": "Faible."}, "held": True}, {}),
        ({"outcome": "stop", "criterion_reasons": {"value": "Faible."}}, {"learning": "learning"}),
        ({"outcome": "stop", "criterion_reasons": {"value": "Faible."}, "learning": " "}, {"learning": "learning"}),
        ({"outcome": "stop", "criterion_reasons": {"value": "Faible."}, "learning": "Mesurer avant."}, {}),
        ({"departs": True, "departure_reason": " "}, {"departure_reason": "departure"}),
        ({"outcome": "stop", "conditions": 1, "criterion_reasons": {"value": "x"}, "learning": "x"},
         {"conditions": "no_condition"}),
        ({"outcome": "merge", "criterion_reasons": {"value": "x"}}, {"target": "target"}),
        ({"outcome": "merge", "target": True}, {"criterion_reasons": "criterion"}),
        ({"outcome": "merge", "criterion_reasons": {"value": "x"}, "target": True}, {}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}}, {"redirect_to": "redirect"}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "mayor"},
         {"redirect_to": "redirect"}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "service"},
         {"redirect_service": "service"}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "service", "service": True}, {}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "hr"}, {}),
        ({"outcome": "redirect", "redirect_to": "cst"}, {"criterion_reasons": "criterion"}),
        ({"outcome": "go", "redirect_to": "service"}, {}),
    ],
)  # fmt: skip
def test_what_a_decision_lacks(changes: dict[str, Any], gaps: dict[str, str]) -> None:
    assert lacks(record(GO, GO, GO), **changes) == gaps


def lacks(case: dict[str, Any], **changes: Any) -> dict[str, str]:
    """What a plain `go` lacks, but for `changes`."""
    written: dict[str, Any] = {
        "outcome": "go",
        "reasons": "Le besoin est réel.",
        "criterion_reasons": {},
        "departs": False,
        "departure_reason": "",
        "conditions": 0,
        "needs_conditions": False,
        "gaps": [],
        "held": False,
        "learning": "",
        "target": False,
        "redirect_to": "",
        "service": False,
    }
    return decision_gaps(case, **written | changes)


@pytest.mark.parametrize(
    ("gate", "gaps"), [("L", {}), ("G1", {"learning": "learning"}), (None, {"learning": "learning"})]
)
def test_a_local_no_costs_no_learning_sheet(gate: str | None, gaps: dict[str, str]) -> None:
    case = record(NOT, NOT, NOT, gate=gate)
    assert lacks(case, outcome="stop", criterion_reasons={"value": "Faible."}) == gaps


def test_where_nothing_is_asked_a_refusal_s_reasons_are_tied_to_nothing() -> None:
    case = record(NOT, NOT, NOT, criteria=None, must_meet=[])
    assert lacks(case, outcome="hold", held=True) == {}


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({}, []),
        ({"criteria": None, "must_meet": None}, []),
        ({"must_meet": [{"key": "safe"}]}, ["safe"]),
        ({"criteria": [{"key": "value"}]}, ["value"]),
        (
            {"criteria": [{"key": "value"}], "must_meet": [{"key": "safe"}, {"key": "value"}]},
            ["value", "safe", "must_meet:value"],
        ),
    ],
)
def test_what_reasons_can_be_tied_to(asked: dict[str, Any], keys: list[str]) -> None:
    assert reason_keys(asked) == keys


@pytest.mark.parametrize(
    ("answer", "met"), [("yes", True), ("no", False), ("cannot_tell", False), (None, False)]
)
def test_without_seats_the_decider_answers_before_going_on(answer: str | None, met: bool) -> None:
    case = record(seats=0, answers={"safe": answer} if answer else {}, facts={"plan": False})
    gaps = {} if met else {"answer_safe": "answer"}
    assert lacks(case) == gaps
    assert lacks(case, reasons="") == gaps | {"reasons": "reasons"}
    assert lacks(case, outcome="hold", held=True, criterion_reasons={"value": "Faible."}) == {}


def test_with_seats_the_panel_has_answered() -> None:
    assert lacks(record(*[vote("go", safe="no")] * 3)) == {}


# With a session's list


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
    ("result", "opinion", "expected"),
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
def test_only_an_idea_with_a_place_goes_on(result: str, opinion: str, expected: Any) -> None:
    found = permitted(compared(result, opinion=opinion))
    assert [(item.outcome, item.departs) for item in found] == expected
