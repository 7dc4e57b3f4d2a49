"""Opening and closing what waits for people. Called by actions, in their transaction; no event of its own."""

import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.built_once import planned_once
from incubator.people.models import Person

_gathered: ContextVar[list[WorkItem] | None] = ContextVar("gathered", default=None)


def open_for(
    persons: Iterable[Person],
    *,
    key: str,
    verb: str,
    subject_kind: str,
    subject_key: uuid.UUID,
    subject_title: str,
    url: str,
    due_at: datetime | None = None,
) -> None:
    """One row per person; a person who already has this item open keeps it as it is."""
    now = clock.now()
    rows = [
        WorkItem(
            person=person,
            key=key,
            verb=verb,
            subject_kind=subject_kind,
            subject_key=subject_key,
            subject_title=subject_title[:200],
            url=url,
            opened_at=now,
            due_at=due_at,
        )
        for person in persons
    ]
    gathered = _gathered.get()
    if gathered is None:
        WorkItem.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        gathered += rows


def open_too(items: Iterable[WorkItem], persons: Collection[Person]) -> None:
    """What waits for some, for these persons too: the same work, due the same day; each key once."""
    for item in {item.key: item for item in items}.values():
        open_for(
            persons,
            key=item.key,
            verb=item.verb,
            subject_kind=item.subject_kind,
            subject_key=item.subject_key,
            subject_title=item.subject_title,
            url=item.url,
            due_at=item.due_at,
        )


@contextmanager
def opened_together() -> Iterator[None]:
    """What is opened in this block is written in one statement: at its end, or before the first that closes."""
    token = _gathered.set([])
    try:
        yield
        _write()
    finally:
        _gathered.reset(token)


def _write() -> None:
    if gathered := _gathered.get():
        WorkItem.objects.bulk_create(gathered, ignore_conflicts=True)
        gathered.clear()


def close(*keys: str) -> None:
    """Close these items for everyone who has them."""
    _write()
    with planned_once() as cursor:
        cursor.execute(CLOSE, [clock.now(), list(keys)])


# By hand, as every act asks it: building it from expressions takes longer than doing it.
CLOSE = "update inbox_workitem set closed_at = %s where closed_at is null and key = any(%s)"


def narrow(key: str, persons: Iterable[Person]) -> None:
    """Close this item for all but these persons."""
    _write()
    waiting = WorkItem.objects.filter(key=key, closed_at=None)
    waiting.exclude(person__in=[person.pk for person in persons]).update(closed_at=clock.now())


def close_for_subject(
    subject_kind: str,
    subject_key: uuid.UUID,
    *,
    keep: Iterable[str] = (),
    only: Iterable[Person] | None = None,
) -> None:
    """Close all open items of a subject that has ended, except those its end itself opens (`keep`, by verb).

    `only`: of these persons, who have no more to do with it.
    """
    _write()
    waiting = WorkItem.objects.filter(subject_kind=subject_kind, subject_key=subject_key, closed_at=None)
    if only is not None:
        waiting = waiting.filter(person__in=[person.pk for person in only])
    waiting.exclude(verb__in=list(keep)).update(closed_at=clock.now())


def close_for_person(person: Person, *keys: str) -> None:
    """Close these items of one person, others keep theirs; without keys all, of someone who leaves.

    What a leaver stood for is opened for others by the caller.
    """
    _write()
    mine = WorkItem.objects.filter(person=person, closed_at=None)
    (mine.filter(key__in=keys) if keys else mine).update(closed_at=clock.now())
