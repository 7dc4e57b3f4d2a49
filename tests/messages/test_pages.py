"""My messages, the lead's list of uncertain mails, and the demo's outbox."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from incubator.events.actions import Subject, append
from incubator.inbox import wording as asks
from incubator.lib import clock
from incubator.messages import wording
from incubator.messages.models import Message, Outbox
from incubator.people.actors import CLOCK
from incubator.people.models import Person
from incubator.people.once import new_key
from tests.factories import PersonFactory
from tests.messages.conftest import KEY

pytestmark = pytest.mark.django_db


def say(person: Person, kind: str = "decided", title: str = "Un vélo-cargo", **fields: Any) -> Message:
    event = append(subject=Subject("idea", KEY), verb="tested", by=CLOCK)
    return Message.objects.create(
        person=person,
        event=event,
        kind=kind,
        subject_kind="idea",
        subject_key=KEY,
        subject_title=title,
        url="/ideas/1",
        created_at=clock.now(),
        mail_at=clock.now(),
        **({"parameters": {"gate": "G1", "outcome": "go"}} | fields),
    )


def text(client: Client, person: Person, path: str = "/messages", status: int = 200) -> str:
    client.force_login(person)
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == status
    return response.content.decode()


def test_unread_first_newest_first_and_only_mine(client: Client) -> None:
    person = PersonFactory()
    for title, read in (("old", True), ("older unread", False), ("new read", True), ("new unread", False)):
        say(person, title=f"<{title}>", read=read)
    say(PersonFactory(), title="someone else’s")
    shown = text(client, person)
    order = [shown.index(f"&lt;{title}&gt;") for title in ("new unread", "older unread", "new read", "old")]
    assert order == sorted(order)
    assert "someone else" not in shown


def test_reading_is_marked_by_post_one_or_all_and_never_anothers(client: Client) -> None:
    person, other = PersonFactory(), PersonFactory()
    first, _second, _third = say(person), say(person), say(person)
    theirs = say(other)
    text(client, person)
    assert Message.objects.filter(read=True).count() == 0
    statuses = {}
    for chosen in (str(first.pk), str(first.pk), str(theirs.pk), "x", "9" * 30, "-1"):
        answer = client.post("/messages/read", {"message": chosen, "request_key": new_key()})
        statuses[chosen] = answer.status_code
        assert set(Message.objects.filter(read=True)) == {first}
    assert list(statuses.values()) == [302, 404, 404, 404, 404]


def test_all_at_once(client: Client) -> None:
    person, other = PersonFactory(), PersonFactory()
    for reader in (person, person, other):
        say(reader)
    client.force_login(person)
    assert client.get("/messages/read").status_code == 405
    client.post("/messages/read", {"request_key": new_key()})
    assert set(Message.objects.filter(read=False)) == set(Message.objects.filter(person=other))


def test_pages_show_each_message_once(client: Client) -> None:
    person = PersonFactory()
    for number in range(120):
        say(person, title=f"Item {number:03}", read=number % 3 == 0)
    shown: list[str] = []
    path = "/messages"
    for _ in range(3):
        page = text(client, person, path)
        assert len(page.encode()) < 60_000
        shown += [piece[:3] for piece in page.split("Item ")[1:]]
        _before, _link, after = page.partition('href="?after=')
        path = "/messages?after=" + after.split('"')[0]
    assert len(set(shown)) == 120
    assert path == "/messages?after="


def test_the_same_queries_for_one_and_for_fifty(client: Client) -> None:
    person = PersonFactory()
    counts = []
    for more in (1, 49):
        for _ in range(more):
            say(person)
        client.force_login(person)
        with CaptureQueriesContext(connection) as captured:
            client.get("/messages")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5


def test_the_reader_is_told_when_a_mail_is_uncertain(client: Client) -> None:
    person = PersonFactory()
    say(person, mail="unknown")
    assert "E-mail uncertain" in text(client, person)


def test_the_lead_sees_the_uncertain_mails_of_the_led_programme_only(client: Client) -> None:
    ana, bob = PersonFactory(given_name="Ana"), PersonFactory(given_name="Bob")
    say(ana, mail="unknown", programme_key="idees")
    say(bob, mail="refused", programme_key="autre")
    say(ana, mail="sent", programme_key="idees", title="well received")
    here = PersonFactory(role="programme_lead", role__programme_key="idees")
    everywhere = PersonFactory(role="programme_lead")
    shown = text(client, here, "/messages/unknown")
    assert ("Ana" in shown, "Bob" in shown, "well received" in shown) == (True, False, False)
    assert "Bob" in text(client, everywhere, "/messages/unknown")
    assert "/messages/unknown" in text(client, here)
    assert "/messages/unknown" not in text(client, ana)
    for nobody in (PersonFactory(), PersonFactory(role="administrator"), PersonFactory(is_superuser=True)):
        assert "Ana" not in text(client, nobody, "/messages/unknown", 403)


def test_the_outbox_is_the_demos_only(client: Client, settings: Any) -> None:
    Outbox.objects.create(recipient="ana@x.example", subject="<Hi>", body="See http://a", sent_at=clock.now())
    person = PersonFactory()
    settings.DEMO = False
    text(client, person, "/demo/outbox", 404)
    settings.DEMO = True
    assert "&lt;Hi&gt;" in text(client, person, "/demo/outbox")


def test_the_demos_mail_is_kept(settings: Any) -> None:
    from django.core.mail import send_mail

    settings.EMAIL_BACKEND = "incubator.messages.outbox.Backend"
    assert send_mail("Subject", "Body", None, ["ana@x.example", "bob@x.example"]) == 1
    assert set(Outbox.objects.values_list("recipient", "subject", "body")) == {
        ("ana@x.example", "Subject", "Body"),
        ("bob@x.example", "Subject", "Body"),
    }


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", [*sorted(wording.TEXTS), *sorted(asks.ASKS), "never heard of"])
def test_every_kind_speaks_in_both_languages_with_any_parameters(language: str, kind: str) -> None:
    for parameters in (
        {},
        {
            "gate": "G4",
            "outcome": "scale",
            "number": 12,
            "day": "2026-12-01",
            "due_at": clock.now().isoformat(),
        },
        {"gate": "%(title)s", "outcome": None, "day": "soon", "due_at": 7},
        {"due_at": "2026-13-99", "day": "2026-12-01T00:00:00"},
    ):
        message = Message(
            kind=kind, subject_title="100 % %(x)s", parameters=parameters, created_at=clock.now()
        )
        with translation.override(language):
            said = wording.said(message)
            assert "100 % %(x)s" in said.subject
        if language == "fr":
            with translation.override("en"):
                assert wording.said(message).subject != said.subject


def test_a_due_date_is_said_with_its_day() -> None:
    message = Message(kind="vote", subject_title="A", parameters={"due_at": "2026-11-25T22:59:59+00:00"})
    message.created_at = datetime(2026, 11, 20, tzinfo=UTC)
    with translation.override("en"):
        assert wording.said(message).more == "By Wednesday 25\u00a0November."
        message.created_at = datetime(2026, 11, 26, tzinfo=UTC)
        assert wording.said(message).more == "It was due on Wednesday 25\u00a0November."
