"""Agenda and minutes as real PDFs."""

import io

import pypdf
import pytest

from incubator.lib.pdf_process import render_in_process
from tests.sessions import stage
from tests.sessions.stage import Jury
from workflows.sessions.models import SessionDocument
from workflows.sessions.papers import html_of, stylesheet

pytestmark = pytest.mark.django_db


def test_both_papers_are_laid_out() -> None:
    jury = Jury()
    stage.at_selection(jury, title="Un vélo-cargo")
    session = stage.settled(jury, [3])
    for kind, word in (("agenda", "Auditions"), ("minutes", session.record_sha256[:8])):
        document = SessionDocument(session=session, kind=kind, asked_at=session.prepared_at)
        made = render_in_process(html_of(document), stylesheet=stylesheet())
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
        assert "vélo-cargo" in text
        assert word in text
