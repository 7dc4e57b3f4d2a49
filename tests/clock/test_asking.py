"""Whoever hears that work is late has a page where they say that they have asked; the work stays with its holder."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.messages import wording
from incubator.messages.models import Message
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.clock.test_reminders import ASKED, at, wait
from tests.factories import AbsenceFactory, IdeaFactory, PersonFactory
from tests.sessions.stage import Jury
from tests.sessions.test_reminders import days_pass, settled
from workflows.clock.actions import tick
from workflows.clock.asking import ask_after
from workflows.clock.models import ClockStep

pytestmark = pytest.mark.django_db
LINE = "Un coup de main pour les relevés ?"


@pytest.fixture
def idea() -> Idea:
    with clock.moved(ASKED):
        return IdeaFactory(live=True)


@pytest.fixture
def lead() -> Person:
    return PersonFactory(role="programme_lead")


def late(idea: Idea, holder: Person, verb: str = "check_in") -> str:
    """This work has been late long enough for the lead to hear; its page."""
    wait(idea, holder, verb=verb)
    with clock.moved(at(18)):
        tick()
    return reverse("late-work", args=[idea.key, verb])


def page(person: Person, path: str, **sent: str) -> tuple[int, str]:
    client = Client()
    client.force_login(person)
    given = sent and {"request_key": new_key()} | sent
    response = client.post(path, given, follow=True) if sent else client.get(path)
    return response.status_code, response.text


def waits(person: Person) -> list[str]:
    return list(WorkItem.objects.filter(person=person, closed_at=None).values_list("verb", flat=True))


def test_the_lead_asks_once_in_their_words_and_the_work_stays(idea: Idea, lead: Person) -> None:
    holder = PersonFactory()
    path = late(idea, holder)
    other = PersonFactory(role="programme_lead")
    inbox.open_too(WorkItem.objects.filter(person=lead), [other])
    with clock.moved(at(18, 15)):
        assert path in page(lead, reverse("my-work"))[1]
        shown = page(lead, path)[1]
        assert "en retard" in shown
        assert holder.family_name not in shown, "lateness names a role, not a colleague"
        assert page(lead, path, line=LINE)[0] == 200
    assert (waits(lead), waits(other), waits(holder)) == ([], [], ["check_in"])
    event = Event.objects.get(verb="asked_after")
    assert (event.actor_key, event.payload["works"]) == (lead.key, [f"check_in:{idea.key}"])
    assert LINE not in str(event.payload)
    (message,) = Message.objects.filter(event=event)
    assert message.person == holder
    assert LINE in wording.said(message).more
    with clock.moved(at(18, 16)):
        assert page(lead, path)[0] == 404
        with pytest.raises(Conflict):
            ask_after(late=f"late:check_in:{idea.key}", by=Actor(person=other))
        for day in range(19, 27):
            with clock.moved(at(day)):
                tick()
    assert waits(lead) == [], "the ledger has told this day of it"
    assert ClockStep.objects.filter(step="escalate").count() == 1


def test_another_day_that_passes_is_told_again(idea: Idea, lead: Person) -> None:
    late(idea, PersonFactory())
    ask_after(late=f"late:check_in:{idea.key}", by=Actor(person=lead))
    (message,) = Message.objects.filter(kind="asked_after")
    assert wording.said(message).more
    WorkItem.objects.filter(verb="check_in").update(due_at=at(20, 23))
    with clock.moved(at(27)):
        tick()
    assert waits(lead) == ["late_check_in"]


def test_nobody_else_asks_and_a_deputy_asks_for_the_absent_lead(idea: Idea, lead: Person) -> None:
    holder, deputy = PersonFactory(), PersonFactory()
    path = late(idea, holder)
    AbsenceFactory(person=lead, deputy=deputy, starts_on=at(1).date(), ends_on=at(30).date())
    with clock.moved(at(18, 15)):
        for stranger in (holder, PersonFactory()):
            assert page(stranger, path)[0] == 404
            assert page(stranger, path, line=LINE)[0] == 404
        assert page(deputy, path, line="")[0] == 200
    event = Event.objects.get(verb="asked_after")
    assert (event.actor_key, event.on_behalf_of_key) == (deputy.key, lead.key)


def test_the_idea_page_leads_there_never_to_itself(idea: Idea, lead: Person) -> None:
    path, own = late(idea, PersonFactory()), reverse("idea", args=[idea.key])
    with clock.moved(at(18, 15)):
        assert f'href="{path}"' in page(lead, own)[1]
        WorkItem.objects.filter(person=lead).update(url=own)
        shown = page(lead, own)[1]
    assert "en retard" in shown
    assert f'class="btn" href="{own}"' not in shown


@pytest.mark.usefixtures("quick_briefs")
def test_of_a_session_too(run_jobs: Callable[[], object]) -> None:
    jury = Jury()
    session = settled(jury)
    days_pass(run_jobs)
    path = reverse("late-work", args=[session.key, "decide_session"])
    with clock.moved(clock.now() + timedelta(days=40)):
        assert page(jury.lead, path, line=LINE)[0] == 200
    event = Event.objects.get(verb="asked_after")
    assert (event.subject_kind, event.subject_key) == ("session", session.key)
    assert [one.person for one in Message.objects.filter(event=event)] == [jury.dga]
    assert WorkItem.objects.filter(verb="decide_session", closed_at=None).exists()
