"""The one way an event is written."""

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from incubator.events import rules
from incubator.events.models import Event
from incubator.lib import clock
from incubator.people.actors import Actor


class Subject(NamedTuple):
    """What a chain is about: `kind` is idea, session, programme, call, person or organisation."""

    kind: str
    key: uuid.UUID


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
    last = (
        Event.objects.filter(subject_kind=subject.kind, subject_key=subject.key)
        .order_by("-sequence")
        .values_list("sequence", "hash")
        .first()
    ) or (0, "")
    event = Event(
        subject_kind=subject.kind,
        subject_key=subject.key,
        sequence=last[0] + 1,
        verb=verb,
        actor_key=by.person.key if by.person else None,
        on_behalf_of_key=by.on_behalf_of.key if by.on_behalf_of else None,
        system=by.system or "",
        payload=payload or {},
        effects=list(effects),
        happened_at=clock.now(),
        previous_hash=last[1],
    )
    event.hash = rules.event_hash(vars(event))
    event.save(force_insert=True)
    return event


def effect(what: str, before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    """One line of an event's effects; keys and dates become text, empty sides are left out."""
    sides = {"from": before, "to": after} | more
    return {"what": what} | {name: _plain(side) for name, side in sides.items() if side not in (None, "")}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict)) else str(value)
