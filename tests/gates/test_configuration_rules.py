"""What the checker finds, where, and in which words: a table of cases, no database."""

from typing import Any

import pytest
from django.utils import translation

from tests.gates.configurations import BOTH, GATES, ROOM, changed, city, document, found, pools, small
from workflows.gates.configuration import rules, wording
from workflows.gates.configuration.rules import Left, Load
from workflows.gates.configuration.structure import check

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
    "no name of a gate in any language": (
        {"/gates/G4/en": None, "/gates/G4/fr": None},
        {},
        "text_missing",
        "/gates/G4/fr",
    ),
    "levels that say nothing": (
        {"/gates/G1/criteria/0/levels": [{}, {}, {}, {}, {}]},
        {},
        "text_missing",
        "/gates/G1/criteria/0/levels/4/en",
    ),
    "one level that says nothing": (
        {"/gates/G1/criteria/0/levels/2": {}},
        {},
        "text_missing",
        "/gates/G1/criteria/0/levels/2/fr",
    ),
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
        {"pools": small(here=frozenset(range(2)), absent=6)},
        "quorum_unreachable",
        "/gates/G1/quorum",
    ),
    "nobody at all": (
        {},
        {"pools": small(here=frozenset(), chairs=0, departments=0)},
        "quorum_unreachable",
        "/gates/G1/quorum",
    ),
    "a quorum, not all seats": (
        {},
        {"pools": small(here=frozenset(range(4)), absent=4)},
        "seats_over_pool",
        "/gates/G1/seats",
    ),
    "just the quorum for an idea": (
        {},
        {"pools": small(by_idea=(ROOM, Left(3, 1, 1)))},
        "too_few_for_ideas",
        "/gates/G1/seats",
    ),
    "too many links": (
        {},
        {"pools": small(by_idea=(Left(2, 1, 1), ROOM, Left(4, 1, 1)))},
        "too_few_for_ideas",
        "/gates/G1/seats",
    ),
    "whoever chairs is too close": (
        {},
        {"pools": small(by_idea=(ROOM, Left(5, 0, 1)))},
        "no_chair_for_ideas",
        "/gates/G1/seats",
    ),
    "whoever chairs is too close to several": (
        {},
        {"pools": small(by_idea=(Left(6, 0, 1), Left(5, 0, 1)))},
        "no_chair_for_ideas",
        "/gates/G1/seats",
    ),
    "all at home": (
        {},
        {"pools": small(by_idea=(ROOM, Left(5, 1, 0)))},
        "no_diversity_for_ideas",
        "/gates/G1/diversity",
    ),
    "all at home for several": (
        {},
        {"pools": small(by_idea=(Left(8, 2, 0), Left(5, 1, 0)))},
        "no_diversity_for_ideas",
        "/gates/G1/diversity",
    ),
    "no chair": ({}, {"pools": small(chairs=0)}, "no_chair", "/gates/G1/seats"),
    "one department": ({}, {"pools": small(departments=1)}, "no_diversity", "/gates/G1/diversity"),
    "no delegation": (
        {},
        {"deciders": dict.fromkeys(GATES, BOTH) | {"G2": frozenset()}},
        "decider_without_mandate",
        "/gates/G2/decider",
    ),
    "procurement before anybody promised": (
        {"/gates/G1/procurement_above": 4000},
        {},
        "procurement_before_a_promise",
        "/gates/G1/procurement_above",
    ),
    "procurement that nobody holds": (
        {"/gates/G2/procurement_above": 4000},
        {},
        "procurement_without_mandate",
        "/gates/G2/procurement_above",
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
    "a stop of two signatures without recourse": (
        {"/gates/G1/second_signature_for": {"stop": "another_lead"}},
        {"reexaminers": dict.fromkeys(GATES, BOTH)},
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
    "a binding opinion that can only go on": (
        {"/gates/G1/opinion": "binding", "/gates/G1/go_on": ["go"]},
        {},
        "no_way_on_if",
        "/gates/G1/go_on",
    ),
    "a binding opinion after the one extension": (
        {
            "/gates/G3/seats": 3,
            "/gates/G3/quorum": 2,
            "/gates/G3/opinion": "binding",
            "/gates/G3/go_on": ["go", "extend"],
        },
        {},
        "no_way_on_if",
        "/gates/G3/go_on",
    ),
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
    "admissibility that says its votes alone takes twice as long": (
        {"/gates/G0/due": None, "/gates/G0/review_in": 10, "/gates/G1/due_from_submission": 34},
        {},
        "due_before_votes",
        "/gates/G1/due_from_submission",
    ),
    "admissibility has so many days from the submission": (
        {"/gates/G0/due_from_submission": 16},
        {},
        "due_before_votes",
        "/gates/G1/due_from_submission",
    ),
    "due on the day of admissibility": (
        {"/gates/G1/review_in": None, "/gates/G1/due": 9, "/gates/G1/due_from_submission": 5},
        {},
        "due_before_votes",
        "/gates/G1/due_from_submission",
    ),
    "a service whose votes come after its decision": (
        {"/gates/L/review_in": 8, "/gates/L/due_from_submission": 7},
        {},
        "due_before_votes",
        "/gates/L/due_from_submission",
    ),
    "more rounds open than the pool can hold": (
        {},
        {"loads": {"G1": Load(open_now=10)}},
        "clock_over_pools",
        "/gates/G1/review_in",
    ),
    "more ideas come than the pool can judge in time": (
        {},
        {"loads": {"G4": Load(entered=39)}},
        "clock_over_pools",
        "/gates/G4/due",
    ),
    "few experts, however many sit elsewhere": (
        {},
        {"pools": pools(G1=range(5, 100), G2=range(5)), "loads": {"G2": Load(open_now=11)}},
        "clock_over_pools",
        "/gates/G2/due",
    ),
    "a panel of one has a pool too": (
        {"/gates/G2/seats": 1, "/gates/G2/quorum": 1, "/gates/G2/voters_hidden": False},
        {"loads": {"G2": Load(open_now=49)}},
        "clock_over_pools",
        "/gates/G2/due",
    ),
    "two gates have the same people": (
        {},
        {"loads": {"G1": Load(open_now=5), "G4": Load(open_now=5)}},
        "clock_over_pools",
        "/gates/G1/review_in",
    ),
    "two gates share too many people": (
        {},
        {
            "pools": pools(G1=range(8), G4=range(4, 12)),
            "loads": {"G1": Load(open_now=6), "G4": Load(open_now=9)},
        },
        "clock_over_pools",
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


def test_what_two_routes_share_is_said_once() -> None:
    places = found(changed({"/gates/G4/go_on": ["extend"]}))
    assert places == [("no_way_on", "/gates/G4/go_on")]


def test_of_a_gate_without_a_pace_it_is_said_what_its_clock_lets_through() -> None:
    """5 seats for 10 days of 12 people who sit on 6 panels: 14 ideas at one time, 84 in three months."""
    untried = {"G1": 12, "G2": 0, "G4": 1}
    made = changed({"/gates/G1/review_in": 10, "/gates/G4/seats": 5, "/gates/G4/due": 200})
    said = [item for item in rules.advice(made, city(untried=untried)) if item.code == "clock_untried"]
    assert [(item.pointer, item.values["ideas"]) for item in said] == [
        ("/gates/G1/review_in", 84),
        ("/gates/G4/due", 1),
    ]
    with translation.override("en"):
        assert "people who may sit (12) can judge about 84 ideas" in wording.problem(said[0])
        assert "about 1 idea in" in wording.problem(said[1])
    assert rules.advice(made, city()) == []


def test_of_gates_that_cannot_keep_their_clock_the_fewest_are_named() -> None:
    """G2 fails alone; G1 and G4 only together; nothing is said of the three."""
    known = city(
        pools=pools(G1=range(8), G2=range(8, 10), G4=range(8)),
        loads={"G1": Load(open_now=5), "G2": Load(open_now=5), "G4": Load(open_now=5)},
    )
    over = [item for item in rules.problems(document(), known) if item.code == "clock_over_pools"]
    named = [(item.values["gates"], item.values["needed"], item.values["room"]) for item in over]
    assert named == [(("G2",), 15, 12), (("G1", "G4"), 50, 48)]
    with translation.override("en"):
        assert "For G1, G4 about 50 seats" in wording.problem(over[1])
