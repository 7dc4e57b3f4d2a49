"""What a person noted on their own account may be long: no page is heavier than 60 kB raw."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incubator.lib import clock
from incubator.people.models import Absence, Person, PrivateLink
from tests.factories import PersonFactory, Staff

pytestmark = pytest.mark.django_db
ROWS, MOST = 300, 60_000


def walked(person: Person, link: str, row: str) -> list[str]:
    """What `row` finds on each page of the account, from one to the next; each is light enough."""
    client, found, path = Client(), [], reverse("account")
    client.force_login(person)
    for _page in range(ROWS):
        answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) <= MOST
        found += re.findall(row, answer.text)
        following = re.search(rf'href="(\?{link}=\d+)#{link}"', answer.text)
        if following is None:
            return found
        path = reverse("account") + following[1]
    raise AssertionError("the pages do not end")


def test_absences() -> None:
    person, deputy = PersonFactory(employed=True), PersonFactory(employed=True)
    start = clock.today() + timedelta(days=ROWS)
    # Noted the last first: they are listed by day.
    rows = [
        Absence(person=person, deputy=deputy, starts_on=day, ends_on=day)
        for day in (start - timedelta(days=place) for place in range(ROWS))
    ]
    Absence.objects.bulk_create(rows)
    found = walked(person, "absences", r'action="/[^"]*absence[^"]*/(\d+)[^"]*"')
    assert [int(pk) for pk in found] == [row.pk for row in reversed(rows)]


def test_people_one_would_rather_not_judge() -> None:
    person = PersonFactory(employed=True)
    with Staff() as staff:
        others = [staff.person() for _ in range(ROWS)]
    rows = PrivateLink.objects.bulk_create(PrivateLink(owner=person, other=other) for other in others)
    found = walked(person, "links", r'action="/[^"]*link[^"]*/(\d+)[^"]*"')
    assert [int(pk) for pk in found] == [row.pk for row in rows]
