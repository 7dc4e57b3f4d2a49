"""Agenda and minutes: rows in the act's transaction, the PDF files by jobs."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from ideas.drafting.models import Idea
from incubator.lib import clock, files
from incubator.lib.deferring import defer, together
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor
from workflows.sessions.actions.common import check_runs, locked_session
from workflows.sessions.models import SelectionSession, SessionDocument


def ask_document(session: SelectionSession, kind: str) -> None:
    """Make the document's rows, one for each language, and defer the jobs that render them; an edition after the first
    replaces it."""
    before = SessionDocument.objects.filter(session=session, kind=kind).aggregate(last=Max("edition"))
    new = {"session": session, "kind": kind, "edition": (before["last"] or 0) + 1, "asked_at": clock.now()}
    documents = [SessionDocument(language=code, **new) for code, _name in settings.LANGUAGES]
    _prepare(SessionDocument.objects.bulk_create(documents))


def _prepare(documents: Iterable[SessionDocument]) -> None:
    with together():
        for document in documents:
            task = app.configure_task("sessions.render", lock=f"session_document:{document.pk}")
            defer(task, document_id=document.pk, at=clock.moved_to())


def prepare_again(*, session_key: UUID, kind: str, by: Actor) -> None:
    """Have the newest edition made again where it could not be produced. Nothing is decided by it: no event.

    Raises NotAllowed for whoever does not run the session, Conflict when nothing of it failed.
    """
    with locked_session(session_key) as session:
        check_runs(session, by)
        made = SessionDocument.objects.filter(session=session, kind=kind)
        newest = made.order_by("-edition").values("edition")[:1]
        failed = list(made.filter(edition=newest, state="failed").order_by("pk"))
        if not failed:
            raise Conflict(
                _("This document is there already, or on its way. Open it again."), code="session.document"
            )
        made.filter(pk__in=[one.pk for one in failed]).update(
            state="preparing", failure="", asked_at=clock.now()
        )
        _prepare(failed)


def on_masked(idea: Idea) -> None:
    """What is masked of an idea has changed: papers that print its name are made anew. The caller holds its lock."""
    # The newest first, as wherever an idea's sessions are locked; another idea's act may number the same papers.
    held = SelectionSession.objects.filter(lines__idea=idea).order_by("-pk").distinct()
    for key in held.values_list("key", flat=True):
        with locked_session(key) as session:
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
