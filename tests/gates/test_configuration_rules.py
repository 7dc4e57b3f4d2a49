"""What can be taken as a configuration, and what the checker finds: tables of cases, no database."""

import copy
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation
from jsonschema import Draft202012Validator

from workflows.gates import authority
from workflows.gates.configuration import rules, wording
from workflows.gates.configuration.document import at, document_from, put, rules_of
from workflows.gates.configuration.reading import default_rules, defaults
from workflows.gates.configuration.rules import Facts, Load, Pool
from workflows.gates.configuration.structure import MOST_BYTES, Malformed, check, parse, schema
from workflows.gates.models import Decision
from workflows.routes import routes

GATES = ("L", "F", "G0", "G1", "G2", "G3", "G4")
FACTS_READ = frozenset(
    [
        "pledge",
        "time_release",
        "budget_line",
        "plan",
        "readings",
        "incidents",
        "independent",
        "compared",
        "owner",
        "small",
    ]
)
ENOUGH = Pool(people=8, absent=0, available=8, chairs=2, departments=6)


def document() -> dict[str, Any]:
    return document_from(defaults())


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The default document with what stands at these JSON pointers replaced."""
    made = document()
    for pointer, value in changes.items():
        put(made, pointer, value)
    return made


def city(**changes: Any) -> Facts:
    """A city in which the defaults are sound."""
    known: dict[str, Any] = {
        "routes": routes(),
        "pools": dict.fromkeys(GATES, ENOUGH),
        "deciders": {gate: frozenset({1, 2}) for gate in GATES},
        "second_signers": frozenset({3}),
        "reexaminers": {gate: frozenset({4, 5}) for gate in GATES},
        "known_facts": FACTS_READ,
    }
    return Facts(**(known | changes))


def found(document: dict[str, Any], facts: Facts | None = None) -> list[tuple[str, str]]:
    return [(item.code, item.pointer) for item in rules.problems(document, facts or city())]


def test_the_defaults_are_sound() -> None:
    check(document())
    assert found(document()) == []


@pytest.mark.parametrize("outcome", ["merge", "redirect"])
def test_a_flow_without_a_way_elsewhere_is_no_sound_flow(outcome: str) -> None:
    known = {name: route for name, route in routes().items() if name == "StandardFlow"}
    route = known["StandardFlow"]
    admissibility = route.stations["admissibility"]
    ways = {name: way for name, way in admissibility.ways.items() if name != outcome}
    broken = replace(
        route, stations=dict(route.stations) | {"admissibility": replace(admissibility, ways=ways)}
    )
    assert found(document(), city(routes={"StandardFlow": broken})) == [
        ("outcome_leads_nowhere", "/gates/G0/go_on")
    ]


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


def small(**changes: Any) -> dict[str, Pool]:
    """The pools with that of G1 changed."""
    return dict.fromkeys(GATES, ENOUGH) | {"G1": Pool(**(ENOUGH.__dict__ | changes))}


BOTH = frozenset({1, 2})
CHECKED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "no French": ({"/gates/G1/criteria/0/fr": " "}, {}, "text_missing", "/gates/G1/criteria/0/fr"),
    "no English level": (
        {"/gates/G1/criteria/0/levels/2/en": ""},
        {},
        "text_missing",
        "/gates/G1/criteria/0/levels/2/en",
    ),
    "half a letter": ({"/letters/stop/fr": ""}, {}, "text_missing", "/letters/stop/fr"),
    "half a reason why": (
        {"/gates/G1/must_meet/0/why/en": ""},
        {},
        "text_missing",
        "/gates/G1/must_meet/0/why/en",
    ),
    "no name of a gate": ({"/gates/G4/en": ""}, {}, "text_missing", "/gates/G4/en"),
    "weights of 95": ({"/gates/G1/criteria/0/weight": 20}, {}, "weights", "/gates/G1/criteria/0/weight"),
    "weights of 105": ({"/gates/G4/criteria/4/weight": 20}, {}, "weights", "/gates/G4/criteria/0/weight"),
    "a weight of nothing": (
        {"/gates/G1/criteria/2/weight": 0, "/gates/G1/criteria/0/weight": 40},
        {},
        "weight_zero",
        "/gates/G1/criteria/2/weight",
    ),
    "no quorum": ({"/gates/G2/quorum": None}, {}, "no_quorum", "/gates/G2/quorum"),
    "a quorum over the seats": ({"/gates/G1/quorum": 6}, {}, "quorum_over_seats", "/gates/G1/quorum"),
    "one seat, hidden": ({"/gates/G2/seats": 1}, {}, "one_hidden_voter", "/gates/G2/seats"),
    "one seat, hidden as nothing is said": (
        {"/gates/G4/seats": 1, "/gates/G4/voters_hidden": None},
        {},
        "one_hidden_voter",
        "/gates/G4/seats",
    ),
    "a quorum of one, hidden": ({"/gates/G1/quorum": 1}, {}, "quorum_of_one_hidden", "/gates/G1/quorum"),
    "no threshold": ({"/gates/G1/threshold": None}, {}, "no_threshold", "/gates/G1/threshold"),
    "too many away for the quorum": (
        {},
        {"pools": small(absent=6, available=2)},
        "quorum_unreachable",
        "/gates/G1/quorum",
    ),
    "nobody at all": (
        {},
        {"pools": small(people=0, available=0, chairs=0, departments=0)},
        "quorum_unreachable",
        "/gates/G1/quorum",
    ),
    "a quorum, not all seats": (
        {},
        {"pools": small(absent=4, available=4)},
        "seats_over_pool",
        "/gates/G1/seats",
    ),
    "too many links": (
        {},
        {"pools": small(by_idea=(7, 2, 3))},
        "quorum_unreachable_for_ideas",
        "/gates/G1/quorum",
    ),
    "no chair": ({}, {"pools": small(chairs=0)}, "no_chair", "/gates/G1/seats"),
    "one department": ({}, {"pools": small(departments=1)}, "no_diversity", "/gates/G1/diversity"),
    "no delegation": (
        {},
        {"deciders": dict.fromkeys(GATES, BOTH) | {"G2": frozenset()}},
        "decider_without_mandate",
        "/gates/G2/decider",
    ),
    "nobody when they differ": (
        {"/gates/G3/if_they_differ": None},
        {},
        "no_handover",
        "/gates/G3/if_they_differ",
    ),
    "nobody else to sign": (
        {},
        {"deciders": dict.fromkeys(GATES, frozenset({3}))},
        "second_signature_without_mandate",
        "/gates/G0/second_signature_for",
    ),
    "nobody else to sign what goes on": (
        {"/gates/G1/second_signature": "another_lead"},
        {"deciders": dict.fromkeys(GATES, BOTH) | {"G1": frozenset({3})}},
        "nobody_signs_going_on",
        "/gates/G1/second_signature",
    ),
    "a head alone in a service": (
        {"/gates/L/second_signature_for": {"stop": "another_lead"}},
        {"second_signers": frozenset()},
        "second_signature_without_mandate",
        "/gates/L/second_signature_for",
    ),
    "no director for a department": (
        {},
        {"unsigned_departments": 1},
        "no_director_signs",
        "/gates/F/second_signature",
    ),
    "no director for several": (
        {},
        {"unsigned_departments": 3},
        "no_director_signs",
        "/gates/F/second_signature",
    ),
    "a launch without the director": (
        {"/gates/F/second_signature": None},
        {},
        "launch_without_signature",
        "/gates/F/second_signature",
    ),
    "a pilot without a plan": (
        {"/gates/F/must_meet/1/kind": "judgement"},
        {},
        "launch_fact_missing",
        "/gates/F/must_meet",
    ),
    "a pilot without a sponsor": (
        {"/gates/G2/must_meet/0/kind": "judgement"},
        {},
        "launch_fact_missing",
        "/gates/G2/must_meet",
    ),
    "no head of service": (
        {},
        {"deciders": dict.fromkeys(GATES, BOTH) | {"L": frozenset()}},
        "decider_without_mandate",
        "/gates/L/decider",
    ),
    "a service that scales": ({"/gates/L/go_on": ["scale"]}, {}, "outcome_leads_nowhere", "/gates/L/go_on"),
    "a service with conditions": ({"/gates/L/go_on": None}, {}, "outcome_leads_nowhere", "/gates/L/go_on"),
    "a service that reads what nobody reads": (
        {"/gates/L/must_meet/0/kind": "fact"},
        {},
        "fact_nobody_reads",
        "/gates/L/must_meet/0",
    ),
    "a service with a panel without quorum": ({"/gates/L/seats": 3}, {}, "no_quorum", "/gates/L/quorum"),
    "a sponsor before sponsorship": (
        {"/gates/G1/decider": "sponsor_and_lead"},
        {},
        "no_sponsor_yet",
        "/gates/G1/decider",
    ),
    "a sponsor who invests": (
        {"/gates/G4/decider": "sponsor_and_lead"},
        {},
        "sponsor_too_close",
        "/gates/G4/decider",
    ),
    "handed to a head of service": (
        {"/gates/G3/if_they_differ": "L_decider"},
        {},
        "handover_to_nobody",
        "/gates/G3/if_they_differ",
    ),
    "three who admit": ({"/gates/G0/seats": 3}, {}, "admission_has_one_seat", "/gates/G0/seats"),
    "nobody who admits": ({"/gates/G0/seats": 0}, {}, "admission_has_one_seat", "/gates/G0/seats"),
    "scores at admissibility": (
        {"/gates/G0/criteria": [{"key": "value", "weight": 100, "en": "Value", "fr": "Valeur"}]},
        {},
        "admission_without_scores",
        "/gates/G0/criteria/0/weight",
    ),
    "admitted by a director general": (
        {"/gates/G0/decider": "dga"},
        {},
        "admission_by_lead",
        "/gates/G0/decider",
    ),
    "criteria nobody scores": ({"/gates/G2/seats": 0}, {}, "criteria_without_panel", "/gates/G2/seats"),
    "due before the pilot is over": (
        {"/gates/G4/due_from_submission": 90},
        {},
        "due_after_a_stage",
        "/gates/G4/due_from_submission",
    ),
    "no time for a recourse": (
        {"/reexamination/ask_within": 0},
        {},
        "no_time_to_ask",
        "/reexamination/ask_within",
    ),
    "a stop without reasons": (
        {"/gates/G2/criteria": [], "/gates/G2/must_meet": []},
        {},
        "stop_without_reasons",
        "/gates/G2/must_meet",
    ),
    "a stop without recourse": (
        {},
        {"reexaminers": dict.fromkeys(GATES, BOTH) | {"G1": frozenset({1})}},
        "stop_without_recourse",
        "/gates/G1/decider",
    ),
    "nobody re-examines": (
        {},
        {"reexaminers": {}},
        "stop_without_recourse",
        "/gates/G1/decider",
    ),
    "a fact nobody reads": (
        {"/gates/G2/must_meet/0/key": "moon"},
        {},
        "fact_nobody_reads",
        "/gates/G2/must_meet/0",
    ),
    "an outcome the flow does not know": (
        {"/gates/G1/go_on": ["go", "scale"]},
        {},
        "outcome_leads_nowhere",
        "/gates/G1/go_on",
    ),
    "a dead end": ({"/gates/G4/go_on": ["extend"]}, {}, "no_way_on", "/gates/G4/go_on"),
    "votes after the decision": (
        {"/gates/G1/due": 10},
        {},
        "review_after_due",
        "/gates/G1/review_in",
    ),
    "decided before the votes are in": (
        {"/gates/G1/due_from_submission": 19},
        {},
        "due_before_votes",
        "/gates/G1/due_from_submission",
    ),
    "more rounds open than the pool can hold": (
        {},
        {"loads": {"G1": Load(open_now=10)}},
        "clock_over_pool",
        "/gates/G1/review_in",
    ),
    "more ideas come than the pool can judge in time": (
        {},
        {"loads": {"G4": Load(entered=39)}},
        "clock_over_pool",
        "/gates/G4/due",
    ),
}


@pytest.mark.parametrize(
    ("changes", "facts", "code", "pointer"),
    CHECKED.values(),
    ids=CHECKED.keys(),
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_checker_finds(
    language: str, changes: dict[str, Any], facts: dict[str, Any], code: str, pointer: str
) -> None:
    made = changed(changes)
    check(made)
    assert (code, pointer) in found(made, city(**facts))
    with translation.override(language):
        for item in rules.problems(made, city(**facts)):
            sentence = wording.problem(item)
            assert sentence.endswith(".")
            assert "%" not in sentence
            assert wording.place(item.pointer, made)


# One step from each failure, nothing is found: the checker refuses no more than it should.
SOUND: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one seat, its voter shown": (
        {"/gates/G2/seats": 1, "/gates/G2/quorum": 1, "/gates/G2/voters_hidden": False},
        {},
    ),
    "a quorum of one, the voters shown": ({"/gates/G1/quorum": 1, "/gates/G1/voters_hidden": False}, {}),
    "two seats, hidden": ({"/gates/G2/seats": 2}, {}),
    "a quorum of all seats": ({"/gates/G1/quorum": 5}, {}),
    "just the seats": ({}, {"pools": small(people=9, absent=4, available=5)}),
    "just the quorum for an idea": ({}, {"pools": small(by_idea=(3, 8))}),
    "no words why": ({"/gates/G1/must_meet/0/why": {"en": "", "fr": ""}}, {}),
    "no letter": ({"/letters/go": {"en": "", "fr": ""}}, {}),
    "criteria without levels": ({"/gates/G1/criteria/0/levels": None}, {}),
    "a director signs beside one lead": (
        {},
        {"deciders": dict.fromkeys(GATES, frozenset({1})), "second_signers": frozenset({3})},
    ),
    "another lead signs": ({}, {"second_signers": frozenset()}),
    "one re-examines who does not decide": ({}, {"reexaminers": dict.fromkeys(GATES, frozenset({9}))}),
    "two decide, each re-examines the other's": ({}, {"reexaminers": dict.fromkeys(GATES, BOTH)}),
    "votes on the day of the decision": ({"/gates/G1/due": 15}, {}),
    "due when the votes are": ({"/gates/G1/due_from_submission": 20}, {}),
    "the pool is full": ({}, {"loads": {"G1": Load(open_now=9)}}),
    "the pool just keeps up": ({}, {"loads": {"G4": Load(entered=36)}}),
    "no panel, no pool": ({}, {"pools": {}}),
    "only scaling": ({"/gates/G4/go_on": ["scale"]}, {}),
    "a local no is sent up, not re-examined": ({}, {"reexaminers": dict.fromkeys(GATES[1:], BOTH)}),
    "one head of service": ({}, {"deciders": dict.fromkeys(GATES, BOTH) | {"L": frozenset({9})}}),
    "sponsor and lead launch": (
        {
            "/gates/G2/decider": "sponsor_and_lead",
            "/gates/G2/if_they_differ": "G4_decider",
            "/gates/G3/if_they_differ": "G4_decider",
        },
        {},
    ),
    "no reminder": ({"/reminders/at": [], "/reminders/then": None}, {}),
    "a version from before delays were settings": ({"/delays": None, "/reminders": None}, {}),
}


@pytest.mark.parametrize(("changes", "facts"), SOUND.values(), ids=SOUND.keys())
def test_what_the_checker_lets_pass(changes: dict[str, Any], facts: dict[str, Any]) -> None:
    assert found(changed(changes), city(**facts)) == []


def test_what_two_routes_share_is_said_once() -> None:
    places = found(changed({"/gates/G4/go_on": ["extend"]}))
    assert places == [("no_way_on", "/gates/G4/go_on")]


def test_a_gate_that_no_route_passes_is_not_judged() -> None:
    assert found(document(), city(routes={})) == []


def test_reading_and_writing_at_a_pointer() -> None:
    made = document()
    assert at(made, "/gates/G1/criteria/0/key") == "severity"
    put(made, "/gates/G1/criteria/0", {"key": "other"})
    assert at(made, "/gates/G1/criteria/0/key") == "other"
    for nowhere in ("/nothing", "/gates/G1/criteria/x", "/format/x", "/gates/G1/criteria/99"):
        with pytest.raises(LookupError):
            at(made, nowhere)
    assert copy.deepcopy(defaults())["gates"]["G1"]["criteria"][0]["key"] == "severity"


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


CALLS = ({"fr": "Rues calmes", "en": "Quiet streets"},)


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
