"""The one lock: an idea's row, taken by every action that changes it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from ideas.drafting.models import Idea
from incubator.events.actions import Subject, reading
from incubator.lib.built_once import BuiltOnce, Given
from incubator.lib.deferring import together
from incubator.lib.refusals import NotFound

# By hand: every act asks this, and building it from expressions costs more than reading the idea.
LAST_EVENT = """
select array[event.sequence::text, event.hash] from events_event event
where event.subject_kind = 'idea' and event.subject_key = ideas_idea.key order by event.sequence desc limit 1
"""
_held: ContextVar[frozenset[int]] = ContextVar("held", default=frozenset())
_kept: ContextVar[dict[tuple[int, str], Any] | None] = ContextVar("kept", default=None)
_looked: ContextVar[int | None] = ContextVar("looked", default=None)
Kept = TypeVar("Kept")


@contextmanager
def locked(idea: int | None = None, *, also: Sequence[str] = (), **lookup: Any) -> Iterator[Idea]:
    """A transaction that holds the idea's row and yields it freshly read, with its content, call and entity.

    Name the idea by its primary key, or by a lookup that gives one idea (`key=…`, `rounds__seats__key=…`). `also`:
    what else is read with it, such as its `draft`. Jobs deferred meanwhile are written at its end.
    `FOR NO KEY UPDATE` lets others insert rows that point to it. Two ideas never wait for each other.
    Raises NotFound when the idea is gone; a wait beyond `lock_timeout` becomes a 409 page.
    """
    with transaction.atomic(), together():
        found, last = _read(also, **(lookup or {"pk": idea}))
        with _holding(found.pk), reading(Subject("idea", found.key), last):
            yield found


@contextmanager
def locked_in_order(*idea_pks: int) -> Iterator[list[Idea]]:
    """Several ideas at once, always by id, so that two such actions cannot wait for each other in a ring."""
    with transaction.atomic(), together():
        rows = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=idea_pks)
        # Two statements, whatever their number: rows are locked in the order in which they come.
        pks = list(rows.order_by("pk").values_list("pk", flat=True))
        found = {idea.pk: idea for idea in _joined().filter(pk__in=pks)}
        if len(found) < len(set(idea_pks)):
            raise _gone()
        with _holding(*found):
            yield [found[pk] for pk in idea_pks]


@contextmanager
def locked_with(
    other: int | QuerySet[Any, Any] | None, *, also: Sequence[str] = (), **lookup: Any
) -> Iterator[tuple[Idea, Idea | None]]:
    """The idea that `lookup` gives and, for an act that changes two, the other one, locked in the order of ids.

    The other one by its primary key, or by rows that give it or none. Without another it is `locked`; `also` is as
    there. Raises NotFound when one of them is gone.
    """
    if other is None:
        with locked(also=also, **lookup) as idea:
            yield idea, None
        return
    named = Idea.objects.filter(**lookup).values("pk")
    with transaction.atomic(), together(), ExitStack() as known:
        others = Q(pk=other) if isinstance(other, int) else Q(pk__in=other)
        both = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(others | Q(pk__in=named))
        rows = both.annotate(named=Exists(Idea.objects.filter(pk=OuterRef("pk"), pk__in=named)))
        pks = dict(rows.order_by("pk").values_list("named", "pk"))
        found = {idea.pk: idea for idea in _with_last(*also).filter(pk__in=pks.values())}
        if True not in pks or (isinstance(other, int) and other not in found):
            raise _gone()
        known.enter_context(_holding(*found))
        for idea in found.values():
            known.enter_context(reading(Subject("idea", idea.key), _last(idea)))
        yield found[pks[True]], found.get(pks.get(False, 0))


@contextmanager
def _holding(*idea_pks: int) -> Iterator[None]:
    """While these rows are held; what was kept of them goes with the outermost lock, or with an act that failed."""
    outer = _kept.get()
    kept: dict[tuple[int, str], Any] = {} if outer is None else outer
    held, keeping = _held.set(_held.get() | set(idea_pks)), _kept.set(kept)
    try:
        yield
    except BaseException:
        kept.clear()
        raise
    finally:
        _held.reset(held)
        _kept.reset(keeping)


@contextmanager
def looking_at(idea_pk: int) -> Iterator[None]:
    """For a page that only reads: what several of its parts ask of this idea is read once."""
    kept, looked = _kept.set({}), _looked.set(idea_pk)
    try:
        yield
    finally:
        _kept.reset(kept)
        _looked.reset(looked)


def is_locked(idea_pk: int) -> bool:
    """Whether this thread of work holds the idea's row already."""
    return idea_pk in _held.get()


def read_once(idea_pk: int, name: str, read: Callable[[], Kept]) -> Kept:
    """What `read` gives: once in the act that holds the idea's lock or the page that looks at it, else each time.

    Only for what nobody changes without that lock; whoever changes it says `keep` or `forget`.
    """
    kept = _kept.get()
    if kept is None or not (is_locked(idea_pk) or _looked.get() == idea_pk):
        return read()
    if (idea_pk, name) not in kept:
        kept[idea_pk, name] = read()
    found: Kept = kept[idea_pk, name]
    return found


def forget(idea_pk: int, name: str) -> None:
    """What `read_once` keeps under this name has changed."""
    (_kept.get() or {}).pop((idea_pk, name), None)


def keep(idea_pk: int, name: str, value: Any) -> None:
    """What `read_once` gives under this name from now on, in the act that holds the idea's lock and changed it."""
    kept = _kept.get()
    if kept is not None and is_locked(idea_pk):
        kept[idea_pk, name] = value


def _read(also: Sequence[str], **lookup: Any) -> tuple[Idea, tuple[int, str]]:
    """The idea, and the last event of its chain: its sequence and hash."""
    # Two statements: what is joined to a row that was waited for comes from before the wait.
    pk = _pk_by(*lookup).first(**lookup) if len(lookup) == 1 else _pks(**lookup).first()
    idea = None if pk is None else _fresh(*also).first(pk=pk)
    if idea is None:
        raise _gone()
    return idea, _last(idea)


def _pks(**lookup: Any) -> QuerySet[Idea, int]:
    rows = Idea.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(**lookup).values_list("pk", flat=True)


@cache
def _pk_by(name: str) -> BuiltOnce[int]:
    """By one lookup of one value, as almost every act finds its idea."""
    return BuiltOnce(lambda: _pks(**{name: Given(name)}))


@cache
def _fresh(*also: str) -> BuiltOnce[Idea]:
    return BuiltOnce(lambda: _with_last(*also).filter(pk=Given("pk")))


def _last(idea: Idea) -> tuple[int, str]:
    """Sequence and hash of the chain's last event, of an idea of `_with_last`."""
    last = idea.last  # type: ignore[attr-defined] # annotated
    return (int(last[0]), last[1]) if last else (0, "")


def _with_last(*also: str) -> QuerySet[Idea]:
    """Ideas with the last event of their chain, and `took_in`: whether one is merged into it, as few are."""
    last = RawSQL(LAST_EVENT, [], ArrayField(TextField()))  # noqa: S611  no parameters
    return _joined(*also).annotate(last=last, took_in=Exists(Idea.objects.filter(merged_into=OuterRef("pk"))))


def _joined(*also: str) -> QuerySet[Idea]:
    return Idea.objects.select_related("programme__entity", "call", "content", *also)


def _gone() -> NotFound:
    return NotFound(_("There is no such idea, or it is not open to you. Your list shows those you can read."))
