"""The charter: signed, declined with a word why, or neither yet; and what everyone reads of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Invalid, NotAllowed
from incubator.people import actions
from incubator.people.actors import Actor
from incubator.people.models import Entity, Person
from tests.factories import DepartmentFactory, EntityFactory, PersonFactory

pytestmark = pytest.mark.django_db
WHY = "Le comité social territorial l’examine encore."


def answered(answer: str, **more: Any) -> Entity:
    by = Actor(person=PersonFactory(role="administrator"))
    given: dict[str, Any] = {"entity": EntityFactory(), "on": date(2026, 3, 2), "by": by} | more
    return actions.answer_charter(answer=answer, **given)


def read_by(person: Person | None) -> str:
    client = Client(headers={"Accept-Language": "en"})
    if person is not None:
        Person.objects.filter(pk=person.pk).update(language="en")
        client.force_login(person)
    text: str = client.get(reverse("charter")).text
    return text.replace("\u00a0", " ")


def test_the_page_says_which_it_is_for_the_reader_s_entity() -> None:
    person, city = PersonFactory(employed=True), EntityFactory()
    assert f"{city} has not signed these promises yet." in read_by(person)
    answered("signed")
    assert f"{city} signed these promises on 2 March 2026." in read_by(person)
    answered("declined", because=f" {WHY} ")
    text = read_by(person)
    assert f"{city} declined to sign these promises on 2 March 2026, because: “{WHY}”" in text
    assert "signed these promises on" not in text
    answered("open")
    assert f"{city} has not signed these promises yet." in read_by(person)


def test_each_reads_of_their_own_entity_and_a_stranger_of_every_employer() -> None:
    city, other = EntityFactory(), EntityFactory(key="metropole", name="Métropole")
    EntityFactory(key="paris", name="Paris, whose projects are only read here")
    DepartmentFactory(entity=other)
    answered("signed", entity=other)
    here, elected = PersonFactory(employed=True), PersonFactory(mandate="elected", mandate__entity=other)
    assert city.name in read_by(here)
    assert other.name not in read_by(here)
    assert f"{other} signed" in read_by(elected)
    assert city.name not in read_by(elected)
    for stranger in (None, PersonFactory()):
        text = read_by(stranger)
        assert f"{city} has not signed" in text
        assert f"{other} signed" in text
        assert "Paris" not in text


def test_an_answer_leaves_one_event_without_its_words() -> None:
    answered("declined", because=WHY)
    answered("declined", because=WHY)
    event = Event.objects.get(verb="charter_answered")
    assert event.subject_key == EntityFactory().subject_key
    said = event.effects[0]
    assert (said["from"], said["to"], said["on"]) == ("open", "declined", "2026-03-02")
    assert WHY not in str(event.effects)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answer": "perhaps"}, "answer"),
        ({"answer": "signed", "on": None}, "on"),
        ({"answer": "declined", "on": None, "because": WHY}, "on"),
        ({"answer": "declined", "because": "  "}, "because"),
    ],
)
def test_what_is_refused_is_said_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        answered(**given)
    assert list(refusal.value.fields) == [field]
    with pytest.raises(Invalid):
        answered("signed", on=clock.today() + timedelta(days=2))
    assert not Event.objects.filter(verb="charter_answered").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"declined_charter_on": date(2026, 3, 2)},
        {"declined_charter_because": WHY},
        {"signed_charter_on": date(2026, 3, 2), "declined_charter_on": date(2026, 3, 2)},
    ],
)
def test_the_database_holds_the_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Entity.objects.filter(pk=EntityFactory().pk).update(**wrong)


def test_on_the_page_of_an_administrator(client: Client) -> None:
    entity, other = EntityFactory(), EntityFactory(key="metropole", name="Métropole")
    client.force_login(PersonFactory(role="administrator", role__entity=entity, language="en"))
    page = reverse("entity", args=[entity.key])
    sent = {"charter-answer": "declined", "charter-on": "2026-03-02"}
    refused = client.post(reverse("answer-charter", args=[entity.key]), sent)
    assert refused.status_code == 422
    assert "Say in a word why" in refused.text
    sent |= {"charter-because": WHY}
    assert client.post(reverse("answer-charter", args=[entity.key]), sent)["Location"] == page
    assert WHY in client.get(page).text
    assert client.post(reverse("answer-charter", args=[other.key]), sent).status_code == 404


def test_only_an_administrator_of_the_entity() -> None:
    with pytest.raises(NotAllowed):
        answered("signed", by=Actor(person=PersonFactory(role="programme_lead")))
