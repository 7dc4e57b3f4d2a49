"""After a rework the gate shows what was asked, and what has changed since, word by word."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting import actions as drafting
from ideas.drafting.models import Idea
from incubator.people.models import Person
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from workflows.gates import actions
from workflows.gates.models import GateRound
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
GAP = "Chiffrer l’entretien"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def completed(idea: Idea, cast: Cast, **changes: Any) -> GateRound:
    """Handed in again, with these changes; the next round's seats are taken."""
    if changes:
        idea.draft.refresh_from_db()
        drafting.autosave(idea=idea, by=act(cast.author), version=idea.draft.version, changes=changes)
    journey.resubmit(idea=idea.key, by=act(cast.author))
    found = steps.round_of(idea)
    actions.fill_seats(round_key=str(found.key))
    return steps.round_of(idea)


def html(person: Person, name: str, key: Any) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    answer = client.get(reverse(name, args=[key]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_reviewer_and_decider_read_the_gaps_and_compare(cast: Cast) -> None:
    round_ = stage.at_g1(cast)
    first = stage.seats_of(round_)[0]
    assert "Asked last time" not in html(first.person, "review", first.key)
    stage.all_vote(round_, "not_now")
    steps.decide(round_.idea, cast.dga, "rework", gaps=[GAP])
    again = completed(round_.idea, cast, needs_euros="21000")
    seat = stage.seats_of(again)[0]
    address = f"{reverse('idea-versions', args=[again.idea.key])}?from=1&amp;to=2"
    for person, name, key in ((seat.person, "review", seat.key),):
        page = html(person, name, key)
        assert ("Asked last time" in page, GAP in page, address in page) == (True, True, True)
    compared = stage.signed_in(seat.person).get(address.replace("&amp;", "&"))
    assert compared.status_code == 200
    assert "21000" in compared.content.decode()
    stage.all_vote(again)
    page = html(cast.dga, "decide", again.key)
    assert ("Asked last time" in page, GAP in page, address in page) == (True, True, True)


def test_whoever_admits_reads_the_gaps_too(cast: Cast) -> None:
    round_ = stage.at_g0(cast)
    steps.pass_g0(round_.idea, cast, "rework", gaps=[GAP])
    again = completed(round_.idea, cast)
    page = html(stage.seats_of(again)[0].person, "decide", again.key)
    assert ("Asked last time" in page, GAP in page) == (True, True)


def test_after_something_else_than_a_rework_nothing_was_asked(cast: Cast) -> None:
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    steps.decide(round_.idea, cast.dga, "hold", hold_condition="Le garage est libre")
    journey.wake(idea=round_.idea.key, by=act(cast.lead), condition_met="Il est libre.")
    again = steps.round_of(round_.idea)
    actions.fill_seats(round_key=str(again.key))
    seat = stage.seats_of(again)[0]
    assert "Asked last time" not in html(seat.person, "review", seat.key)
