"""Several people at one instant, over connections of their own: nothing is lost, nothing is doubled."""

import pytest

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict
from tests.factories import GateRoundFactory, PersonFactory, SeatFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast, act
from tests.races.together import at_once
from workflows.gates import actions
from workflows.gates.actions import Choice
from workflows.gates.models import Decision, GateRound, Vote

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_votes_at_one_instant() -> None:
    round_ = GateRoundFactory(changes={"seats": 8})
    for place in range(8):
        SeatFactory(round=round_, is_chair=place == 0)
    PersonFactory(employed=True, mandate="dga")
    results = at_once(*[lambda seat=seat: stage.cast_vote(seat) for seat in stage.seats_of(round_)])
    assert results == [None] * 8
    assert Vote.objects.filter(in_force=True).count() == 8
    chain = Event.objects.filter(subject_key=round_.idea.key).order_by("sequence")
    assert list(chain.values_list("sequence", flat=True)) == list(range(1, 9))
    assert WorkItem.objects.filter(verb="decide", closed_at=None).count() == 1


def test_one_seat_twice_at_one_instant_has_one_vote() -> None:
    seat = SeatFactory(round=GateRoundFactory(changes={"seats": 1}))
    at_once(*[lambda: stage.cast_vote(seat)] * 4)
    assert Vote.objects.filter(in_force=True).count() == 1
    assert Vote.objects.filter(end_reason="replaced").count() == 3


def test_two_deciders_at_one_instant_make_one_decision() -> None:
    cast = Cast()
    second = PersonFactory(employed=True, mandate="dga")
    round_ = stage.at_g1(cast)
    stage.all_vote(round_)
    choice = Choice(outcome="go", reasons=steps.REASONS)
    results = at_once(
        *[
            lambda by=by: actions.decide(round_key=round_.key, by=act(by), choice=choice)
            for by in (cast.dga, second)
        ]
    )
    assert {type(result) for result in results} == {Decision, Conflict}
    assert Decision.objects.filter(round=round_).count() == 1
    assert GateRound.objects.get(pk=round_.pk).state == "decided"
