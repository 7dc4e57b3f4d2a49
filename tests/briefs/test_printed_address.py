"""What the address printed on a brief tells to whoever holds the paper."""

import html
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from incubator.lib.seals.configuration import SealSettings
from incubator.people.actors import Actor
from tests.briefs.checked import made
from tests.briefs.decided import decided, submitted_idea
from workflows.briefs import actions
from workflows.briefs.models import new_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs")]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


def test_the_printed_address_tells_no_more_than_the_paper(
    client: Client, city_seal: SealSettings, small_briefs: list[str]
) -> None:
    brief = made(confidential=True)
    assert f"/verify/{brief.token}" in small_briefs[-1]
    assert 'class="square"' in small_briefs[-1]
    answer = client.get(f"/verify/{brief.token}", headers={"Accept-Language": "en"})
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    for fact in ("Brief No. 2026/1 is in force", brief.number, "Go on", "12\xa0November 2026"):
        assert fact in text, fact
    decision = brief.decision
    for kept_back in (decision.round.idea.title, decision.decider.family_name, str(brief.key), brief.sha256):
        assert kept_back not in text
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("token", ["A" * 22, "short", "x" * 100, "%2E%2E", "é" * 22])
def test_an_unknown_address_says_so_and_how_to_go_on(client: Client, token: str) -> None:
    made()
    answer = client.get(f"/verify/{token}", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "No brief has this address" in html.unescape(answer.content.decode())
    assert 'href="/verify"' in answer.content.decode()


def test_a_brief_that_is_not_ready_has_no_page_yet(client: Client) -> None:
    decision = decided(submitted_idea())
    with transaction.atomic():
        brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
    assert client.get(f"/verify/{brief.token}").status_code == 404


def test_the_page_says_of_an_address_what_it_may_hold(client: Client) -> None:
    page = client.get("/verify", headers={"Accept-Language": "en"}).content.decode()
    assert "letters, digits, - and _" in page
    assert set(ascii_letters + digits + "-_") >= set("".join(new_token() for _ in range(50)))


def test_an_address_that_is_typed_leads_to_its_page(client: Client) -> None:
    brief = made()
    for typed in (brief.token, f"https://ville.example/verify/{brief.token}/"):
        answer = client.get("/verify", {"address": typed})
        assert answer["Location"] == f"/verify/{brief.token}"
    assert client.get("/verify", {"address": ""}).status_code == 200
