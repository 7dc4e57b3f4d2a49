"""Lists that grow: no page is heavier than 60 kB raw, whatever their length, and what is left out is a link away."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people.models import Person
from tests.factories import GateRoundFactory, PersonFactory
from tests.gates import stage
from workflows.gates.models import Configuration, GateRound, Seat

pytestmark = pytest.mark.django_db
ROWS, MOST = 300, 60_000
LONG = "Un vélo-cargo pour les aides à domicile du quartier de la gare"


def walked(person: Person, address: str, link: str, row: str) -> list[str]:
    """What `row` finds on each page, from one to the next by `link`, until there is none; each is light enough."""
    client, found, path = stage.signed_in(person), [], address
    for _page in range(ROWS):
        answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) <= MOST
        found += re.findall(row, answer.text)
        following = re.search(rf'href="(\?{link}=[^"]+)"', answer.text)
        if following is None:
            return found
        path = address + following[1].replace("&amp;", "&")
    raise AssertionError("the pages do not end")


def titled(number: int) -> str:
    return f"{LONG} {number:03}"


@pytest.fixture
def person() -> Person:
    found: Person = PersonFactory(employed=True)
    return found


def seats(person: Person, state: str) -> None:
    first = GateRoundFactory()
    base, round_ = vars(first.idea), vars(first)
    skipped = {"_state", "id", "key", "number", "title", "_prefetched_objects_cache"}
    same = {name: value for name, value in base.items() if name not in skipped and name in columns(Idea)}
    ideas = Idea.objects.bulk_create(
        Idea(**same, number=700_000 + place, title=titled(place)) for place in range(ROWS)
    )
    same = {
        name: round_[name] for name in columns(GateRound) if name not in ("id", "key", "idea_id", "due_at")
    }
    rounds = GateRound.objects.bulk_create(
        # Three are due at the same time, as after a session.
        GateRound(**same, idea=idea, due_at=first.due_at + timedelta(hours=place // 3))
        for place, idea in enumerate(ideas)
    )
    now = clock.now()
    left = None if state == "open" else now
    Seat.objects.bulk_create(
        Seat(round=one, person=person, state=state, seated_at=now, left_at=left) for one in rounds
    )


def columns(model: Any) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}


def test_open_seats(person: Person) -> None:
    seats(person, "open")
    found = walked(person, reverse("reviews"), "seats", rf"{LONG} (\d+)")
    assert [int(number) for number in found] == list(range(ROWS))


def test_decisions_that_wait(person: Person) -> None:
    seats(person, "closed")
    ideas = list(Idea.objects.filter(title__startswith=LONG).order_by("title"))
    now = clock.now()
    WorkItem.objects.bulk_create(
        WorkItem(
            person=person,
            key=f"decide:{place}",
            verb="decide",
            subject_kind="idea",
            subject_key=idea.key,
            subject_title=idea.title,
            url=f"/decide/{idea.key}",
            opened_at=now,
            due_at=None if place >= ROWS - 40 else now + timedelta(hours=place // 3),
        )
        for place, idea in enumerate(ideas)
    )
    found = walked(person, reverse("reviews"), "decisions", rf'href="/decide/[^"]+">[^<]*{LONG} (\d+)')
    assert [int(number) for number in found] == list(range(ROWS))


def test_versions_of_a_configuration() -> None:
    lead: Person = PersonFactory(employed=True, role="programme_lead")
    programme = GateRoundFactory().idea.programme
    now = clock.now()
    Configuration.objects.bulk_create(
        Configuration(
            programme=programme,
            version=version,
            state="published" if version == 1 else "retired",
            document={},
            begun_at=now,
            changed_at=now,
            changed_by=lead,
            checked_sha256="0" * 64,
            published_at=now,
            retired_at=None if version == 1 else now,
        )
        for version in range(1, ROWS + 1)
    )
    found = walked(
        lead, reverse("configurations"), f"programme={programme.key}&amp;before", r">Version (\d+)<"
    )
    assert [int(number) for number in found] == list(range(ROWS, 0, -1))
