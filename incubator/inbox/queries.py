"""“My work” is one query: what the person has to do, then what is late with others, each by due date."""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When, Window

from incubator.inbox import titles, wording
from incubator.inbox.models import WorkItem
from incubator.people import grants
from incubator.people.models import Person

COUNTED = (
    "open_work"  # where a request's person remembers how many things wait, so that they are counted once
)
FURTHEST = "~"
WITH_OTHERS = "late:"  # what the keys begin with of items that say that others are late
AMONG_OTHERS = "o"  # what the place of such an item begins with


def _open(person: Person) -> QuerySet[WorkItem]:
    """The person's open items, and those of absent persons the person stands in for.

    Of an item that both have, only one's own is taken: one act closes it for both.
    """
    own = WorkItem.objects.filter(person=person, closed_at=None, key=OuterRef("key"))
    lent = Q(person__in=grants.stands_in_for(person), verb__in=wording.lent()) & ~Exists(own)
    return WorkItem.objects.filter(Q(person=person) | lent, closed_at=None)


def _shown(person: Person) -> QuerySet[WorkItem]:
    """The same without lateness of others that leads where an own thing to do of the same person leads."""
    own = WorkItem.objects.filter(person=OuterRef("person"), url=OuterRef("url"), closed_at=None)
    same = Exists(own.exclude(key__startswith=WITH_OTHERS))
    return _open(person).exclude(Q(key__startswith=WITH_OTHERS) & same)


def is_with_others(item: WorkItem) -> bool:
    """Whether it says that others are late, rather than what its person has to do."""
    return item.key.startswith(WITH_OTHERS)


def _with_others() -> Case:
    return Case(When(key__startswith=WITH_OTHERS, then=1), default=0)


def open_items(person: Person, limit: int, after: str = "") -> list[WorkItem]:
    """At most `limit` open items in one query: what the person has to do, then what is late with others; of each
    soonest due first, those without a date last, then by id.

    Each carries `total` (how many are open from `after` on) and its `person`: someone else than the reader when
    the reader stands in for them. `after`: the `place` of the last item of the page before.
    """
    found = _shown(person).select_related("person").annotate(total=Window(Count("*")), others=_with_others())
    found = titles.with_marks(found, person)
    return list(
        found.filter(beyond(after)).order_by("others", F("due_at").asc(nulls_last=True), "id")[:limit],
    )


def open_on(person: Person, kind: str, key: UUID) -> WorkItem | None:
    """What waits for this person on one subject, with its `person`: one's own first, then the soonest due.

    That others are late (`late:…`) comes after what the person has to do.

    In the same query, for the page's bar, how many things wait.
    """
    here = Case(When(subject_kind=kind, subject_key=key, then=0), default=1)
    own = Case(When(person=person, then=0), default=1)
    found = _shown(person).select_related("person").annotate(total=Window(Count("*")), elsewhere=here)
    first = found.order_by("elsewhere", own, _with_others(), "due_at", "pk").first()
    remember_count(person, first.total if first is not None else 0)
    return None if first is None or first.elsewhere else first


def open_named(person: Person, key: str) -> WorkItem | None:
    """This open item of the person's, with its `person`: one's own, or of someone absent the person stands in for."""
    return _open(person).select_related("person").filter(key=key).order_by("pk").first()


def open_count(person: Person) -> int:
    """How many things wait for this person; asked once per request."""
    known = vars(person).get(COUNTED)
    return known if isinstance(known, int) else _shown(person).count()


def remember_count(person: Person, count: int) -> None:
    """Spare the page's bar a query: the page has just read the items."""
    vars(person)[COUNTED] = count


def place(item: WorkItem) -> str:
    """Where an item stands in the order, for `after`."""
    group = AMONG_OTHERS if is_with_others(item) else ""
    return f"{group}{item.due_at.isoformat() if item.due_at else ''}{FURTHEST}{item.pk}"


def beyond(after: str) -> Q:
    """Items after that place; everything for an empty or a damaged one."""
    due, _separator, number = after.removeprefix(AMONG_OTHERS).rpartition(FURTHEST)
    try:
        pk, due_at = int(number), datetime.fromisoformat(due) if due else None
    except ValueError:
        return Q()
    if due_at is None:
        later = Q(due_at=None, pk__gt=pk)
    elif due_at.tzinfo is None:
        return Q()
    else:
        later = Q(due_at=None) | Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk)
    others = Q(key__startswith=WITH_OTHERS)
    return others & later if after.startswith(AMONG_OTHERS) else others | later
