"""Agenda and minutes: a row in the act's transaction, the PDF by a job."""

from procrastinate.contrib.django import app

from ideas.drafting.models import Idea
from incubator.lib import clock, files
from incubator.lib.deferring import defer
from workflows.sessions.models import SelectionSession, SessionDocument


def ask_document(session: SelectionSession, kind: str) -> SessionDocument:
    """Make the document's row and defer the job that renders it; an edition after the first replaces it."""
    before = SessionDocument.objects.filter(session=session, kind=kind).count()
    document = SessionDocument.objects.create(
        session=session, kind=kind, edition=before + 1, asked_at=clock.now()
    )
    task = app.configure_task("sessions.render", lock=f"session_document:{document.pk}")
    defer(task, document_id=document.pk, at=clock.moved_to())
    return document


def on_masked(idea: Idea) -> None:
    """What is masked of an idea has changed: the papers that print its name are made anew."""
    for session in SelectionSession.objects.filter(lines__idea=idea).distinct():
        kinds = SessionDocument.objects.filter(session=session).order_by("kind")
        for kind in kinds.values_list("kind", flat=True).distinct():
            ask_document(session, kind)


def finish(document: SessionDocument, content: bytes) -> None:
    """Keep the file; a second job finds it ready and changes nothing."""
    SessionDocument.objects.filter(pk=document.pk).exclude(state="ready").update(
        state="ready", sha256=files.put(content), failure=""
    )


def give_up(document: SessionDocument, reason: str) -> None:
    SessionDocument.objects.filter(pk=document.pk).exclude(state="ready").update(
        state="failed", failure=reason[:20]
    )
