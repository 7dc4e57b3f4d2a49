"""How many statements a vote and a decision take: session and person included, whatever is decided."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import IdeaFactory, PersonFactory
from tests.gates import stage
from tests.journey.cast import Cast
from workflows.gates.models import GateConfiguration, GateRound

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[None]]

CONDITION = {"condition_0_text": "Tester de nuit", "condition_0_due": "2031-01-06"}
WRITTEN: dict[str, dict[str, str]] = {
    "go": {},
    "go_with_conditions": CONDITION,
    "rework": {"gaps": "Chiffrer le besoin"},
    "hold": {"hold_until": "2031-01-06"},
    "stop": {"learning": "Le besoin existe ; la solution est à revoir."},
    "merge": {"target": "900001"},
    "redirect": {"redirect_to": "prevention_adviser"},
}
# Thirty are allowed; a bound is what is reached. A merge changes two ideas: the team and chain of the second come
# beside; a condition brings its row and its owner's work. A stop at G0 waits for its second signature, a redirect for
# the author's consent.
G0 = {"go": 26, "go_with_conditions": 29, "rework": 26, "hold": 25, "stop": 22, "merge": 30, "redirect": 22}
G1 = {"go": 24, "go_with_conditions": 26, "rework": 24, "hold": 23, "stop": 24, "merge": 28, "redirect": 18}
REASONED = ("rework", "hold", "stop", "merge", "redirect")


def posted(round_: GateRound, outcome: str, criterion: str) -> dict[str, Any]:
    if outcome == "merge":
        IdeaFactory(author=PersonFactory(employed=True), live=True, number=900001)
    tied = {f"reason_{criterion}": "Il manque un constat d’usagers."} if outcome in REASONED else {}
    return stage.written(outcome) | WRITTEN[outcome] | tied


def publish(round_: GateRound, *gates: str) -> None:
    from workflows.gates.configuration import default_rules

    for gate in gates:
        GateConfiguration.objects.get_or_create(
            programme=round_.idea.programme,
            gate=gate,
            version=1,
            defaults={"state": "published", "rules": default_rules(gate)},
        )


@pytest.mark.parametrize("outcome", WRITTEN)
def test_g0_is_answered_and_decided_in_thirty(outcome: str, at_most: AtMost) -> None:
    """Two acts by one form; a condition brings its owner and the owner's work beside."""
    cast = Cast()
    round_ = stage.at_g0(cast)
    publish(round_, "G1")
    seat = stage.seats_of(round_)[0]
    answers = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
    sent = posted(round_, outcome, "problem") | answers | {"content_version": "1"}
    client = stage.signed_in(seat.person)
    with at_most(G0[outcome]):
        assert client.post(reverse("decide", args=[round_.key]), sent).status_code == 302


@pytest.mark.parametrize("outcome", WRITTEN)
def test_g1_is_decided_in_thirty(outcome: str, at_most: AtMost) -> None:
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, {"go": "go", "go_with_conditions": "go_if"}.get(outcome, "not_now"))
    sent, client = posted(round_, outcome, "value"), stage.signed_in(cast.dga)
    with at_most(G1[outcome]):
        assert client.post(reverse("decide", args=[round_.key]), sent).status_code == 302


@pytest.mark.parametrize(("before", "bound"), [(0, 11), (4, 14)])
def test_a_vote_is_cast_in_fourteen(before: int, bound: int, at_most: AtMost) -> None:
    """The last one too, which asks for the decision."""
    round_ = stage.at_g1(Cast())
    seats = stage.seats_of(round_)
    for seat in seats[1 : before + 1]:
        stage.cast_vote(seat)
    client, sent = stage.signed_in(seats[0].person), stage.opinion(round_)
    with at_most(bound):
        assert client.post(reverse("review", args=[seats[0].key]), sent).status_code == 302
