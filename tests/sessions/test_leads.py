"""A lead comes or goes while a session runs: it goes on as it was, and what it asks of a lead is asked of who leads now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates import jobs as gates_jobs
from workflows.sessions import actions
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
