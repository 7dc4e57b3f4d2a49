"""A sealed brief: its row, its job, its token; what the database refuses."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from incubator.lib.seals import SealFailed
from incubator.lib.seals.configuration import SealSettings
from incubator.people.actors import Actor
from tests.briefs.checked import document_of, made
from tests.briefs.decided import decided, submitted_idea, triggers_silenced
from tests.briefs.seals import small_pdf
from workflows.briefs import actions, jobs
from workflows.briefs.models import Brief
from workflows.briefs.public import as_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_briefs")]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


def test_a_sealed_file_begins_with_what_was_rendered(city_seal: SealSettings) -> None:
    brief = made()
    document = document_of(brief)
    rendered = small_pdf("Relevé 1", as_bytes(brief.public or {}))
    assert document.startswith(rendered)
    assert brief.unsigned_sha256 == hashlib.sha256(rendered).hexdigest()
    assert brief.size == len(document)
    assert brief.sealed_at is not None
    assert len(brief.seal_certificate) == 64
    assert brief.record["address"].endswith(f"/verify/{brief.token}")


@pytest.mark.parametrize("reason", ["stamp", "seal"])
def test_a_seal_that_fails_is_said_and_a_later_try_mends_it(
    city_seal: SealSettings, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    def fails(document: bytes, **more: str) -> None:
        raise SealFailed(reason)

    decision = decided(submitted_idea())
    with transaction.atomic():
        brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "sealed", fails)
        with pytest.raises(SealFailed):
            jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.failure, brief.sha256) == ("failed", reason, "")
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert (brief.state, brief.failure) == ("ready", "")
    assert brief.sealed_at is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"unsigned_sha256": ""},
        {"sealed_at": None},
        {"seal_certificate": ""},
        {"sealed_at": None, "seal_certificate": ""},
    ],
)
def test_the_database_refuses_a_brief_half_sealed(city_seal: SealSettings, changed: dict[str, Any]) -> None:
    brief = made()
    with triggers_silenced(), pytest.raises(IntegrityError), transaction.atomic():
        Brief.objects.filter(pk=brief.pk).update(**changed)


def test_tokens_are_by_chance_and_one_brief_s(client: Client) -> None:
    one, two = made(), made()
    assert one.token != two.token
    assert re.fullmatch(r"[\w-]{22}", one.token)
    with triggers_silenced(), pytest.raises(IntegrityError), transaction.atomic():
        Brief.objects.filter(pk=two.pk).update(token=one.token)
