"""Roles and mandates, given and ended by an administrator; each on the person's own chain."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people import authority, departures, journal, rules, sign_in
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Department, Entity, Mandate, Person, RoleGrant


def grant_role(
    *,
    person: Person,
    role: str,
    by: Actor,
    entity: Entity | None = None,
    department: Department | None = None,
    programme_key: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> RoleGrant:
    """A role from `starts_at` (default: now) until `ends_at`, on a scope whose open parts mean everywhere.

    Appends `role_granted`. Raises NotAllowed for an actor who is no administrator there or grants to themselves,
    Conflict for a right that an administrator never has or a role already held on this very scope.
    """
    entity = department.entity if department is not None else entity
    authority.check_may_grant(by, person, entity)
    starts_at = starts_at or clock.now()
    if role not in RoleGrant.Role.values:
        raise Invalid(_("Choose one of the roles."), fields={"role": [_("Choose one of the roles.")]})
    if ends_at is not None and ends_at <= starts_at:
        raise _backwards("ends_on")
    with transaction.atomic():
        person = _present(person)
        scope = {"entity": entity, "department": department, "programme_key": programme_key}
        # From any time on: a role given for later must not meet its contrary then.
        roles = set(_running(person).values_list("role", flat=True)) | {role}
        lent = person.deputised_absences.filter(ends_on__gte=clock.today()).exists()
        if rules.cannot_hold_together(roles, decides=lent or _mandates(person).exists()):
            raise _contrary()
        if _running(person).filter(role=role, **scope).exists():
            raise Conflict(_("This person already has this role here."))
        grant = RoleGrant.objects.create(
            person=person, role=role, starts_at=starts_at, ends_at=ends_at, **scope
        )
        departures.grant_given(grant, by)
        journal.record(
            Entry("person", person.key, "role_granted", effects=[_grant_effect(grant, after=role)]), by=by
        )
    return grant


def end_grant(*, grant: RoleGrant, by: Actor) -> None:
    """End a role now. Appends `role_ended`; seats and duties that came with it go to others.

    Raises Conflict when it has ended already.
    """
    authority.check_may_grant(by, None, grant.entity)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=grant.person_id)
        grant = RoleGrant.objects.select_related("entity", "department", "person").get(pk=grant.pk)
        now = clock.now()
        if grant.ends_at is not None and grant.ends_at <= now:
            raise Conflict(_("This role has ended already."))
        grant.starts_at, grant.ends_at = min(grant.starts_at, now), now
        grant.save(update_fields=["starts_at", "ends_at"])
        departures.grant_ended(grant, by)
        journal.record(
            Entry("person", person.key, "role_ended", effects=[_grant_effect(grant, before=grant.role)]),
            by=by,
        )


def give_mandate(
    *,
    holder: Person,
    capacity: str,
    reference: str,
    entity: Entity,
    by: Actor,
    department: Department | None = None,
    programme_key: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Mandate:
    """A mandate from `starts_on` (default: today) until the day before `ends_on`. Appends `mandate_given`.

    Raises as `grant_role`; Invalid without the reference of the delegation.
    """
    authority.check_may_grant(by, holder, entity)
    starts_on = starts_on or clock.today(entity.time_zone)
    _check_mandate(capacity, reference, starts_on, ends_on, entity, department)
    with transaction.atomic():
        holder = _present(holder)
        roles = _running(holder).values_list("role", flat=True)
        if rules.cannot_hold_together(roles, decides=True):
            raise _contrary()
        mandate = Mandate.objects.create(
            holder=holder,
            capacity=capacity,
            reference=reference.strip(),
            entity=entity,
            department=department,
            programme_key=programme_key,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        departures.mandate_given(mandate, by)
        journal.record(
            Entry("person", holder.key, "mandate_given", effects=[_mandate_effect(mandate, after=capacity)]),
            by=by,
        )
    return mandate


def end_mandate(*, mandate: Mandate, by: Actor) -> None:
    """End a mandate today; decisions made under it stand. Appends `mandate_ended`."""
    authority.check_may_grant(by, None, mandate.entity)
    with transaction.atomic():
        holder = Person.objects.select_for_update(no_key=True).get(pk=mandate.holder_id)
        mandate = Mandate.objects.select_related("entity", "department", "holder").get(pk=mandate.pk)
        today = clock.today(mandate.entity.time_zone)
        if mandate.ends_on is not None and mandate.ends_on <= today:
            raise Conflict(_("This mandate has ended already."))
        before = _mandate_effect(mandate, before=mandate.capacity)
        end_mandate_row(mandate, today)
        departures.mandate_ended(mandate, by)
        journal.record(Entry("person", holder.key, "mandate_ended", effects=[before]), by=by)


def end_mandate_row(mandate: Mandate, on: date) -> None:
    """Over from `on`. The row stays, because decisions point to it."""
    mandate.ends_on = max(on, mandate.starts_on)
    mandate.save(update_fields=["ends_on"])


def _check_mandate(
    capacity: str,
    reference: str,
    starts_on: date,
    ends_on: date | None,
    entity: Entity,
    department: Department | None,
) -> None:
    if capacity not in Mandate.Capacity.values:
        sentence = _("Choose one of the capacities.")
        raise Invalid(sentence, fields={"capacity": [sentence]})
    if not reference.strip():
        sentence = _("Give the reference and date of the delegation of signature: the brief prints it.")
        raise Invalid(sentence, fields={"reference": [sentence]})
    if ends_on is not None and ends_on <= starts_on:
        raise _backwards("ends_on")
    if department is not None and department.entity_id != entity.pk:
        sentence = _("This department belongs to another entity.")
        raise Invalid(sentence, fields={"department": [sentence]})


def _present(person: Person) -> Person:
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not sign_in.may_sign_in(person):
        raise Conflict(_("This person has left, so has no roles and no mandates any more."))
    return person


def _running(person: Person) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), person=person)


def _mandates(person: Person) -> QuerySet[Mandate]:
    return Mandate.objects.filter(Q(ends_on=None) | Q(ends_on__gt=clock.today()), holder=person)


def _contrary() -> Conflict:
    return Conflict(
        _(
            "An administrator never votes and never decides, so these rights cannot stand together. "
            "End the other one first, or choose someone else."
        ),
        code="rights.contrary",
    )


def _backwards(field: str) -> Invalid:
    sentence = _("The end has to come after the beginning.")
    return Invalid(sentence, fields={field: [sentence]})


def _scope(row: RoleGrant | Mandate) -> dict[str, object]:
    return {
        "entity": row.entity.key if row.entity else None,
        "department": _key(row.department),
        "programme": row.programme_key,
    }


def _key(department: Department | None) -> uuid.UUID | None:
    return department.key if department else None


def _grant_effect(grant: RoleGrant, before: str = "", after: str = "") -> dict[str, object]:
    return effect("role", before, after, until=grant.ends_at, **_scope(grant))


def _mandate_effect(mandate: Mandate, before: str = "", after: str = "") -> dict[str, object]:
    return effect("mandate", before, after, until=mandate.ends_on, **_scope(mandate))
