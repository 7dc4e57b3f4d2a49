"""What the people of the city say is true where they say it, in the idea's language, and said once of an idea."""

from collections import Counter
from random import Random
from string import Formatter
from typing import Any

import pytest

from workflows.demonstration.material import read
from workflows.demonstration.wording import Voice
from workflows.gates import rules
from workflows.gates.configuration import default_rules

KNOWN = {
    "L": {"means"},
    "G0": {"means"},
    "G1": {"means"},
    "F": {"means", "months", "where", "indicator", "unit", "baseline", "target"},
}
# What is not there yet, or not there at all, when a gate is decided.
NOT_AT = {
    "L": ("jury", "panel"),
    "F": ("jury", "panel", "parrain", "sponsor"),
    "G0": ("avis", "opinion", "essai", "trial", "plan", "seuil", "parrain", "sponsor", "relevé"),
    "G1": ("seuil d’arrêt", "dernier relevé", "évaluation", "evaluation"),
    "G2": ("dernier relevé", "évaluation", "evaluation"),
    "G3": ("jury", "panel", "peut commencer", "may begin"),
    "G4": ("peut commencer", "may begin", "essai peut"),
}


def reasons() -> list[tuple[str, str, str, str]]:
    written = {key: found for key, found in read("reasons").items() if key != "_"}
    return [
        (language, gate, outcome, one)
        for language, gates in written.items()
        for gate, outcomes in gates.items()
        for outcome, found in outcomes.items()
        for one in found
    ]


def test_no_reason_speaks_of_what_its_gate_does_not_know() -> None:
    for language, gate, outcome, one in reasons():
        names = {name for _text, name, _spec, _conversion in Formatter().parse(one) if name}
        assert names <= KNOWN.get(gate, KNOWN["F"] | {"last"}), (gate, outcome, one)
        # Admissibility may speak of the panel that is to come, never of its opinion.
        said = [word for word in NOT_AT[gate] if word in one.lower()]
        assert said == [], (language, gate, outcome, one)
    assert max(Counter(one for *_place, one in reasons()).values()) == 1


def test_every_way_on_after_a_pilot_tells_what_was_read() -> None:
    ways_on = [
        one
        for _language, gate, outcome, one in reasons()
        if gate in ("G3", "G4") and outcome not in rules.BACK
    ]
    assert len(ways_on) > 10
    assert all("{last}" in one for one in ways_on)


@pytest.mark.parametrize("gate", ["G0", "G1", "G2", "G3", "G4"])
def test_whatever_may_be_decided_has_reasons(gate: str) -> None:
    written = read("reasons")["fr"][gate]
    on = default_rules(gate).get("go_on", ["go"])
    assert {on[0], "stop"} <= written.keys()
    assert len(written[on[0]]) >= 5, "most decisions of a gate"


def test_a_voice_says_nothing_twice_while_it_knows_something_else() -> None:
    voice = Voice("fr", {}, Random(1))
    notes = [voice.sentence("check_in", "on_track") for _ in range(5)]
    assert len(set(notes)) == 5


def test_a_voice_speaks_the_language_of_the_idea() -> None:
    english: dict[str, Any] = read("sentences_en")
    voice = Voice("en", {}, Random(1))
    assert voice.sentence("criterion", "on", "competence") in english["criterion"]["on"]["competence"]
    assert voice.sentence("no_time") in read("sentences")["no_time"], "French where there is no English"
