"""The one way an event is written."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.db import connection

from incubator.events import rules
from incubator.events.models import Event
from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.journal import Entry
from incubator.people.journal import effect as effect


class Subject(NamedTuple):
    """What a chain is about: `kind` is idea, session, programme, call, person or organisation."""

    kind: str
    key: uuid.UUID


# Chains whose lock is held, with their last event as the lock's own query read it; used once, then asked again.
_read: ContextVar[dict[Subject, tuple[int, str]]] = ContextVar("read")


@contextmanager
def reading(subject: Subject, last: tuple[int, str]) -> Iterator[None]:
    """Spare the first event of this block the look at its chain: its lock is held, and `last` was read under it.

    `last`: sequence and hash of the chain's last event, (0, "") for none.
    """
    known = _read.get(None)
    if known is None:
        _read.set(known := {})
    known[subject] = last
    try:
        yield
    finally:
        # Also where a block lies in a block: what the outer one read is old by now.
        known.pop(subject, None)


def append(
    *,
    subject: Subject,
    verb: str,
    by: Actor,
    payload: dict[str, Any] | None = None,
    effects: Sequence[dict[str, Any]] = (),
) -> Event:
    """Append one event to the subject's chain and return it.

    The caller is in the transaction of its action and holds the subject's lock (the idea's row, the person's
    row …); the unique constraint on the place in the chain is the second belt.
    Raises AssertionError outside a transaction: an event never stands without its change.
    """
    assert connection.in_atomic_block, "an event belongs to the transaction of its action"
    last = (_read.get(None) or {}).pop(subject, None) or _last(subject)
    event = _next(subject, verb, by, payload or {}, effects, last)
    event.save(force_insert=True)
    return event


def _last(subject: Subject) -> tuple[int, str]:
    chain = Event.objects.filter(subject_kind=subject.kind, subject_key=subject.key).order_by("-sequence")
    return chain.values_list("sequence", "hash").first() or (0, "")


def append_each(entries: Sequence[Entry], by: Actor) -> None:
    """One event on each of many chains, in a few statements whatever their number (the HR file's people).

    Each subject at most once; the rules of `append` hold for each.
    """
    assert connection.in_atomic_block, "an event belongs to the transaction of its action"
    last = {
        (kind, key): (sequence, hash_)
        for kind in {entry.kind for entry in entries}
        for key, sequence, hash_ in Event.objects.filter(
            subject_kind=kind, subject_key__in=[entry.key for entry in entries if entry.kind == kind]
        )
        .order_by("subject_key", "-sequence")
        .distinct("subject_key")
        .values_list("subject_key", "sequence", "hash")
    }
    Event.objects.bulk_create(
        [
            _next(Subject(kind, key), verb, by, payload, effects, last.get((kind, key), (0, "")))
            for kind, key, verb, payload, effects in entries
        ],
        batch_size=1000,
    )


def _next(
    subject: Subject,
    verb: str,
    by: Actor,
    payload: dict[str, Any],
    effects: Sequence[dict[str, Any]],
    last: tuple[int, str],
) -> Event:
    event = Event(
        subject_kind=subject.kind,
        subject_key=subject.key,
        sequence=last[0] + 1,
        verb=verb,
        actor_key=by.person.key if by.person else None,
        on_behalf_of_key=by.on_behalf_of.key if by.on_behalf_of else None,
        system=by.system or "",
        payload=payload,
        effects=list(effects),
        happened_at=clock.now(),
        previous_hash=last[1],
    )
    event.hash = rules.event_hash(vars(event))
    return event
