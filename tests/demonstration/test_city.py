"""A small city, played whole: its chains hold, its ideas stand where their stories left them."""

from datetime import date
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.inbox.models import WorkItem
from incubator.messages.models import Message
from incubator.people import demo
from incubator.people.models import Person
from incubator.people.sign_in import StaffNumberBackend
from workflows.demonstration import city
from workflows.demonstration.keys import dice
from workflows.demonstration.schedule import Diary
from workflows.gates.replay import replay

pytestmark = pytest.mark.django_db
SHOWN = date(2026, 11, 22)


def found(ideas: int) -> city.Found:
    return city.found(size=city.Size(300, ideas), seed=7, until=SHOWN, precedents=False)


def test_a_small_city_stands(settings: Any) -> None:
    made = found(12)
    assert made.ideas == 12
    assert made.broke_off == []
    assert events.verify().broken == []
    replayed = list(replay())
    assert len(replayed) > 12
    assert [one for one in replayed if one.differences] == []
    states = set(Idea.objects.values_list("state", "stage"))
    assert {("in_service", "evaluation"), ("live", "pilot"), ("held", "review"), ("draft", "")} <= states
    assert WorkItem.objects.filter(verb="vote", closed_at=None).exists()
    assert set(ProcrastinateJob.objects.values_list("task_name", "status")) == {("briefs.render", "todo")}
    assert set(Message.objects.values_list("mail", flat=True)) == {"none"}
    with pytest.raises(city.NotEmpty):
        found(1)
    person = Person.objects.filter(is_active=True, password__contains=demo.MARK).order_by("pk")[0]
    assert StaffNumberBackend().authenticate(None, person.staff_number, demo.PIN) == person
    settings.PRODUCTION = True
    assert StaffNumberBackend().authenticate(None, person.staff_number, demo.PIN) is None


def test_production_has_no_demo(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(city.NotEmpty):
        found(1)
    assert not Person.objects.exists()


@pytest.mark.parametrize("shown", [date(2026, 5, 11), date(2027, 1, 2), date(2026, 11, 23)])
def test_a_story_fits_whatever_the_day(shown: date) -> None:
    diary = Diary(date.fromordinal(shown.toordinal() - 9), shown, dice(1))
    instants = [diary.now, *(diary.later(2) for _ in range(4))]
    assert instants == sorted(set(instants))
    assert instants[-1].date() < shown
