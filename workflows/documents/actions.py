"""A document is a row in the transaction of the request, and a file made by a job.

Having something on paper changes nothing of what it is about: no event, and no lock of an idea.
"""

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app

from incubator.lib import clock, files
from incubator.people.actors import Actor
from workflows.documents import queries, rules
from workflows.documents.models import Document
from workflows.documents.queries.papers import Paper

State = Document.State


def ask(*, found: Paper, by: Actor) -> Document:
    """Have this made, unless it is there or on its way; one that failed, or is awaited for too long, is tried again.

    `found` comes from `queries.paper`, which has asked for the right to it.
    """
    with transaction.atomic():
        document, made = Document.objects.get_or_create(
            record_sha256=queries.record_sha256(found),
            defaults={
                "kind": found.kind,
                "idea": found.idea,
                "session": found.session,
                "language": found.record["language"],
                "record": found.record,
                "total": len(found.record["ideas"]) if found.kind == Document.Kind.PACK else 0,
                "asked_by": by.human,
                "asked_at": clock.now(),
            },
        )
        lost = Q(state=State.PREPARING, asked_at__lt=clock.now() - rules.LONGEST_WAIT)
        failed = Document.objects.filter(Q(state=State.FAILED) | lost, pk=document.pk)
        again = not made and failed.update(
            state=State.PREPARING, failure="", done=0, asked_by=by.human, asked_at=clock.now()
        )
        if made or again:
            app.configure_task("documents.render", lock=f"document:{document.pk}").defer(
                document_id=document.pk, at=clock.moved_to()
            )
    return document


def progressed(document: Document, done: int) -> None:
    """So many of a pack's ideas are laid out."""
    Document.objects.filter(pk=document.pk).exclude(state=State.READY).update(done=done)


def finish(document: Document, content: bytes) -> None:
    """Keep the file; a second job finds it ready and changes nothing."""
    sha256 = files.put(content)
    Document.objects.filter(pk=document.pk).exclude(state=State.READY).update(
        state=State.READY, sha256=sha256, size=len(content), failure="", prepared_at=clock.now()
    )


def give_up(document: Document, reason: str) -> None:
    """Say why it could not be made; asking again, or the job's next try, may still succeed."""
    Document.objects.filter(pk=document.pk).exclude(state=State.READY).update(
        state=State.FAILED, failure=reason[:20]
    )
