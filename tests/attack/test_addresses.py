"""Whatever stands in an address or a hidden field is answered by a page, never by a 500."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from incubator.people.forms.rights import GrantForm
from incubator.people.models import Entity
from tests.factories import IdeaFactory, PersonFactory
from workflows.journey import portfolio

pytestmark = pytest.mark.django_db
MANY_DIGITS = "9" * 5_000


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(PersonFactory())
    return client


@pytest.mark.parametrize("chosen", [{"q": "vélo"}, {"sort": "due"}, {"sort": "title"}, {}])
@pytest.mark.parametrize("sort", ["newest", "title"])
def test_the_place_in_one_order_is_the_start_of_another(client, monkeypatch, chosen, sort) -> None:
    monkeypatch.setattr(portfolio, "PAGE", 1)
    for _ in range(3):
        IdeaFactory(live=True, title="Un vélo")
    first = client.get(reverse("portfolio"), {"sort": sort}).context["next_url"]
    after = parse_qs(urlsplit(first).query)["after"][0]
    answer = client.get(reverse("portfolio"), {**chosen, "after": after})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["q", "state", "stage", "programme", "sort", "after"])
@pytest.mark.parametrize("value", ["\x00", "²", "'"])
def test_the_list_of_ideas_takes_any_filter(client, name: str, value: str) -> None:
    assert client.get(reverse("portfolio"), {name: value}).status_code == 200


@pytest.mark.parametrize("after", ["0-²", "1-" + "9" * 40, "\x00", "0-\x00", "~", "2026-01-01T00:00~1", "~²"])
@pytest.mark.parametrize("page", ["messages", "my-work"])
def test_any_place_in_a_list_is_answered(client, page: str, after: str) -> None:
    assert client.get(reverse(page), {"after": after}).status_code == 200


def test_a_message_of_five_thousand_digits_is_nobodys(client) -> None:
    assert client.post(reverse("messages-read"), {"message": MANY_DIGITS}).status_code == 404


def test_a_page_token_that_cannot_be_kept_costs_no_text(client) -> None:
    idea = IdeaFactory()
    author = idea.team.get(role="author").person
    client.force_login(author)
    sent = {"version": "1", "page": "a\x00b", "title": "Un vélo", "part": "1"}
    for name in ("idea-autosave", "idea-edit"):
        answer = client.post(reverse(name, args=[idea.key]), sent)
        assert answer.status_code in (200, 302)
    idea.draft.refresh_from_db()
    assert idea.draft.title == "Un vélo"


def test_an_address_longer_than_is_kept_is_mended(client) -> None:
    sent = {"details-language": "fr", "details-email": "a" * 250 + "@ville.fr"}
    assert client.post(reverse("account-details"), sent).status_code == 422


def test_a_role_until_the_last_day_there_is() -> None:
    form = GrantForm({"last_day": "9999-12-31"}, entities=Entity.objects.all())
    assert "last_day" in form.errors
