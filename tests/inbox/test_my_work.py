"""The page “My work”: what waits, in at most six queries, whoever stands beside it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incubator.inbox import sections
from incubator.inbox.sections import Section
from incubator.lib import clock
from incubator.people.models import Person
from tests.factories import AbsenceFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "_providers", {"main": [], "aside": []})


def page(client: Client, person: Person, path: str = "/", language: str = "en") -> str:
    client.force_login(person)
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_what_waits_until_when(client: Client, wait: Any) -> None:
    person, absent = PersonFactory(), PersonFactory(given_name="Ana", family_name="Lopes")
    AbsenceFactory(person=absent, deputy=person)
    wait(person, title="Bikes & <b>", due_at=clock.now() + timedelta(days=9), url="/reviews/1")
    wait(person, verb="rework", title="Late", due_at=clock.now() - timedelta(days=2))
    wait(absent, verb="decide", title="Lent")
    shown = page(client, person)
    assert "Three things wait for you" in shown
    assert '<a href="/reviews/1">Give your opinion on “Bikes &amp; &lt;b&gt;”</a>' in shown
    assert "2 days late" in shown
    assert "You stand in for Ana Lopes, who is absent" in shown
    assert shown.index("Late") < shown.index("Bikes") < shown.index("Lent")
    assert shown.count("tag--turn") == 1


def test_what_is_late_with_others_has_a_heading_of_its_own(client: Client, wait: Any) -> None:
    person = PersonFactory()
    wait(person, title="Bikes", due_at=clock.now() + timedelta(days=9))
    wait(person, title="Trains", url="/late", key="late:vote:1", due_at=clock.now() - timedelta(days=9))
    shown = page(client, person)
    assert shown.index("Bikes") < shown.index("Late with others") < shown.index("Trains")
    wait(other := PersonFactory(), title="Trains", url="/late", key="late:vote:1")
    shown = page(client, other)
    assert "Late with others" in shown
    assert "You are up to date" not in shown


def test_it_speaks_french(client: Client, wait: Any) -> None:
    person = PersonFactory()
    wait(person, title="Des vélos")
    shown = page(client, person, language="fr")
    assert "Une chose vous attend" in shown
    assert "Donner un avis sur «\u00a0Des vélos\u00a0»" in shown


def test_nothing_waits(client: Client) -> None:
    assert "Nothing waits for you" in page(client, PersonFactory())


def test_fifty_at_a_time(client: Client, wait: Any) -> None:
    person = PersonFactory()
    for number in range(53):
        wait(person, title=f"Item {number:03}", due_at=clock.now() + timedelta(days=1 + number))
    first = page(client, person)
    assert "53 things wait for you" in first
    assert ("Item 049" in first, "Item 050" in first) == (True, False)
    link = first.split('href="?after=')[1].split('"')[0]
    second = page(client, person, f"/?after={link}")
    assert second.count("Item 0") == 3
    assert "More things that wait for you" in second
    assert 'href="?after=' not in second
    assert len(first.encode()) < 60_000


def test_six_queries_with_one_row_and_with_fifty(client: Client, wait: Any) -> None:
    """Three parts beside the items, as the installation has, each with a query of its own."""
    person = PersonFactory()
    for number in range(3):
        sections.register(
            lambda reader, n=number: Section("ui/docs.html", {"n": Person.objects.count() + n}), aside=True
        )
    counts = []
    for more in (1, 49):
        for _ in range(more):
            wait(person)
        client.force_login(person)
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        counts.append(len(captured))
    assert counts == [6, 6]


def test_rooms_above_stand_beside_it_in_their_order(client: Client) -> None:
    def docs(label: str) -> Any:
        return lambda reader: Section("tests/part.html", {"label": label, "reader": reader})

    sections.register(docs("second"), rank=2)
    sections.register(docs("first"), rank=1)
    sections.register(lambda reader: None)
    sections.register(docs("beside"), aside=True)
    found = sections.of(PersonFactory())
    assert [section.context["label"] for section in found["main"]] == ["first", "second"]
    assert [section.context["label"] for section in found["aside"]] == ["beside"]


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302
