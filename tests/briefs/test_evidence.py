"""The page of evidence: what a brief can be checked by, for those who may read its idea."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from incubator.events.actions import Subject, append
from incubator.lib.seals.configuration import SealSettings
from incubator.people.actors import Actor
from tests.briefs.checked import corrected, made
from tests.briefs.seals import sealed, small_pdf
from tests.factories import PersonFactory
from workflows.briefs import actions, views

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs")]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


def test_the_evidence_page_gives_what_to_check_by(client: Client, city_seal: SealSettings) -> None:
    brief = made()
    newer = corrected(brief)
    client.force_login(PersonFactory(language="en"))
    page = client.get(f"/briefs/{newer.key}/evidence").content.decode()
    for fact in (
        newer.sha256,
        newer.unsigned_sha256,
        newer.seal_certificate,
        newer.record_sha256,
        newer.record["round_sha256"],
        newer.record["public_sha256"],
        'href="/briefs/schema.json"',
        f"/verify/{newer.token}",
        f"/briefs/{brief.key}/evidence",
    ):
        assert fact in page, fact
    # As the paper says it: nobody finds this one by hashing the record.
    salted = "Salted fingerprint of the full record of this gate"
    assert re.search(rf"<dt>{salted}</dt>.*{newer.record['round_sha256']}", page)
    assert f"/briefs/{newer.key}/evidence" in client.get(f"/briefs/{brief.key}/evidence").content.decode()


def test_whoever_reads_a_masked_copy_sees_its_fingerprint_alone(
    client: Client, city_seal: SealSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = made()
    copy = sealed(small_pdf("Copie"), city_seal).document
    actions.keep_masked(brief, ["réel"], copy)
    monkeypatch.setattr(views, "passages_for", lambda idea, person: ["réel"])
    client.force_login(PersonFactory(language="en"))
    page = client.get(f"/briefs/{brief.key}/evidence").content.decode()
    assert hashlib.sha256(copy).hexdigest() in page
    for other in (
        brief.sha256,
        brief.unsigned_sha256,
        brief.record_sha256,
        brief.record["content_sha256"],
        brief.public_sha256,
    ):
        assert other not in page


def test_evidence_does_not_count_what_happens_after_the_decision(client: Client) -> None:
    brief = made()
    client.force_login(PersonFactory(language="en"))
    before = client.get(f"/briefs/{brief.key}/evidence").content.decode()
    assert brief.public["chain"]["head"] in before
    idea = brief.decision.round.idea
    with transaction.atomic():  # a panel's vote, which nobody may count while it sits
        append(
            subject=Subject("idea", idea.key),
            verb="vote_cast",
            by=Actor(person=PersonFactory()),
            payload={},
        )
    after = client.get(f"/briefs/{brief.key}/evidence").content.decode()
    assert facts_of(after) == facts_of(before)


def facts_of(page: str) -> str:
    found = re.search(r'<dl class="facts">.*?</dl>', page, re.DOTALL)
    assert found
    return found[0]


def test_evidence_is_only_for_those_who_may_read_the_idea(client: Client) -> None:
    brief = made(confidential=True)
    assert client.get(f"/briefs/{brief.key}/evidence").status_code == 302
    client.force_login(PersonFactory())
    assert client.get(f"/briefs/{brief.key}/evidence").status_code == 404
