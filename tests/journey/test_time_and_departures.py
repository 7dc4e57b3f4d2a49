"""What time and departures do to an idea: nothing is lost, nothing stays open for someone who left."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from ideas.drafting import actions as drafting
from ideas.lock import locked
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotFound
from incubator.people import actions as people
from incubator.people.actors import CLOCK, IMPORT
from incubator.people.models import Person
from tests.factories import PersonFactory, TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows import nodes
from workflows.clock.actions import tick
from workflows.gates import actions as gates
from workflows.gates import departures as gate_departures
from workflows.gates.models import Seat
from workflows.journey import actions as journey
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


def test_a_team_that_is_late_completes_its_idea_and_ends_the_hold(cast, run_jobs: Run, client) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    late = clock.now() + timedelta(days=40)
    with clock.moved(late):
        tick()
    idea.refresh_from_db()
    assert (idea.state, idea.holder) == ("held", "author")
    client.force_login(cast.author)
    page = client.get(reverse("idea", args=[idea.key]))
    assert reverse("idea-submit", args=[idea.key]) in page.text
    assert client.get(reverse("idea-edit", args=[idea.key])).status_code == 200
    assert client.get(reverse("idea-submit", args=[idea.key])).status_code == 200
    with pytest.raises(NotFound):
        journey.resubmit(idea=idea.key, by=act(cast.chair))
    journey.resubmit(idea=idea.key, by=act(cast.author))
    idea.refresh_from_db()
    assert (idea.state, play.round_of(idea).gate, idea.content.version) == ("live", "G0", 2)
    assert not idea.holds.filter(woken_at=None).exists()
    assert not WorkItem.objects.filter(key=f"hold_condition:{idea.key}", closed_at=None).exists()


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
    for seat in Seat.objects.filter(round=found).select_related("person").order_by("other_department")[1:]:
        play.vote_one(idea, seat)
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


def leave(person: Person, cast) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)
    departures.on_departure(person, clock.today(), play.act(cast.lead))


def asked_to_carry_on(idea, person: Person) -> bool:
    return WorkItem.objects.filter(key=f"accept_idea:{idea.key}", person=person, closed_at=None).exists()


def test_a_sole_author_who_leaves_holds_the_idea(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    leave(cast.author, cast)
    idea.refresh_from_db()
    assert idea.state == "held"


def test_a_co_author_carries_the_idea_on_only_by_saying_yes(cast, run_jobs: Run, client) -> None:
    idea = play.submit(cast)
    run_jobs()
    heir, other = TeamMemberFactory(idea=idea).person, TeamMemberFactory(idea=idea).person
    leave(cast.author, cast)
    idea.refresh_from_db()
    assert (idea.state, idea.team.get(person=heir).role) == ("live", "co_author")
    assert asked_to_carry_on(idea, heir)
    with pytest.raises(Conflict):
        drafting.leave_team(idea=idea, by=play.act(heir))
    url = reverse("idea-carry-on", args=[idea.key])
    client.force_login(cast.lead)
    assert client.get(url).status_code == 404
    client.force_login(heir)
    assert client.get(url).status_code == 200
    assert client.post(url, {"answer": "accept"}).status_code == 302
    assert idea.team.get(person=heir).role == "author"
    assert not asked_to_carry_on(idea, other)
    assert client.post(url, {"answer": "accept"}).status_code == 404
    client.force_login(other)
    assert client.get(url).status_code == 404


def test_when_all_decline_or_leave_the_idea_is_held(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    first, second = TeamMemberFactory(idea=idea).person, TeamMemberFactory(idea=idea).person
    leave(cast.author, cast)
    journey.not_carry_on(idea=idea.key, by=play.act(first))
    idea.refresh_from_db()
    assert (idea.state, asked_to_carry_on(idea, first), asked_to_carry_on(idea, second)) == (
        "live",
        False,
        True,
    )
    leave(second, cast)
    idea.refresh_from_db()
    assert idea.state == "held"
    assert idea.team.get(person=first).role == "co_author"


def test_without_an_answer_in_time_it_is_held_and_a_late_yes_takes_it_up_where_it_was(
    cast, run_jobs: Run
) -> None:
    idea = play.submit(cast)
    run_jobs()
    gate = play.round_of(idea).gate
    heir, _silent = TeamMemberFactory(idea=idea).person, TeamMemberFactory(idea=idea).person
    leave(cast.author, cast)
    tick()
    idea.refresh_from_db()
    assert idea.state == "live"
    with clock.moved(clock.now() + timedelta(days=20)):
        tick()
        idea.refresh_from_db()
        assert idea.state == "held"
        # Taken up by the lead, it is not held for the same silence again, nor looked at every minute.
        journey.wake(idea=idea.key, by=play.act(cast.other_lead), condition_met="Une collègue reprend.")
        assert not tick()["refused"]
        idea.refresh_from_db()
        assert idea.state == "live"
        with locked(idea.pk) as held:
            journey.pause(idea=held, by=CLOCK, cause="author_left", condition="Quelqu’un reprend.")
        journey.carry_on(idea=idea.key, by=play.act(heir))
    run_jobs()
    idea.refresh_from_db()
    assert (idea.state, play.round_of(idea).gate) == ("live", gate)
    assert idea.team.get(person=heir).role == "author"


def test_an_author_who_leaves_during_a_rework_leaves_an_idea_that_wakes(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    leave(cast.author, cast)
    idea.refresh_from_db()
    assert idea.state == "held"
    assert not WorkItem.objects.filter(key=f"rework:{idea.key}", closed_at=None).exists()
    TeamMemberFactory(idea=idea, role="author", person=PersonFactory(employed=True))
    journey.wake(idea=idea.key, by=play.act(cast.other_lead), condition_met="Une collègue reprend.")
    idea.refresh_from_db()
    assert (idea.state, idea.holder, nodes.station_of(idea)) == ("live", "author", "with_author")


def test_a_rework_that_was_held_goes_on_with_the_team(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    co_author = TeamMemberFactory(idea=idea).person
    leave(cast.author, cast)
    journey.not_carry_on(idea=idea.key, by=play.act(co_author))
    with clock.moved(clock.now() + timedelta(days=90)):
        journey.wake(idea=idea.key, by=play.act(cast.other_lead), condition_met="Une collègue reprend.")
        idea.refresh_from_db()
        assert (idea.state, idea.holder, nodes.station_of(idea)) == ("live", "author", "with_author")
        (item,) = WorkItem.objects.filter(key=f"rework:{idea.key}", closed_at=None)
        assert (item.person, item.due_at) == (co_author, idea.due_at)
        assert idea.due_at > clock.now() + timedelta(days=7)
        journey.resubmit(idea=idea.key, by=play.act(co_author))
        idea.refresh_from_db()
        assert (play.round_of(idea).gate, idea.content.version) == ("G0", 2)


def test_a_late_yes_takes_up_a_rework_where_it_was(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    heir = TeamMemberFactory(idea=idea).person
    leave(cast.author, cast)
    with locked(idea.pk) as found:
        journey.pause(idea=found, by=CLOCK, cause="author_left", condition="Quelqu’un reprend.")
    journey.carry_on(idea=idea.key, by=play.act(heir))
    idea.refresh_from_db()
    assert (idea.state, idea.holder, nodes.station_of(idea)) == ("live", "author", "with_author")
    assert WorkItem.objects.filter(key=f"rework:{idea.key}", person=heir, closed_at=None).exists()


def test_what_waits_for_the_team_waits_for_whoever_joins_it(cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    asked, waiting = PersonFactory(), WorkItem.objects.filter(key=f"rework:{idea.key}", closed_at=None)
    drafting.invite(idea=idea, by=act(cast.author), person=asked)
    (first,) = waiting.all()
    drafting.accept_invitation(idea=idea, by=act(asked))
    assert {(item.person, item.due_at) for item in waiting.all()} == {
        (cast.author, first.due_at),
        (asked, first.due_at),
    }
    people.depart(person=cast.author, on=clock.today(), by=IMPORT)
    journey.carry_on(idea=idea.key, by=act(asked))
    assert [item.person for item in waiting.all()] == [asked]
    journey.resubmit(idea=idea.key, by=act(asked))
    assert not waiting.all().exists()
