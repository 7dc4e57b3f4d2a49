"""An idea may have many kept versions: their page stays under 60 kB raw, and any two of them are compared."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import IdeaContent
from incubator.lib import clock
from tests.factories import IdeaFactory, PersonFactory

pytestmark = pytest.mark.django_db
ROWS, MOST = 300, 60_000


def test_versions() -> None:
    author = PersonFactory(employed=True)
    idea = IdeaFactory(author=author, live=True)
    content = IdeaContent.objects.get(idea=idea)
    versions = []
    for version in range(1, ROWS + 1):
        row = IdeaContent.objects.get(pk=content.pk)
        row.version, row.pitch = version, f"Version {version} de la phrase."
        versions.append(row)
    IdeaContent.history.all().delete()
    IdeaContent.history.bulk_history_create(
        versions, update=True, default_user=author, default_change_reason="saved", default_date=clock.now()
    )
    client, found, path = (
        Client(headers={"accept-language": "en"}),
        [],
        reverse("idea-versions", args=[idea.key]),
    )
    client.force_login(author)
    while path:
        answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) <= MOST
        found += [int(number) for number in re.findall(r'<th scope="row">(\d+)</th>', answer.text)]
        older = re.search(r'href="(\?before=\d+)"', answer.text)
        path = reverse("idea-versions", args=[idea.key]) + older[1] if older else ""
    assert found == list(range(ROWS, 0, -1))
    far = client.get(reverse("idea-versions", args=[idea.key]), {"from": "2", "to": "299"})
    assert "From version 2 to version 299" in far.text
    assert (
        client.get(reverse("idea-versions", args=[idea.key]), {"from": "2", "to": "301"}).status_code == 404
    )
