"""What the checker lets pass, one step from each failure: it refuses no more than it should."""

from dataclasses import replace
from typing import Any

import pytest

from tests.gates.configurations import BOTH, GATES, ROOM, changed, city, document, found, pools, small
from workflows.gates.configuration.rules import Left, Load
from workflows.gates.configuration.structure import check
from workflows.routes import routes


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


def test_a_flow_that_goes_in_circles_leads_nowhere() -> None:
    route = routes()["StandardFlow"]
    last = next(name for name, station in route.stations.items() if station.gate == "G4")
    ways = dict(route.stations[last].ways) | dict.fromkeys(("scale", "transfer"), "admissibility")
    round_about = replace(route.stations[last], ways=ways)
    broken = replace(route, stations=dict(route.stations) | {last: round_about})
    places = found(document(), city(routes={"StandardFlow": broken}))
    assert places == [("no_way_on", f"/gates/{gate}/go_on") for gate in ("G0", "G1", "G2", "G3", "G4")]


SOUND: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one seat, its voter shown": (
        {"/gates/G2/seats": 1, "/gates/G2/quorum": 1, "/gates/G2/voters_hidden": False},
        {},
    ),
    "a quorum of one, the voters shown": ({"/gates/G1/quorum": 1, "/gates/G1/voters_hidden": False}, {}),
    "two seats, hidden": ({"/gates/G2/seats": 2}, {}),
    "a route of procurement, whose mandate somebody holds": (
        {"/gates/G2/procurement_above": 4000},
        {"procurement": frozenset({9})},
    ),
    "a quorum of all seats": ({"/gates/G1/quorum": 5}, {}),
    "just the seats": ({}, {"pools": small(here=frozenset(range(5)), absent=4)}),
    "just the seats for an idea, and one to chair": ({}, {"pools": small(by_idea=(ROOM, ROOM))}),
    "one seat for an idea, and nobody to chair": (
        {"/gates/G1/seats": 1, "/gates/G1/quorum": 1, "/gates/G1/voters_hidden": False},
        {"pools": small(by_idea=(Left(1, 0, 1),))},
    ),
    "nobody from elsewhere is asked for": (
        {"/gates/G1/diversity": None},
        {"pools": small(by_idea=(Left(5, 1, 0),))},
    ),
    "no words why": ({"/gates/G1/must_meet/0/why": {"en": "", "fr": ""}}, {}),
    "no letter": ({"/letters/go": {"en": "", "fr": ""}}, {}),
    "criteria without levels": ({"/gates/G1/criteria/0/levels": None}, {}),
    "a director signs beside one lead": (
        {},
        {"deciders": dict.fromkeys(GATES, frozenset({1})), "second_signers": frozenset({3})},
    ),
    "another lead signs": ({}, {"second_signers": frozenset()}),
    "one re-examines who does not decide": ({}, {"reexaminers": dict.fromkeys(GATES, frozenset({9}))}),
    "two decide, each re-examines the other's": (
        {"/gates/F/second_signature_for": {}, "/gates/G0/second_signature_for": {}},
        {"reexaminers": dict.fromkeys(GATES, BOTH)},
    ),
    "two decide and sign, a third re-examines": ({}, {"reexaminers": dict.fromkeys(GATES, BOTH | {9})}),
    "votes on the day of the decision": ({"/gates/G1/due": 15}, {}),
    "due when the votes are": ({"/gates/G1/due_from_submission": 20}, {}),
    "admissibility that says its votes alone, and time for both": (
        {"/gates/G0/due": None, "/gates/G0/review_in": 10, "/gates/G1/due_from_submission": 35},
        {},
    ),
    "admissibility from the submission, and time for both": ({"/gates/G0/due_from_submission": 15}, {}),
    "due on the day after admissibility": (
        {"/gates/G1/review_in": None, "/gates/G1/due": 9, "/gates/G1/due_from_submission": 6},
        {},
    ),
    "a service whose votes come with its decision": (
        {"/gates/L/review_in": 8, "/gates/L/due_from_submission": 8},
        {},
    ),
    "a service due on the first day": ({"/gates/L/due_from_submission": 1}, {}),
    "the pool is full": ({}, {"loads": {"G1": Load(open_now=9)}}),
    "the pool just keeps up": ({}, {"loads": {"G4": Load(entered=36)}}),
    "each gate has people of its own": (
        {},
        {
            "pools": pools(G1=range(8), G4=range(8, 16)),
            "loads": {"G1": Load(open_now=9), "G4": Load(open_now=9)},
        },
    ),
    "two gates just share some people": (
        {},
        {
            "pools": pools(G1=range(8), G4=range(4, 12)),
            "loads": {"G1": Load(open_now=9), "G4": Load(open_now=5)},
        },
    ),
    "the lead alone admits, however many": ({}, {"loads": {"G0": Load(open_now=90)}}),
    "no panel, no pool": ({}, {"pools": {}}),
    "only scaling": ({"/gates/G4/go_on": ["scale"]}, {}),
    "a binding opinion that may go on with conditions": ({"/gates/G1/opinion": "binding"}, {}),
    "a binding opinion with conditions alone": (
        {"/gates/G1/opinion": "binding", "/gates/G1/go_on": ["go_with_conditions"]},
        {},
    ),
    "a binding opinion that scales": ({"/gates/G4/opinion": "binding"}, {}),
    "a binding opinion of nobody": ({"/gates/L/opinion": "binding"}, {}),
    "a simple opinion that can only go on": ({"/gates/G1/go_on": ["go"]}, {}),
    "whoever admits votes as they decide": (
        {"/gates/G0/opinion": "binding", "/gates/G0/go_on": ["go"]},
        {},
    ),
    "a local no is sent up, not re-examined": (
        {},
        {"reexaminers": dict.fromkeys(GATES[1:], BOTH | {9})},
    ),
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


def test_a_gate_that_no_route_passes_is_not_judged() -> None:
    assert found(document(), city(routes={})) == []
