"""An entity's closing days: who notes them, what is refused, what is counted with them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.lib.working_days import named_holidays
from incubator.people import actions, closings
from incubator.people.actors import Actor
from incubator.people.models import Entity
from tests.briefs.decided import submitted_idea
from tests.factories import EntityFactory, PersonFactory
from workflows.journey import windows

pytestmark = pytest.mark.django_db
# A Monday.
MORNING = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
CHRISTMAS = {"first_day": date(2026, 12, 24), "last_day": date(2027, 1, 3)}


@pytest.fixture(autouse=True)
def on_a_monday() -> Any:
    with clock.moved(MORNING):
        yield


def administrator() -> Actor:
    return Actor(person=PersonFactory(role="administrator", language="en"))


def close(**more: Any) -> Entity:
    given: dict[str, Any] = {"entity": EntityFactory(), "by": administrator(), **CHRISTMAS} | more
    return actions.close_days(**given)


def test_only_what_would_be_worked_is_kept_and_one_event_tells_it() -> None:
    by = administrator()
    kept = close(by=by).closing_days
    assert [day.isoformat() for day in kept] == [
        "2026-12-24", "2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31",
    ]  # fmt: skip
    assert by.person is not None
    event = Event.objects.get(verb="days_closed")
    assert (event.subject_key, event.actor_key) == (EntityFactory().subject_key, by.person.key)
    assert event.effects == [{"what": "closing_days", "to": "2026-12-24", "until": "2026-12-31", "days": 5}]


def test_a_deadline_set_afterwards_counts_them_and_no_stored_one_moves() -> None:
    idea = submitted_idea()
    item = WorkItem.objects.create(
        person=PersonFactory(),
        subject_kind="idea",
        subject_key=idea.key,
        opened_at=MORNING,
        due_at=datetime(2026, 12, 29, 22, 59, 59, tzinfo=UTC),
    )
    handed = datetime(2026, 12, 22, 9, 0, tzinfo=UTC)
    assert windows.end_from(idea, handed, 3) == datetime(2026, 12, 28, 22, 59, 59, tzinfo=UTC)
    idea.programme.entity = close()
    assert windows.end_from(idea, handed, 3) == datetime(2027, 1, 5, 22, 59, 59, tzinfo=UTC)
    before, item = item.due_at, WorkItem.objects.get(pk=item.pk)
    assert item.due_at == before


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ((date(2026, 12, 24), date(2026, 12, 23)), "last_day"),
        ((date(2026, 11, 27), date(2026, 12, 2)), "first_day"),
        ((date(2026, 12, 5), date(2026, 12, 6)), "first_day"),
        ((date(2026, 12, 25), date(2026, 12, 25)), "first_day"),
        ((date(2028, 12, 29), date(2029, 1, 2)), "last_day"),
        ((date(2027, 1, 4), date(2027, 3, 8)), "last_day"),
    ],
)
def test_what_is_refused_is_said_at_its_field(days: tuple[date, date], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        close(first_day=days[0], last_day=days[1])
    assert list(refusal.value.fields) == [field]
    assert not EntityFactory().closing_days
    assert not Event.objects.filter(verb="days_closed").exists()


def test_the_same_days_are_closed_once() -> None:
    close()
    with pytest.raises(Invalid):
        close()
    assert len(close(last_day=date(2027, 1, 4)).closing_days) == 6


def test_only_days_to_come_are_reopened() -> None:
    entity, by = close(), administrator()
    with clock.moved(datetime(2026, 12, 28, 8, 0, tzinfo=UTC)):
        entity = actions.reopen_days(entity=entity, by=by, **CHRISTMAS)
        assert entity.closing_days == [date(2026, 12, 24), date(2026, 12, 28)], "today is counted already"
        event = Event.objects.get(verb="days_reopened")
        assert event.effects[0] | {"from": "2026-12-29", "until": "2026-12-31", "days": 3} == event.effects[0]
        with pytest.raises(Conflict):
            actions.reopen_days(entity=entity, by=by, **CHRISTMAS)


def test_stretches_go_over_what_is_not_worked() -> None:
    days = [date(2026, 12, 31), date(2026, 12, 24), date(2026, 12, 28), date(2027, 5, 7)]
    found = closings.stretches(days, country="FR")
    # From Thursday 24 over Christmas and the weekend; the 29th and the 30th are worked.
    assert [(one.first.day, one.last.day, one.days) for one in found] == [(24, 28, 2), (31, 31, 1), (7, 7, 1)]


@pytest.mark.parametrize(
    ("language", "named"), [("fr", "Fête nationale"), ("en", "National Day"), ("nl", "Fête nationale")]
)
def test_public_holidays_have_their_names(language: str, named: str) -> None:
    assert (date(2027, 7, 14), named) in named_holidays("FR", 2027, language)
    assert named_holidays("", 2027, language) == ()


@pytest.mark.parametrize("role", ["programme_lead", "hr_desk", None])
def test_only_an_administrator_of_the_entity(client: Client, role: str | None) -> None:
    person = PersonFactory(role=role) if role else PersonFactory()
    entity = close()
    for act in (actions.close_days, actions.reopen_days):
        with pytest.raises(NotAllowed):
            act(entity=entity, by=Actor(person=person), **CHRISTMAS)
    client.force_login(person)
    assert client.get(reverse("entities")).status_code == 403
    assert client.get(reverse("entity", args=[entity.key])).status_code == 404
    assert client.post(reverse("close-days", args=[entity.key]), {}).status_code == 404
    assert client.post(reverse("reopen-days", args=[entity.key]), {}).status_code == 404


def test_on_the_page(client: Client) -> None:
    entity, other = EntityFactory(), EntityFactory(key="metropole", name="Métropole")
    client.force_login(PersonFactory(role="administrator", role__entity=entity, language="en"))
    assert reverse("entities") in client.get(reverse("account")).text
    sent = {"closing-first_day": "2026-12-24", "closing-last_day": "2027-01-03"}
    answer = client.post(reverse("close-days", args=[entity.key]), sent)
    assert answer["Location"] == reverse("entity", args=[entity.key]) + "?year=2026"
    text = client.get(answer["Location"]).text
    assert "From 24\u00a0December to 31\u00a0December" in text
    assert "Christmas Day" in text
    assert other.name not in text
    assert client.post(reverse("close-days", args=[other.key]), sent).status_code == 404
    refused = client.post(reverse("close-days", args=[entity.key]), sent)
    assert refused.status_code == 422
    assert "Nobody works on these days anyway" in refused.text
    for year in ("2027", "1", "x", "9" * 30):
        assert client.get(reverse("entities"), {"year": year}).status_code == 200
    assert client.post(reverse("reopen-days", args=[entity.key]), sent).status_code == 302
    entity.refresh_from_db()
    assert entity.closing_days == []
    assert client.post(reverse("reopen-days", args=[entity.key]), {}).status_code == 422
