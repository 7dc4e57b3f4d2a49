"""Replays sessions from their frozen record: the list follows from it, and today's places from who left since."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT

from incubator.events.models import Event
from workflows.gates.records import record_sha256
from workflows.gates.replay import Replayed
from workflows.sessions import rules
from workflows.sessions.actions.places import list_ends_at
from workflows.sessions.models import SelectionSession, SessionIdea


def sessions(programme: str = "", since: date | None = None) -> Iterator[Replayed]:
    """Every session with a settled list, oldest first, then those whose list is gone: a source of `gates.replay`.

    In constant memory.
    """
    sealed = Event.objects.filter(
        subject_kind="session", subject_key=OuterRef("key"), verb="session_settled"
    ).values(sha256=KT("payload__record_sha256"))
    found = (
        SelectionSession.objects.filter(record__isnull=False)
        .select_related("call__programme__entity")
        .annotate(sealed=Subquery(sealed[:1]))
        .order_by("pk")
    )
    if programme:
        found = found.filter(call__programme__key=programme)
    if since is not None:
        found = found.filter(settled_at__date__gte=since)
    for session in found.iterator(chunk_size=200):
        yield Replayed(f"session {session.key}", differences(session, session.sealed))
    for event in _gone(programme, since).iterator(chunk_size=200):
        yield Replayed(f"session {event.subject_key}", ["gone"])


def _gone(programme: str, since: date | None) -> QuerySet[Event]:
    """What the chains say was settled, without a record in the rows."""
    sessions = SelectionSession.objects.filter(key=OuterRef("subject_key"))
    found = Event.objects.filter(subject_kind="session", verb="session_settled").order_by("pk")
    found = found.filter(~Exists(sessions.filter(record__isnull=False)))
    if programme:
        found = found.filter(Exists(sessions.filter(call__programme__key=programme)))
    if since is not None:
        found = found.filter(happened_at__date__gte=since)
    return found


def differences(session: SelectionSession, sealed: str | None) -> list[str]:
    """Codes, in order; empty when all is equal. `sealed`: the record's hash in the session's chain.

    `record`, `chain`: the record is not what its hash says, in the row or in the chain · `outcome`: the rules give
    another list · `places`: today's places do not follow · `unreadable`: the rules cannot read it.
    """
    record: Mapping[str, Any] = session.record or {}
    found = [] if record_sha256(dict(record)) == session.record_sha256 else ["record"]
    if sealed != session.record_sha256:
        found.append("chain")
    try:
        if rules.outcome(record) != record["outcome"]:
            found.append("outcome")
        elif not _places_follow(session, record):
            found.append("places")
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        found.append("unreadable")
    return found


def _places_follow(session: SelectionSession, record: Mapping[str, Any]) -> bool:
    """Whether each idea still there has what follows from the record and from those that left, in their order."""
    end = list_ends_at(session)
    lines = list(SessionIdea.objects.filter(session=session).select_related("idea"))
    gone = sorted(
        # Who left after the waiting list had ended gave a place to nobody.
        (line for line in lines if line.left_number is not None and line.left_at and line.left_at <= end),
        key=lambda line: line.left_number or 0,
    )
    results = rules.standing(record, [str(line.idea.key) for line in gone]).results
    return all(results[str(line.idea.key)] == line.result for line in lines if line.left_at is None)
