"""The one lock: an idea's row, taken by every action that changes it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from ideas.drafting.models import Idea
from incubator.events.actions import Subject, reading
from incubator.lib.refusals import NotFound

# By hand: every act asks this, and building it from expressions costs more than reading the idea.
LAST_EVENT = """
select array[event.sequence::text, event.hash] from events_event event
where event.subject_kind = 'idea' and event.subject_key = ideas_idea.key order by event.sequence desc limit 1
"""
_held: ContextVar[frozenset[int]] = ContextVar("held", default=frozenset())


@contextmanager
def locked(idea: int | None = None, *, also: Sequence[str] = (), **lookup: Any) -> Iterator[Idea]:
    """A transaction that holds the idea's row and yields it freshly read, with its content, call and entity.

    Name the idea by its primary key, or by a lookup that gives one idea (`key=…`, `rounds__seats__key=…`). `also`:
    what else is read with it, such as its `draft`.
    `FOR NO KEY UPDATE` lets others insert rows that point to it. Two ideas never wait for each other.
    Raises NotFound when the idea is gone; a wait beyond `lock_timeout` becomes a 409 page.
    """
    with transaction.atomic():
        found, last = _read(also, **(lookup or {"pk": idea}))
        token = _held.set(_held.get() | {found.pk})
        try:
            with reading(Subject("idea", found.key), last):
                yield found
        finally:
            _held.reset(token)


@contextmanager
def locked_in_order(*idea_pks: int) -> Iterator[list[Idea]]:
    """Several ideas at once, always by id, so that two such actions cannot wait for each other in a ring."""
    with transaction.atomic():
        rows = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=idea_pks)
        # Two statements, whatever their number: rows are locked in the order in which they come.
        pks = list(rows.order_by("pk").values_list("pk", flat=True))
        found = {idea.pk: idea for idea in _joined().filter(pk__in=pks)}
        if len(found) < len(set(idea_pks)):
            raise _gone()
        token = _held.set(_held.get() | set(found))
        try:
            yield [found[pk] for pk in idea_pks]
        finally:
            _held.reset(token)


def is_locked(idea_pk: int) -> bool:
    """Whether this thread of work holds the idea's row already."""
    return idea_pk in _held.get()


def _read(also: Sequence[str], **lookup: Any) -> tuple[Idea, tuple[int, str]]:
    """The idea, and the last event of its chain: its sequence and hash."""
    # Two statements: what is joined to a row that was waited for comes from before the wait.
    own = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(**lookup)
    pk = own.values_list("pk", flat=True).first()
    read = _joined(*also).annotate(last=RawSQL(LAST_EVENT, [], ArrayField(TextField())))  # noqa: S611  no parameters
    idea = None if pk is None else read.filter(pk=pk).first()
    if idea is None:
        raise _gone()
    return idea, (int(idea.last[0]), idea.last[1]) if idea.last else (0, "")


def _joined(*also: str) -> QuerySet[Idea]:
    return Idea.objects.select_related("programme__entity", "call", "content", *also)


def _gone() -> NotFound:
    return NotFound(_("There is no such idea, or it is not open to you. Your list shows those you can read."))
