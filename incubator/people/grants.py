"""Authority, read from role grants, absences and mandates at the instant of the act; and the only door to guardian.

Guardian holds individual exceptions (readers of a confidential idea, helpers, partners of one pilot).
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from guardian.shortcuts import assign_perm, remove_perm

from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given
from incubator.people.models import Absence, Department, Entity, Mandate, Person, RoleGrant


def _in_force(at: datetime) -> Q:
    return Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))


def _dated(day: date | Given) -> Q:
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


def ancestors(department: Department) -> list[Department]:
    """The department and those above it, nearest first (one recursive query)."""
    return list(
        Department.objects.raw(
            "with recursive up as (select d.*, 0 as rank from people_department d where id = %s union all "
            "select d.*, up.rank + 1 from people_department d join up on d.id = up.parent_id) "
            "select * from up order by rank",
            [department.pk],
        )
    )


# The keys of a department and of those above it, as part of another statement.
UPWARDS = """
with recursive up as (select d.id, d.parent_id from people_department d where id = %s union all
select d.id, d.parent_id from people_department d join up on d.id = up.parent_id) select id from up
"""


def _scope(entity: Entity | None, programme_key: str, department: Department | None) -> Q:
    """A grant counts here when each part of its scope is open or names this place."""
    within = Q(department=None)
    if department is not None:
        within |= Q(department__in=[place.pk for place in ancestors(department)])
    entities = Q(entity=None) | Q(entity=entity) if entity is not None else Q(entity=None)
    return within & entities & Q(programme_key__in=["", programme_key])


def holders(
    role: str,
    *,
    entity: Entity | None = None,
    programme_key: str = "",
    department: Department | None = None,
    at: datetime | None = None,
) -> QuerySet[Person]:
    """Active persons who hold `role` here at this instant, by key order (so that any choice is repeatable)."""
    grants = RoleGrant.objects.filter(
        _in_force(at or clock.now()) & _scope(entity, programme_key, department), role=role
    )
    return Person.objects.filter(is_active=True, pk__in=grants.values("person")).order_by("staff_number")


def ended(role: str, *, entity: Entity, programme_key: str) -> QuerySet[RoleGrant]:
    """The grants of `role` that held here for a while and are over, the last to end first, with their person."""
    over = RoleGrant.objects.filter(
        _scope(entity, programme_key, None), role=role, ends_at__lte=clock.now(), ends_at__gt=F("starts_at")
    )
    return over.select_related("person").order_by("-ends_at", "-pk")


def holders_elsewhere(roles: Sequence[str], *, entity: Entity) -> QuerySet[Person]:
    """Active persons who hold one of these roles for another entity, by key order."""
    found = RoleGrant.objects.filter(_in_force(clock.now()), role__in=roles, entity__isnull=False)
    elsewhere = found.exclude(entity=entity).values("person")
    return Person.objects.filter(is_active=True, pk__in=elsewhere).order_by("staff_number")


def holds(
    person: Person,
    role: str,
    *,
    entity: Entity | None = None,
    programme_key: str = "",
    department: Department | None = None,
    at: datetime | None = None,
) -> bool:
    """Whether this person holds `role` here now. A superuser flag opens nothing."""
    return person.is_active and (
        RoleGrant.objects.filter(
            _in_force(at or clock.now()) & _scope(entity, programme_key, department), role=role, person=person
        ).exists()
    )


def roles_anywhere(person: Person, at: datetime | None = None) -> set[str]:
    """The roles a person holds somewhere: for menus, never for a right."""
    return set(all_of_person(person, at).values_list("role", flat=True))


def all_of_person(person: Person, at: datetime | None = None) -> QuerySet[RoleGrant]:
    """This person's grants in force, of whatever role and scope."""
    return RoleGrant.objects.filter(_in_force(at or clock.now()), person=person)


def of_person(person: Person, *roles: str, at: datetime | None = None) -> QuerySet[RoleGrant]:
    """This person's grants of these roles in force, with their scopes: for lists of what falls under them."""
    return RoleGrant.objects.filter(_in_force(at or clock.now()), person=person, role__in=roles)


def mandates(
    *,
    entity: Entity,
    capacities: list[str] | None = None,
    holder: Person | None = None,
    programme_key: str = "",
    department: Department | None = None,
    anywhere: bool = False,
    on: date | None = None,
) -> QuerySet[Mandate]:
    """Mandates valid here on that local day, held by active persons; `anywhere`: of whatever department."""
    day = on or clock.today(entity.time_zone)
    within = Q() if anywhere else Q(department=None)
    if department is not None:
        within |= Q(department__in=RawSQL(UPWARDS, [department.pk]))  # noqa: S611  nothing in it is built
    asked: dict[str, Any] = {}
    if capacities is not None:
        asked["capacity__in"] = capacities
    if holder is not None:
        asked["holder"] = holder
    found = Mandate.objects.filter(_valid(day, entity, programme_key) & within, **asked)
    return found.select_related("holder").order_by("holder__staff_number", "pk")


def own_mandates(
    holder: Person, *, entity: Entity, capacities: Sequence[str], programme_key: str = ""
) -> list[Mandate]:
    """This person's mandates in one of these capacities for the whole entity today, as `mandates` gives them."""
    day, given = clock.today(entity.time_zone), {"entity": entity.pk, "holder": holder.pk}
    return _own_mandates(tuple(capacities)).all(day=day, programme_key=programme_key, **given)


@cache
def _own_mandates(capacities: tuple[str, ...]) -> BuiltOnce[Mandate]:
    return BuiltOnce(
        lambda: (
            Mandate.objects.filter(
                _valid(Given("day"), Given("entity"), Given("programme_key")),
                department=None,
                capacity__in=capacities,
                holder=Given("holder"),
            )
            .select_related("holder")
            .order_by("pk")
        )
    )


def _valid(day: date | Given, entity: Entity | Given, programme_key: str | Given) -> Q:
    """For mandates: in force on the day, here, for all programmes or this one, of someone active."""
    programme = Q(programme_key="") | Q(programme_key=programme_key)
    return _dated(day) & programme & Q(entity=entity, holder__is_active=True)


def deputies_of(person: Person, on: date | None = None) -> QuerySet[Person]:
    """Who stands in for someone absent on that day."""
    day = on or clock.today()
    absences = Absence.objects.filter(
        person=person, starts_on__lte=day, ends_on__gte=day, deputy__isnull=False
    )
    return Person.objects.filter(is_active=True, pk__in=absences.values("deputy"))


def is_absent(person: Person, on: date | None = None) -> bool:
    """Whether an absence of this person covers the day (default: today)."""
    day = on or clock.today()
    return Absence.objects.filter(person=person, starts_on__lte=day, ends_on__gte=day).exists()


def absent_among(people: Sequence[Person], on: date | None = None) -> list[int]:
    """The primary keys of those absent on the day (default: today), in one query."""
    day = on or clock.today()
    found = Absence.objects.filter(person__in=people, starts_on__lte=day, ends_on__gte=day)
    return list(found.values_list("person", flat=True))


def deputies_among(people: Sequence[Person], on: date | None = None) -> dict[int, list[Person]]:
    """For each of these who is absent on the day (default: today), by primary key: who stands in, nobody for some."""
    day = on or clock.today()
    found = Absence.objects.filter(person__in=people, starts_on__lte=day, ends_on__gte=day)
    away: dict[int, list[Person]] = {}
    for absence in found.select_related("deputy").order_by("pk"):
        stand_in = away.setdefault(absence.person_id, [])
        if absence.deputy is not None and absence.deputy.is_active:
            stand_in.append(absence.deputy)
    return away


def stands_in_for(deputy: Person | Given, on: date | Given | None = None) -> QuerySet[Person]:
    """The absent persons whose roles and seats this deputy holds on that day; a kept read is given the day."""
    if isinstance(deputy, Given) and on is None:
        raise TypeError("today would be kept with the read")
    day = on or clock.today()
    absences = Absence.objects.filter(deputy=deputy, starts_on__lte=day, ends_on__gte=day)
    return Person.objects.filter(is_active=True, pk__in=absences.values("person"))


def allow(person: Person, permission: str, subject: Model) -> None:
    """An individual exception, e.g. `allow(person, "ideas.view_idea", idea)`."""
    assign_perm(permission, person, subject)


def disallow(person: Person, permission: str, subject: Model) -> None:
    remove_perm(permission, person, subject)


def is_allowed(person: Person, permission: str, subject: Model) -> bool:
    """Whether an individual exception stands; role authority is asked with `holds`."""
    from guardian.core import ObjectPermissionChecker

    codename = permission.partition(".")[2] or permission
    return ObjectPermissionChecker(person).has_perm(codename, subject)


def allowed_subjects(person: Person, permission: str, model: type[Model]) -> QuerySet[Any]:
    """The subjects of `model` opened to this person by an individual exception."""
    from guardian.shortcuts import get_objects_for_user

    return get_objects_for_user(person, permission, model, with_superuser=False, accept_global_perms=False)
