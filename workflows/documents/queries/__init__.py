"""What a person may have on paper: each kind's record, as this person may read it, and the file made of it."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from incubator.events.rules import canonical, sha256
from incubator.lib import clock
from incubator.lib.refusals import NotFound
from incubator.people.models import Person
from workflows.documents import rules
from workflows.documents.models import Document
from workflows.documents.queries import ideas, promises, sessions
from workflows.documents.queries.papers import Paper

# Each raises NotFound for whoever may not read it, whatever is there.
GATHERED: dict[str, Callable[[UUID, Person], Paper]] = {
    Document.Kind.RECEIPT: ideas.receipt,
    Document.Kind.LETTER: ideas.letter,
    Document.Kind.LEARNING: ideas.learning,
    Document.Kind.CERTIFICATE: ideas.certificate,
    Document.Kind.PROMISE: promises.promise,
    Document.Kind.TIME_RELEASE: promises.time_release,
    Document.Kind.PACK: sessions.pack,
}


def paper(kind: str, key: UUID, person: Person) -> Paper:
    """What this document would say to this person now. The right to it is asked here, each time.

    `key`: of the idea (receipt, learning, certificate), decision (letter), pledge, time release or session.
    Raises NotFound; Conflict, saying when, for what may not be on paper yet.
    """
    gather = GATHERED.get(kind)
    if gather is None:
        raise NotFound(_("There is no such document."))
    return gather(key, person)


def record_sha256(found: Paper) -> str:
    return sha256(canonical(found.record))


def made_of(found: Paper) -> Document | None:
    """The document of exactly this record: one made of what was true, or could be read, before is not it."""
    return Document.objects.filter(record_sha256=record_sha256(found)).first()


def is_lost(document: Document) -> bool:
    """Whether it is awaited for so long that nothing makes it any more."""
    waits = document.state == Document.State.PREPARING
    return waits and document.asked_at < clock.now() - rules.LONGEST_WAIT


def files_named(sha256s: Collection[str]) -> set[str]:
    """Which of these files is a document."""
    return set(Document.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True))


def held_about(person: Person) -> list[dict[str, Any]]:
    """For the person's own copy of their data: the documents they had made."""
    rows = Document.objects.filter(asked_by=person).order_by("pk")
    return [
        {"kind": row.kind, "asked_at": row.asked_at.isoformat(), "record_sha256": row.record_sha256}
        for row in rows.only("kind", "asked_at", "record_sha256")
    ]
