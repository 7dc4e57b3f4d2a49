"""Agenda and minutes: rows in the act's transaction, the PDF files by jobs."""

from django.conf import settings
from django.db.models import Max
from procrastinate.contrib.django import app

from ideas.drafting.models import Idea
from incubator.lib import clock, files
from incubator.lib.deferring import defer, together
from workflows.sessions.models import SelectionSession, SessionDocument


def ask_document(session: SelectionSession, kind: str) -> None:
    """Make the document's rows, one for each language, and defer the jobs that render them; an edition after the first
    replaces it."""
    before = SessionDocument.objects.filter(session=session, kind=kind).aggregate(last=Max("edition"))
    new = {"session": session, "kind": kind, "edition": (before["last"] or 0) + 1, "asked_at": clock.now()}
    documents = [SessionDocument(language=code, **new) for code, _name in settings.LANGUAGES]
    with together():
        for document in SessionDocument.objects.bulk_create(documents):
            task = app.configure_task("sessions.render", lock=f"session_document:{document.pk}")
            defer(task, document_id=document.pk, at=clock.moved_to())


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
