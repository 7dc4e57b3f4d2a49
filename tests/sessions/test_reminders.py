"""The decisions of a session and its closing are reminded of, and their lateness is told to whoever is above."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.messages.models import Message
from incubator.people.models import Person
from tests.factories import AbsenceFactory, PersonFactory
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.clock import duties
from workflows.clock.actions import tick
from workflows.clock.models import ClockStep
from workflows.clock.sweep import sweep
from workflows.gates.actions.rounds import due_after
from workflows.sessions import actions
from workflows.sessions.models import SelectionSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[[], object]


@pytest.fixture
def jury() -> Jury:
    return Jury()


def settled(jury: Jury) -> SelectionSession:
    stage.at_selection(jury)
    return stage.settled(jury, [4], heard=2)


def days_pass(run_jobs: Run, count: int = 40) -> None:
    """Each at noon."""
    start = clock.now().replace(hour=11)
    for day in range(1, count):
        with clock.moved(start + timedelta(days=day)):
            tick()
            run_jobs()


def steps(verb: str) -> list[str]:
    return list(
        ClockStep.objects.filter(key__startswith=f"{verb}:").order_by("pk").values_list("step", flat=True)
    )


def told(person: Person, kind: str) -> int:
    return Message.objects.filter(person=person, kind=kind).count()


def test_the_decisions_have_a_day_reminders_and_a_lead_who_hears(jury: Jury, run_jobs: Run) -> None:
    session = settled(jury)
    run_jobs()
    item = WorkItem.objects.get(verb="decide_session", closed_at=None)
    assert item.due_at == due_after(jury.call.programme.entity, 15)
    first = told(jury.dga, "decide_session")
    days_pass(run_jobs)
    assert steps("decide_session") == ["half", "-1", "1", "3", "escalate"]
    assert told(jury.dga, "decide_session") - first == 4
    assert told(jury.lead, "late_decision") == 1
    verbs = Event.objects.filter(subject_kind="session", subject_key=session.key, actor_key=None)
    assert list(verbs.order_by("sequence").values_list("verb", flat=True)) == ["reminded"] * 4 + ["escalated"]
    late = WorkItem.objects.filter(verb="late_decision", closed_at=None)
    assert late.get().person == jury.lead
    stage.decide_all(session, jury)
    with clock.moved(clock.now() + timedelta(days=41)):
        tick()
    assert not late.exists(), "it was decided since"


def test_a_session_that_nobody_closes_is_told_to_the_lead_s_director(jury: Jury, run_jobs: Run) -> None:
    director = PersonFactory(department=jury.lead.posts.get().department, head=True)
    session = settled(jury)
    stage.decide_all(session, jury)
    run_jobs()
    assert WorkItem.objects.get(verb="close_session", closed_at=None).due_at is not None
    days_pass(run_jobs)
    assert steps("close_session") == ["half", "-1", "1", "3", "escalate"]
    assert [one.person for one in WorkItem.objects.filter(verb="late_closing", closed_at=None)] == [director]
    actions.close(session_key=session.key, by=act(jury.lead))
    assert not WorkItem.objects.filter(subject_kind="session", closed_at=None).exists()


def test_nobody_is_late_to_sit(jury: Jury, run_jobs: Run) -> None:
    stage.at_selection(jury)
    session = stage.prepared(jury)
    actions.convene(session_key=session.key, by=act(jury.lead))
    days_pass(run_jobs, 20)
    assert steps("sit_in_session") == []


def test_while_the_decider_is_away_the_deputy_is_reminded(jury: Jury, run_jobs: Run) -> None:
    deputy = PersonFactory(employed=True)
    settled(jury)
    today = clock.today()
    AbsenceFactory(person=jury.dga, deputy=deputy, starts_on=today, ends_on=today + timedelta(days=90))
    days_pass(run_jobs, 20)
    assert told(deputy, "decide_session") >= 1


def test_a_sweep_asks_no_more_for_sessions(jury: Jury, at_most: Callable[[int], object]) -> None:
    settled(jury)
    day = clock.now().replace(hour=11) + timedelta(days=18)
    while day.weekday() > 3:
        day += timedelta(days=1)
    with clock.moved(day), at_most(len(duties.duties()) + 4):  # type: ignore[attr-defined]
        assert sweep() >= 1
    assert steps("decide_session") != []
