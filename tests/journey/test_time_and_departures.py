"""What time and departures do to an idea: nothing is lost, nothing stays open for someone who left."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from tests.factories import TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows import nodes
from workflows.clock.actions import tick
from workflows.gates import actions as gates
from workflows.gates import departures as gate_departures
from workflows.gates.models import Seat
from workflows.journey import departures

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_rework_that_lapses_is_held_and_the_sweep_may_run_twice(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    with clock.moved(clock.now() + timedelta(days=40)):
        tick()
        tick()
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("held", "held")
    assert Event.objects.filter(subject_key=idea.key, verb="rework_lapsed").count() == 1


def test_the_window_closes_by_itself(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    decision = play.pass_g0(idea, cast, "stop")
    other = cast.other_lead if decision.decider == cast.lead else cast.lead
    gates.sign_second(decision_key=decision.key, by=act(other))
    with clock.moved(clock.now() + timedelta(days=30)):
        tick()
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("stopped", "")


def test_when_the_panels_time_is_over_the_decision_is_asked_for_once(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    found = play.round_of(idea)
    with clock.moved(found.review_due_at + timedelta(minutes=1)):
        tick()
        tick()
    assert WorkItem.objects.filter(key=f"decide:{found.key}", person=cast.dga, closed_at=None).count() == 1
    assert Event.objects.filter(subject_key=idea.key, verb="opinion_closed").count() == 1


def test_an_unvoted_seat_goes_to_a_substitute_and_a_cast_vote_stands(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    first, second = Seat.objects.filter(round=play.round_of(idea), is_chair=False).select_related("person")[
        :2
    ]
    play.vote_one(idea, second)
    for leaver in (first.person, second.person):
        leaver.is_active = False
        leaver.departed_on = clock.today()
        leaver.save()
        gate_departures.on_departure(leaver, clock.today(), play.act(cast.lead))
    run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "open")
    assert Seat.objects.filter(round=play.round_of(idea), state="open").count() == 5


def test_a_sole_author_who_leaves_holds_the_idea_and_a_co_author_takes_over(cast, run_jobs: Run) -> None:
    alone, shared = play.submit(cast), play.submit(cast)
    run_jobs()
    heir = TeamMemberFactory(idea=shared).person
    departures.on_departure(cast.author, clock.today(), play.act(cast.lead))
    alone.refresh_from_db()
    shared.refresh_from_db()
    assert (alone.state, shared.state) == ("held", "live")
    assert shared.team.get(person=heir).role == "author"
