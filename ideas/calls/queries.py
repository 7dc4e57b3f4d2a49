"""Which calls ask whom."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from ideas.calls.models import Call, Programme
from incubator.lib import clock
from incubator.people import grants
from incubator.people.models import Person, Post

# The departments of a person's posts and all those above them.
UP = """
with recursive up as (
  select id, parent_id from people_department where id = any(%s)
  union select d.id, d.parent_id from people_department d join up on d.id = up.parent_id
) select id from up
"""


def _places(person: Person, at: datetime) -> tuple[list[int], set[int]]:
    """The departments and the entities of the posts a person holds at that instant."""
    day = clock.day_of(at)
    posts = Post.objects.filter(Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day)), person=person)
    rows = list(posts.values_list("department_id", "department__entity_id"))
    return [department for department, _entity in rows], {entity for _department, entity in rows}


def open_at(at: datetime) -> QuerySet[Call]:
    """All calls of staff programmes that are open at this instant."""
    dated = Q(always_open=True) | Q(opens_at__lte=at, closes_at__gt=at)
    running = Q(programme__closed_on=None) | Q(programme__closed_on__gt=clock.day_of(at))
    return Call.objects.filter(dated & running, programme__kind=Programme.Kind.STAFF)


def open_calls(person: Person, at: datetime | None = None) -> QuerySet[Call]:
    """The calls that ask this person now: dated ones first, by their end; the always-open box last.

    A call asks the departments it names and those below them; without a department, the programme's whole entity.
    """
    at = at or clock.now()
    departments, entities = _places(person, at)
    asked = Q(departments=None) & Q(programme__entity__in=entities)
    if departments:
        asked |= Q(departments__in=RawSQL(UP, [departments]))  # noqa: S611 - a constant with one parameter
    found = open_at(at).filter(pk__in=Call.objects.filter(asked).values("pk"))
    return in_order(found.select_related("programme__entity"))


def not_open_of(programmes: Iterable[Programme], at: datetime) -> QuerySet[Call]:
    """The calls of these programmes that are to come, or over: those that end last first."""
    found = Call.objects.filter(programme__in=programmes).exclude(pk__in=open_at(at).values("pk"))
    return found.order_by(F("closes_at").desc(nulls_last=True), "-pk")


def in_order(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Dated ones first, by their end; the always-open boxes last."""
    return calls.order_by("always_open", F("closes_at").asc(nulls_last=True), "pk")


def leads(person: Person, programme: Programme, at: datetime | None = None) -> bool:
    """Whether this person may set up calls here: a programme lead or an administrator of this scope."""
    return any(
        grants.holds(person, role, entity=programme.entity, programme_key=programme.key, at=at)
        for role in ("programme_lead", "administrator")
    )


def led_programmes(person: Person) -> list[Programme]:
    """The running programmes in which this person may set up calls."""
    running: Iterable[Programme] = (
        Programme.objects.filter(closed_on=None, kind=Programme.Kind.STAFF)
        .select_related("entity")
        .order_by("key")
    )
    return [programme for programme in running if leads(person, programme)]
