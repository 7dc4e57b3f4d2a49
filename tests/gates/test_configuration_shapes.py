"""What can be taken as a configuration, and where a file that cannot says so: tables of cases, no database."""

import copy
import json
import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.gates.configurations import changed, document
from workflows.gates import authority
from workflows.gates.configuration import wording
from workflows.gates.configuration.document import at, put, rules_of
from workflows.gates.configuration.reading import default_rules, defaults
from workflows.gates.configuration.structure import MOST_BYTES, Malformed, check, parse, schema
from workflows.gates.models import Decision


def test_the_schema_is_a_schema_and_knows_what_the_code_knows() -> None:
    Draft202012Validator.check_schema(schema())
    gate = schema()["$defs"]["gate"]["properties"]
    assert set(gate["decider"]["enum"]) == set(authority.CAPACITIES)
    letters = set(schema()["properties"]["letters"]["properties"])
    assert letters == set(Decision.Outcome.values)
    assert letters == set(document()["letters"])
    assert set(gate["pool"]["items"]["enum"]) == set(wording.POOLS)


def test_a_gate_s_rules_are_cut_from_the_document() -> None:
    made = changed({"/gates/G1/quorum": 4, "/rework/author_days": 20})
    assert rules_of(made, "G1")["quorum"] == 4
    assert rules_of(made, "G1")["rework_days"] == 20
    assert default_rules("G1")["quorum"] == 3


FILES = {
    "too large": (b" " * (MOST_BYTES + 1), "", "too_large"),
    "a hundred megabytes": (b'{"a": "' + b"x" * 100_000_000 + b'"}', "", "too_large"),
    "not UTF-8": (b'{"a": "\xff"}', "", "not_utf8"),
    "not JSON": (b'{"format": 1,\n oops}', "", "not_json"),
    "nothing": (b"", "", "not_json"),
    "nested without end": (b"[" * 200_000, "", "too_deep"),
    "deep": (b'{"gates": ' + b"[" * 20 + b"]" * 20 + b"}", "/gates" + "/0" * 12, "too_deep"),
    "not a number": (b'{"format": NaN}', "", "not_a_number"),
    "a key twice": (b'{"format": 1, "rework": {"a": 1, "a": 2}}', "/rework/a", "doubled"),
    "a null character": (b'{"format": "\\u0000"}', "/format", "unkeepable"),
    "a carriage return": (b'{"format": "\\r"}', "/format", "unkeepable"),
    "half a character": (b'{"letters": {"\\ud800": 1}}', "/letters/\ufffd", "unkeepable"),
    "a list": (b"[]", "", "type_object"),
    "an endless number": (b'{"format": ' + b"9" * 5000 + b"}", "/format", "enum"),
}


@pytest.mark.parametrize(("raw", "pointer", "code"), FILES.values(), ids=FILES.keys())
def test_a_file_that_cannot_be_taken_says_where(raw: bytes, pointer: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse(raw)
    assert (pointer, code) in [(fault.pointer, fault.code) for fault in refused.value.faults]
    assert all(wording.fault(fault) for fault in refused.value.faults)


MANY = [{"key": f"c{n}", "weight": 1} for n in range(12_000)]
SHAPES: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown key": ({"/gates/G1/colour": "red"}, "/gates/G1/colour", "unknown_key"),
    "an unknown gate": ({"/gates/G9": {}}, "/gates/G9", "unknown_key"),
    "a missing key": ({"/gates/G1/seats": None}, "/gates/G1/seats", "required"),
    "no delay": ({"/gates/G3/due": None}, "/gates/G3/due", "no_clock"),
    "no delay of a service": ({"/gates/L/due": None}, "/gates/L/due", "no_clock"),
    "no delay in the fast lane": ({"/gates/F/due": None}, "/gates/F/due", "no_clock"),
    "a gate of another stage": ({"/gates/G1/stage": "pilot"}, "/gates/G1/stage", "enum"),
    "a sponsor who votes": ({"/gates/G4/sponsor_votes": True}, "/gates/G4/sponsor_votes", "enum"),
    "a delay of a stage taken away": ({"/delays/evaluation": None}, "/delays/evaluation", "required"),
    "no time to find a sponsor": ({"/delays/sponsor_search": 0}, "/delays/sponsor_search", "minimum"),
    "reminders out of order": ({"/reminders/at": [1, "half"]}, "/reminders/at", "reminder_order"),
    "a reminder on half a day": ({"/reminders/at": [1.0]}, "/reminders/at", "reminder_order"),
    "a reminder on the day": ({"/reminders/at": [0]}, "/reminders/at/0", "enum"),
    "a text for a number": ({"/gates/G1/quorum": "3"}, "/gates/G1/quorum", "type_integer"),
    "a fraction": ({"/gates/G1/quorum": 3.0}, "/gates/G1/quorum", "type_integer"),
    "yes for a number": ({"/gates/G1/quorum": True}, "/gates/G1/quorum", "type_integer"),
    "a number for a text": ({"/gates/G1/fr": 3}, "/gates/G1/fr", "type_string"),
    "an unknown decider": ({"/gates/G1/decider": "me"}, "/gates/G1/decider", "enum"),
    "too small": ({"/gates/G1/review_in": 0}, "/gates/G1/review_in", "minimum"),
    "too great": ({"/gates/G1/threshold": 4.5}, "/gates/G1/threshold", "maximum"),
    "too long": ({"/gates/G1/fr": "x" * 201}, "/gates/G1/fr", "maxLength"),
    "four levels": (
        {"/gates/G1/criteria/0/levels": [{}] * 4},
        "/gates/G1/criteria/0/levels",
        "minItems",
    ),
    "a million criteria": ({"/gates/G1/criteria": MANY}, "/gates/G1/criteria", "maxItems"),
    "a key in capitals": ({"/gates/G1/criteria/0/key": "A b"}, "/gates/G1/criteria/0/key", "pattern"),
    "a key with a line end": ({"/gates/G1/criteria/0/key": "a\n"}, "/gates/G1/criteria/0/key", "pattern"),
    "another format": ({"/format": 2}, "/format", "enum"),
    "a criterion twice": (
        {"/gates/G1/criteria/1/key": "severity"},
        "/gates/G1/criteria/1/key",
        "doubled",
    ),
    "the product's own key": (
        {"/gates/G1/must_meet/0/key": "conditions"},
        "/gates/G1/must_meet/0/key",
        "reserved",
    ),
    "a key that looks like a reason": (
        {"/gates/G1/must_meet/0/key": "safe_reason"},
        "/gates/G1/must_meet/0/key",
        "reserved",
    ),
    "handed to itself": (
        {"/gates/G3/if_they_differ": "G3_decider"},
        "/gates/G3/if_they_differ",
        "circle",
    ),
    "handed round": (
        {"/gates/G3/if_they_differ": "G4_decider", "/gates/G4/if_they_differ": "G3_decider"},
        "/gates/G4/if_they_differ",
        "circle",
    ),
    "twice in a list": (
        {"/gates/G4/go_on": ["scale", "scale"]},
        "/gates/G4/go_on",
        "not_allowed",
    ),
}


@pytest.mark.parametrize(("changes", "pointer", "code"), SHAPES.values(), ids=SHAPES.keys())
def test_a_shape_that_cannot_be_taken_says_where(changes: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        check(changed(changes))
    assert (pointer, code) in [(fault.pointer, fault.code) for fault in refused.value.faults]
    assert all(wording.fault(fault) for fault in refused.value.faults)


def test_a_letter_may_have_lines_and_tabs() -> None:
    check(changed({"/letters/go/fr": "Bravo.\n\n\tÀ bientôt."}))


def test_handed_to_a_gate_that_is_not_there() -> None:
    made = changed({"/gates/G3/if_they_differ": "L_decider"})
    del made["gates"]["L"]
    with pytest.raises(Malformed) as refused:
        check(made)
    assert [fault.code for fault in refused.value.faults] == ["unknown_gate"]


def test_the_worst_file_of_the_largest_size_is_refused_at_once() -> None:
    made = document()
    made["gates"]["G1"]["criteria"] = [{"k": 1}] * 40_000
    raw = json.dumps(made).encode()
    assert len(raw) < MOST_BYTES
    started = time.process_time()
    with pytest.raises(Malformed) as refused:
        parse(raw)
    assert time.process_time() - started < 20, "some seconds of this process's own time, whatever else runs"
    assert len(refused.value.faults) <= 40


def test_a_million_criteria_are_too_large_to_be_read() -> None:
    raw = json.dumps({"gates": {"G1": {"criteria": [{"key": "a", "weight": 1}] * 1_000_000}}}).encode()
    with pytest.raises(Malformed) as refused:
        parse(raw)
    assert refused.value.faults[0].code == "too_large"


def test_reading_and_writing_at_a_pointer() -> None:
    made = document()
    assert at(made, "/gates/G1/criteria/0/key") == "severity"
    put(made, "/gates/G1/criteria/0", {"key": "other"})
    assert at(made, "/gates/G1/criteria/0/key") == "other"
    for nowhere in ("/nothing", "/gates/G1/criteria/x", "/format/x", "/gates/G1/criteria/99"):
        with pytest.raises(LookupError):
            at(made, nowhere)
    assert copy.deepcopy(defaults())["gates"]["G1"]["criteria"][0]["key"] == "severity"
