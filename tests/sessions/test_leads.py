"""A lead comes or goes while a session runs: it goes on, and what it asks of a lead is asked of who leads now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person, RoleGrant
from tests.factories import AbsenceFactory, DepartmentFactory, PersonFactory, TeamMemberFactory
from tests.gates.stage import signed_in
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates import jobs as gates_jobs
from workflows.gates import leading
from workflows.journey import actions as journey
from workflows.sessions import actions
from workflows.sessions import jobs as session_jobs
from workflows.sessions.models import SelectionSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[..., Any]


@pytest.fixture
def jury() -> Jury:
    return Jury()


def another_lead() -> Person:
    new: Person = PersonFactory(employed=True)
    people.grant_role(person=new, role="programme_lead", by=IMPORT)
    return new


def asked(verb: str) -> list[Person]:
    items = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person")
    return [item.person for item in items.order_by("person__staff_number")]


def prepared(jury: Jury) -> SelectionSession:
    return stage.prepared(jury)


def convened(jury: Jury) -> SelectionSession:
    return actions.convene(session_key=stage.prepared(jury).key, by=act(jury.lead))


def settled(jury: Jury) -> SelectionSession:
    return stage.settled(jury, [4, 3])


@pytest.mark.parametrize("until", [prepared, convened, settled])
def test_a_second_lead_leaves_the_ideas_of_a_running_session_to_it(
    jury: Jury, run_jobs: Run, until: Callable[[Jury], SelectionSession]
) -> None:
    """Nobody is asked of each idea beside the session, and no panel's time is said to be over, night after night."""
    ideas = [stage.at_selection(jury) for _ in range(2)]
    until(jury)
    run_jobs()
    with clock.moved(clock.now() + timedelta(days=60)):
        another_lead()
        run_jobs()
        gates_jobs.a_new_day(timestamp=0)
        run_jobs()
    keys = [idea.key for idea in ideas]
    assert not Event.objects.filter(subject_key__in=keys, verb="opinion_closed").exists()
    assert not WorkItem.objects.filter(subject_key__in=keys, closed_at=None).exists()


def test_an_idea_whose_decision_is_put_off_is_still_asked_about(jury: Jury, run_jobs: Run) -> None:
    idea, _other = [stage.at_selection(jury) for _ in range(2)]
    settled(jury)
    round_ = idea.rounds.get(gate="G1")
    round_.comparison |= {"put_off": True}
    round_.save(update_fields=["comparison"])
    run_jobs()
    another_lead()
    run_jobs()
    assert asked("decide") == [jury.dga]


# --- The only lead goes -------------------------------------------------------------------------------------


@pytest.fixture
def director(jury: Jury) -> Person:
    """Heads the direction where the one lead works."""
    direction = DepartmentFactory()
    jury.lead.posts.update(department=DepartmentFactory(parent=direction))
    found: Person = PersonFactory(department=direction, head=True)
    return found


@pytest.fixture
def decided(jury: Jury, director: Person, run_jobs: Run) -> SelectionSession:
    """Every idea has its decision; the lead is asked to close."""
    [stage.at_selection(jury) for _ in range(2)]
    session = settled(jury)
    stage.decide_all(session, jury)
    run_jobs()
    assert asked("close_session") == [jury.lead]
    return session


def leaves(person: Person) -> None:
    people.depart(person=person, on=clock.today(), by=IMPORT)


def is_taken_back(person: Person) -> None:
    people.end_grant(grant=person.role_grants.get(role="programme_lead"), by=IMPORT)


@pytest.mark.parametrize("goes", [leaves, is_taken_back])
def test_the_leads_director_is_asked_to_close_the_session_and_may(
    decided: SelectionSession, jury: Jury, director: Person, run_jobs: Run, goes: Callable[[Person], None]
) -> None:
    goes(jury.lead)
    run_jobs()
    assert asked("close_session") == [director]
    assert WorkItem.objects.get(verb="close_session", closed_at=None).due_at is not None
    assert signed_in(director).get(reverse("session", args=[decided.key])).status_code == 200
    for stranger in (jury.dga, PersonFactory(employed=True)):
        with pytest.raises(NotAllowed):
            actions.close(session_key=decided.key, by=act(stranger))
    actions.close(session_key=decided.key, by=act(director))
    decided.refresh_from_db()
    assert decided.state == "closed"
    assert decided.documents.filter(kind="minutes").exists()


def test_a_role_that_lapses_with_its_date_does_the_same(
    decided: SelectionSession, jury: Jury, director: Person
) -> None:
    soon = clock.now() + timedelta(hours=1)
    RoleGrant.objects.filter(person=jury.lead, role="programme_lead").update(ends_at=soon)
    with clock.moved(clock.now() + timedelta(days=1)):
        session_jobs.a_new_day(timestamp=0)
    assert asked("close_session") == [director]


def test_a_lead_named_later_is_asked_and_the_director_is_relieved(
    decided: SelectionSession, jury: Jury, director: Person, run_jobs: Run
) -> None:
    leaves(jury.lead)
    run_jobs()
    new = another_lead()
    run_jobs()
    assert asked("close_session") == [new]
    with pytest.raises(NotAllowed):
        actions.close(session_key=decided.key, by=act(director))
    actions.close(session_key=decided.key, by=act(new))


def test_a_lead_beside_others_is_asked_for_the_same_day(
    decided: SelectionSession, jury: Jury, run_jobs: Run
) -> None:
    with clock.moved(clock.now() + timedelta(days=3)):
        new = another_lead()
        run_jobs()
    assert set(asked("close_session")) == {jury.lead, new}
    items = WorkItem.objects.filter(verb="close_session", closed_at=None)
    assert len(set(items.values_list("due_at", flat=True))) == 1


def test_a_director_too_close_to_one_idea_leaves_it_to_a_deputy_director_general(
    decided: SelectionSession, jury: Jury, director: Person, run_jobs: Run
) -> None:
    author = stage.lines(decided)[1].idea.team.get(role="author").person
    people.note_private_link(other=author, by=act(director))
    leaves(jury.lead)
    run_jobs()
    assert asked("close_session") == [jury.dga]
    with pytest.raises(NotAllowed):
        actions.close(session_key=decided.key, by=act(director))


@pytest.mark.usefixtures("director")
def test_neither_the_only_lead_in_a_team_nor_that_members_manager_is_asked(jury: Jury) -> None:
    """The lead's director manages a member of the team then, and nothing of an author goes through their manager."""
    ideas = [stage.at_selection(jury) for _ in range(2)]
    session = settled(jury)
    TeamMemberFactory(idea=ideas[0], person=jury.lead)
    stage.decide_all(session, jury)
    assert asked("close_session") == [jury.dga]


def test_the_directors_deputy_closes_for_them_unless_too_close(
    decided: SelectionSession, jury: Jury, director: Person, run_jobs: Run
) -> None:
    leaves(jury.lead)
    run_jobs()
    author = stage.lines(decided)[0].idea.team.get(role="author").person
    deputies = [author, PersonFactory(employed=True)]
    for deputy in deputies:
        AbsenceFactory(person=director, deputy=deputy, starts_on=clock.today(), ends_on=clock.today())
    with pytest.raises(NotAllowed):
        actions.close(session_key=decided.key, by=act(deputies[0]))
    actions.close(session_key=decided.key, by=act(deputies[1]))
    event = Event.objects.get(subject_key=decided.key, verb="session_closed")
    assert (event.actor_key, event.on_behalf_of_key) == (deputies[1].key, director.key)


def test_a_session_under_way_is_carried_on_by_the_director(
    jury: Jury, director: Person, run_jobs: Run
) -> None:
    [stage.at_selection(jury) for _ in range(2)]
    session = stage.prepared(jury)
    leaves(jury.lead)
    run_jobs()
    actions.convene(session_key=session.key, by=act(director))
    actions.open_session(session_key=session.key, by=act(director))
    actions.cancel(session_key=session.key, by=act(director))
    jury.lead = director
    with pytest.raises(NotAllowed):
        stage.prepared(jury)


def test_who_is_distant_is_asked_as_often_for_many_ideas_as_for_one(jury: Jury, director: Person) -> None:
    ideas = [stage.at_selection(jury) for _ in range(4)]
    found = []
    for some in (ideas[:1], ideas):
        with CaptureQueriesContext(connection) as captured:
            assert leading.free(some, [director]) == [director]
        found.append(len(captured))
    assert found[0] == found[1]


def test_without_anyone_to_decide_the_director_is_asked_instead_of_the_lead(
    jury: Jury, director: Person, run_jobs: Run
) -> None:
    [stage.at_selection(jury) for _ in range(2)]
    people.end_mandate(mandate=jury.dga.mandates.get(), by=IMPORT)
    settled(jury)
    assert asked("decide_session") == [jury.lead]
    leaves(jury.lead)
    run_jobs()
    assert asked("decide_session") == [director]


def test_an_idea_that_moved_up_without_a_decider_is_asked_of_the_next_lead(jury: Jury, run_jobs: Run) -> None:
    jury.lead.mandates.all().delete()
    jury.call.places = 1
    jury.call.save(update_fields=["places"])
    first, _second = [stage.at_selection(jury) for _ in range(2)]
    session = settled(jury)
    stage.decide_all(session, jury)
    run_jobs()
    people.end_mandate(mandate=jury.dga.mandates.get(), by=IMPORT)
    journey.withdraw(idea=first.key, by=act(first.team.get(role="author").person))
    run_jobs()
    assert asked("decide") == [jury.lead]
    new = another_lead()
    run_jobs()
    leaves(jury.lead)
    run_jobs()
    assert asked("decide") == [new]
