"""Arriving and leaving, one person at a time; the HR system's file does the same for thousands."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import authority, departures, grants, journal
from incubator.people.actions.rights import end_mandate_row
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Department, Person, Post, normal_staff_number

LONGEST_NUMBER = 32
LONGEST_NAME = 100


def hire(
    *,
    staff_number: str,
    given_name: str,
    family_name: str,
    by: Actor,
    email: str = "",
    language: str = "",
    expires_on: date | None = None,
    guest: bool = False,
) -> Person:
    """A person who cannot sign in yet: a code handed over in person opens the door. Appends `arrived`.

    A guest, or an elected member, needs a last day. Raises Invalid (with fields), Conflict when the staff number
    is taken.
    """
    if by.person is not None:
        authority.check_may_add_guests(by.person)
    number = normal_staff_number(staff_number)
    _check_arrival(number, {"given_name": given_name, "family_name": family_name}, guest, expires_on)
    with transaction.atomic():
        person = Person(
            staff_number=number,
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            email=email,
            language=language,
            kind=Person.Kind.GUEST if guest else Person.Kind.EMPLOYEE,
            expires_on=expires_on,
        )
        person.set_unusable_password()
        try:
            with transaction.atomic():
                person.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(_("This staff number belongs to someone else already.")) from error
        journal.record(Entry("person", person.key, "arrived"), by=by)
    return person


def assign(
    *,
    person: Person,
    department: Department,
    by: Actor,
    starts_on: date | None = None,
    ends_on: date | None = None,
    line_manager: Person | None = None,
    **details: Any,
) -> Post:
    """One more post, from `starts_on` (default: today) until the day before `ends_on`. Appends `assigned`.

    `details`: title, is_head, grade_band, contract, site.
    """
    _check_desk(by, department)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not person.is_active:
            raise Conflict(_("This person has left."))
        post = Post.objects.create(
            person=person,
            department=department,
            line_manager=line_manager,
            starts_on=starts_on or clock.today(department.entity.time_zone),
            ends_on=ends_on,
            **details,
        )
        journal.record(
            Entry("person", person.key, "assigned", effects=[effect("post", after=department.key)]), by=by
        )
        departures.closeness_changed()
    return post


def depart(*, person: Person, on: date, by: Actor) -> None:
    """The person leaves: `on` is the first day without them, today at the latest. Appends `departed`.

    Ends posts, roles, mandates, codes and sessions, then lets the rooms above hand over seats, decisions, ideas
    and pilots (see `departures`), then ends absences, also those in which the person stood in for someone.
    Raises Conflict when the person has left already, Invalid for a day to come.
    """
    if by.person is not None and not authority.holds_over(by.person, ("hr_desk",), person):
        raise NotAllowed(_("Only the HR desk, where the person works, notes a departure."))
    if on > clock.today():
        sentence = _("This day is still to come. Give the post its end; the person leaves on that day.")
        raise Invalid(sentence, fields={"on": [sentence]})
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not person.is_active and person.departed_on is not None:
            raise Conflict(_("This person has left already."))
        effects = [effect("departed", after=on)]
        person.is_active, person.departed_on = False, on
        person.set_unusable_password()
        person.session_version += 1
        person.save(update_fields=["is_active", "departed_on", "password", "session_version"])
        effects += _end_posts(person, on) + _end_rights(person, on)
        person.sign_in_codes.filter(used_at=None, replaced_at=None).update(replaced_at=clock.now())
        departures.departed(person, on, by)
        principals = _end_absences(person, on)
        journal.record(
            Entry("person", person.key, "departed", effects=effects),
            *(
                Entry("person", principal.key, "deputy_left", effects=[effect("deputy", person.key)])
                for principal in principals
            ),
            by=by,
        )


def _check_arrival(number: str, names: dict[str, str], guest: bool, expires_on: date | None) -> None:
    """Raises Invalid with every field that lacks something."""
    fields: dict[str, list[Any]] = {}
    if not number or len(number) > LONGEST_NUMBER:
        fields["staff_number"] = [_("Give a staff number of 32 signs at most, spaces not counted.")]
    for name, written in names.items():
        if not written.strip() or len(written.strip()) > LONGEST_NAME:
            fields[name] = [_("Give the name, in 100 letters at most.")]
    if guest and expires_on is None:
        fields["expires_on"] = [_("A guest needs a last day.")]
    elif expires_on is not None and expires_on < clock.today():
        fields["expires_on"] = [_("Choose a last day that is still to come.")]
    if fields:
        raise Invalid(next(iter(fields.values()))[0], code="arrival.incomplete", fields=fields)


def _check_desk(by: Actor, department: Department) -> None:
    if by.person is None:
        return
    if not any(
        grants.holds(by.person, role, entity=department.entity, department=department)
        for role in authority.ADDS_GUESTS
    ):
        raise NotAllowed(_("Only the HR desk or an administrator notes arrivals and posts."))


def _end_posts(person: Person, on: date) -> list[dict[str, Any]]:
    effects = []
    for post in person.posts.select_related("department").order_by("pk"):
        if post.ends_on is not None and post.ends_on <= on:
            continue
        effects.append(effect("post", post.department.key))
        post.ends_on = max(on, post.starts_on)
        post.save(update_fields=["ends_on"])
    return effects


def _end_rights(person: Person, on: date) -> list[dict[str, Any]]:
    now, effects = clock.now(), []
    for grant in person.role_grants.exclude(ends_at__lte=now).order_by("pk"):
        effects.append(effect("role", grant.role, programme=grant.programme_key))
    person.role_grants.exclude(ends_at__lte=now).filter(starts_at__gt=now).update(starts_at=now)
    person.role_grants.exclude(ends_at__lte=now).update(ends_at=now)
    for mandate in person.mandates.exclude(ends_on__lte=on).order_by("pk"):
        effects.append(effect("mandate", mandate.capacity, programme=mandate.programme_key))
        end_mandate_row(mandate, on)
    return effects


def _end_absences(person: Person, on: date) -> list[Person]:
    """Ends the person's own, and takes the person out of those of others, who are returned."""
    person.absences.filter(starts_on__gte=on).delete()
    person.absences.filter(ends_on__gte=on).update(ends_on=on - timedelta(days=1))
    standing_in = person.deputised_absences.filter(ends_on__gte=on)
    principals = Person.objects.filter(pk__in=standing_in.values("person")).order_by("pk")
    found = list(principals.select_for_update(no_key=True))
    standing_in.update(deputy=None)
    return found
