"""A brief to be checked, and how it is checked: with a file on the page, or in a terminal."""

import html
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from incubator.lib import files
from incubator.people.actors import Actor
from tests.briefs.decided import decided, submitted_idea
from workflows.briefs import actions, jobs
from workflows.briefs.models import Brief

ROOT = Path(__file__).resolve().parents[2]


def made(**fields: Any) -> Brief:
    """A ready brief, sealed if the test has a seal."""
    # As the panel leaves it open: the file is worked out again from its data.
    decision = decided(submitted_idea(**fields), outcome="go_with_conditions")
    with transaction.atomic():
        brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
    jobs.render_brief(brief.pk)
    brief.refresh_from_db()
    assert brief.state == "ready"
    return brief


def corrected(brief: Brief) -> Brief:
    """The edition that replaces this one, ready with another file."""
    by = Actor(person=brief.decision.decider)
    newer = actions.correct(brief=brief.key, reason="La date de l’avis était fausse.", by=by)
    jobs.render_brief(newer.pk)
    newer.refresh_from_db()
    return newer


def document_of(brief: Brief) -> bytes:
    return files.read(brief.sha256)


def asked(client: Client, document: bytes, name: str = "releve.pdf", **headers: str) -> Any:
    sent = {"file": SimpleUploadedFile(name, document)}
    return client.post("/verify", sent, headers={"Accept-Language": "en"}, **headers)


def verdict_on(client: Client, document: bytes) -> str:
    """The verdict's title, as the page gives it."""
    answer = asked(client, document)
    assert answer.status_code == 200
    title = re.search(r"<h1[^>]*>(.*?)</h1>", answer.content.decode())
    assert title
    return html.unescape(title[1])


def terminal(*arguments: str, language: str = "C", **more: str) -> subprocess.CompletedProcess[str]:
    """bin/verify-brief with neither database nor settings in its environment."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": language, "PYTHONIOENCODING": "utf-8"} | more
    command = [str(ROOT / "bin" / "verify-brief"), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
