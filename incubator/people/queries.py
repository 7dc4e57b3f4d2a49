"""Reads of the people room for its own pages."""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Exists, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Replace

from incubator.lib import clock
from incubator.people import rules
from incubator.people.models import (
    Absence,
    Department,
    Entity,
    Logo,
    Mandate,
    Person,
    Post,
    RoleGrant,
    normal_staff_number,
)

SHORTEST_SEARCH = 3
MOST_FOUND = 20
PAGE = 30
ABSENCES = 20


class Rights(NamedTuple):
    grants: list[RoleGrant]
    mandates: list[Mandate]


def posts_of(person: Person) -> list[Post]:
    """The posts that run today or begin later, the first begun first."""
    running = Q(ends_on=None) | Q(ends_on__gt=clock.today())
    return list(
        person.posts.filter(running)
        .select_related("department__entity", "line_manager")
        .order_by("starts_on", "pk")
    )


def rights_of(person: Person) -> Rights:
    """Roles and mandates that hold now or begin later."""
    return Rights(
        list(running_grants().filter(person=person).order_by("role", "pk")),
        list(running_mandates().filter(holder=person).order_by("capacity", "pk")),
    )


def coming_absences(person: Person, after: int | None) -> tuple[list[Absence], int | None]:
    """Those that are not over, the next first, from the one after the key `after`; and the key to go on from."""
    found = person.absences.filter(ends_on__gte=clock.today()).select_related("deputy", "noted_by")
    last = person.absences.filter(pk=after).first() if after is not None else None
    if last is not None:
        found = found.filter(Q(starts_on__gt=last.starts_on) | Q(starts_on=last.starts_on, pk__gt=last.pk))
    rows = list(found.order_by("starts_on", "pk")[: ABSENCES + 1])
    return rows[:ABSENCES], rows[ABSENCES - 1].pk if len(rows) > ABSENCES else None


def running_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now())).select_related(
        "person", "entity", "department"
    )


def running_mandates() -> QuerySet[Mandate]:
    return Mandate.objects.filter(Q(ends_on=None) | Q(ends_on__gt=clock.today())).select_related(
        "holder", "entity", "department"
    )


def find_people(typed: str, seeker: Person) -> tuple[list[Person], bool]:
    """At most 20 active people by the beginning of the staff number or by words of the name, and whether more match.

    Only where the seeker hands over codes; nothing under three characters. Case and accents are forgiven.
    """
    words = typed.replace("\x00", "").replace("-", " ").split()[:5]
    number = normal_staff_number(typed.replace("\x00", ""))
    if len(number) < SHORTEST_SEARCH:
        return [], False
    named = Person.objects.filter(is_active=True).annotate(
        names=Replace(
            _folded(Concat(Value(" "), "family_name", Value(" "), "given_name")),
            Value("-"),
            Value(" "),
            output_field=TextField(),
        )
    )
    by_name = Q()
    for word in words:
        # From the beginning of a word: “mar” finds Martin, not Amar.
        by_name &= Q(names__contains=_folded(Value(f" {word}")))
    found = named.filter(Q(staff_number__startswith=number) | by_name)
    entities = _entities(seeker)
    if entities is not None:
        found = found.filter(_belongs_to(entities))
    people: list[Person] = list(found.order_by("names", "staff_number")[: MOST_FOUND + 1])
    return list(people[:MOST_FOUND]), len(people) > MOST_FOUND


def _folded(text: Combinable) -> Func:
    return Func(text, function="fold", output_field=TextField())


def _belongs_to(entities: set[int]) -> Q:
    """Who works in one of these entities; without a post, who has rights there, or none yet.

    `authority.holds_over` decides; this only finds.
    """
    posts = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=clock.today()))
    roles, mandates = running_grants(), running_mandates()
    here = {"entity__in": entities}
    with_rights_here = Q(pk__in=roles.filter(**here).values("person")) | Q(
        pk__in=mandates.filter(**here).values("holder")
    )
    with_rights = Q(pk__in=roles.values("person")) | Q(pk__in=mandates.values("holder"))
    working_here = Q(pk__in=posts.filter(department__entity__in=entities).values("person"))
    return working_here | (~Q(pk__in=posts.values("person")) & (with_rights_here | ~with_rights))


def _entities(seeker: Person) -> set[int] | None:
    """The entities in which the seeker hands over codes; None for everywhere."""
    entities: set[int] = set()
    for grant in running_grants().filter(
        person=seeker, role__in=rules.CODE_GIVERS, starts_at__lte=clock.now()
    ):
        entity = grant.department.entity_id if grant.department else grant.entity_id
        if entity is None:
            return None
        entities.add(entity)
    return entities


def administered(person: Person) -> QuerySet[Entity]:
    """The entities whose rights this person gives."""
    if person.is_superuser:
        return Entity.objects.order_by("name")
    granted = running_grants().filter(
        person=person, role=rules.ADMINISTRATOR, starts_at__lte=clock.now(), department=None, programme_key=""
    )
    if granted.filter(entity=None).exists():
        return Entity.objects.order_by("name")
    return Entity.objects.filter(pk__in=granted.values("entity")).order_by("name")


def employers() -> list[Entity]:
    """The entities that have departments, by name: not those whose projects are only read here."""
    return list(
        Entity.objects.filter(Exists(Department.objects.filter(entity=OuterRef("pk")))).order_by("name")
    )


def logos_named(sha256s: Collection[str]) -> set[str]:
    """Which of these files is, or was, a logo."""
    return set(Logo.objects.filter(sha256__in=sha256s).values_list("sha256", flat=True))


def within(entities: QuerySet[Entity]) -> Q:
    """The grants that whoever administers `entities` may end: theirs, and those on all when they are all."""
    everywhere = entities.count() == Entity.objects.count()
    return Q(entity__in=entities) | Q(entity=None) if everywhere else Q(entity__in=entities)


def department_named(entity: Entity | QuerySet[Entity], typed: str) -> Department | None:
    """The entity's open department with this code or name; None for none, or for more than one.

    `entity`: itself, or rows that give it, read in the same statement.
    """
    said = " ".join(typed.replace("\x00", "").split())
    if not said:
        return None
    named = Department.objects.filter(
        Q(code__iexact=said) | Q(name__iexact=said),
        entity__in=entity if isinstance(entity, QuerySet) else [entity],
        closed_on=None,
    )
    found = list(named[:2])
    return found[0] if len(found) == 1 else None


def departments_of(people: list[Person]) -> dict[int, list[str]]:
    """The names of the departments of each person's posts, for a list: one query."""
    found: dict[int, list[str]] = {}
    running = Q(ends_on=None) | Q(ends_on__gt=clock.today())
    for pk, name in (
        Post.objects.filter(running, person__in=people)
        .order_by("starts_on", "pk")
        .values_list("person_id", "department__name")
    ):
        found.setdefault(pk, []).append(name)
    return found
