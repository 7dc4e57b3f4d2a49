"""Apply a difference: one transaction, few statements whatever the number of people."""

import uuid
from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Q

from incubator.people import departures, journal
from incubator.people.actions.employment import depart
from incubator.people.actors import Actor
from incubator.people.journal import Entry, effect
from incubator.people.models import Department, DepartmentPeriod, Entity, Person, Post
from incubator.people.organisation.changes import DepartmentChange, Difference, PersonChange
from incubator.people.organisation.parsing import Place, WantedPost

BATCH = 1000
LOCK = 0x7065_6F70  # “peop”: two files are never applied at once


def wait_for_others() -> None:
    """Hold the import's lock to the end of the transaction. Taken before what is known is read."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def apply(*, difference: Difference, on: date, by: Actor, source: str) -> None:
    """Make the organisation as the difference says, from `on`. `source`: the file's SHA-256.

    One event per person who changes, and one on the chain of each entity that does. People who leave do so as
    by `depart`, one by one, because seats and ideas have to be handed over.
    """
    places = _departments(difference.departments, on)
    numbers = [change.staff_number for change in difference.persons]
    people = {
        person.staff_number: person
        for person in Person.objects.select_for_update(no_key=True)
        .filter(staff_number__in=numbers)
        .order_by("pk")
    }
    staying = [change for change in difference.persons if change.verb != "left"]
    _persons(staying, people)
    _posts(staying, people, places)
    journal.record(*_person_events(staying, people, places), by=by)
    for change in difference.persons:
        if change.left_on is not None:
            depart(person=people[change.staff_number], on=change.left_on, by=by)
    journal.record(*_entity_events(difference, places, source), by=by)
    departures.closeness_changed()


def _departments(changes: list[DepartmentChange], on: date) -> dict[Place, Department]:
    """Create and change departments and their periods; return every department by its place."""
    entities = {entity.key: entity for entity in Entity.objects.all()}
    Department.objects.bulk_create(
        [
            Department(entity=entities[change.place.entity], code=change.place.code, name=change.name)
            for change in changes
            if "created" in change.verbs
        ],
        batch_size=BATCH,
    )
    places = {
        Place(department.entity.key, department.code): department
        for department in Department.objects.select_related("entity")
    }
    changed = []
    for change in changes:
        department = places[change.place]
        department.name = change.name
        department.parent = places[Place(change.place.entity, change.parent)] if change.parent else None
        department.closed_on = on if "closed" in change.verbs else None
        changed.append(department)
    Department.objects.bulk_update(changed, ["name", "parent", "closed_on"], batch_size=BATCH)
    _periods(changed, on)
    return places


def _periods(departments: list[Department], on: date) -> None:
    running = DepartmentPeriod.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), department__in=departments)
    running.filter(starts_on__gte=on).delete()
    running.update(ends_on=on)
    DepartmentPeriod.objects.bulk_create(
        [
            DepartmentPeriod(
                department=department, name=department.name, parent=department.parent, starts_on=on
            )
            for department in departments
            if department.closed_on is None
        ],
        batch_size=BATCH,
    )


def _persons(changes: list[PersonChange], people: dict[str, Person]) -> None:
    """New persons cannot sign in before a code is handed over; nor can those who return."""
    arrived = [
        Person(
            staff_number=change.staff_number,
            given_name=change.given_name,
            family_name=change.family_name,
            email=change.email,
            password=make_password(None),
        )
        for change in changes
        if change.verb == "arrived"
    ]
    Person.objects.bulk_create(arrived, batch_size=BATCH)
    people.update({person.staff_number: person for person in arrived})
    changed = []
    for change in changes:
        if change.verb == "arrived" or not (change.fields or change.verb == "returned"):
            continue
        person = people[change.staff_number]
        person.given_name, person.family_name = change.given_name, change.family_name
        person.email = change.email
        if change.verb == "returned":
            person.is_active, person.departed_on = True, None
        changed.append(person)
    fields = ["given_name", "family_name", "email", "is_active", "departed_on"]
    Person.objects.bulk_update(changed, fields, batch_size=BATCH)


def _posts(changes: list[PersonChange], people: dict[str, Person], places: dict[Place, Department]) -> None:
    managers = people | {
        person.staff_number: person
        for person in Person.objects.filter(
            staff_number__in={post.manager for change in changes for post in _wanted(change) if post.manager}
            - people.keys()
        )
    }
    ended = [Post(pk=post.pk, ends_on=day) for change in changes for post, day in change.ends]
    Post.objects.bulk_update(ended, ["ends_on"], batch_size=BATCH)
    amended = [
        Post(pk=known.pk, ends_on=post.ends_on, **_details(post, managers))
        for change in changes
        for known, post in change.amends
    ]
    details = ["line_manager", "is_head", "grade_band", "contract", "site", "title"]
    Post.objects.bulk_update(amended, [*details, "ends_on"], batch_size=BATCH)
    Post.objects.bulk_create(
        [
            Post(
                person=people[change.staff_number],
                department=places[start.post.place],
                starts_on=start.starts_on,
                ends_on=start.post.ends_on,
                **_details(start.post, managers),
            )
            for change in changes
            for start in change.starts
        ],
        # A post that was ended and begins again on the very same day is the same post.
        update_conflicts=True,
        unique_fields=["person", "department", "starts_on"],
        update_fields=[*details, "ends_on"],
        batch_size=BATCH,
    )


def _wanted(change: PersonChange) -> list[WantedPost]:
    return [start.post for start in change.starts] + [post for _known, post in change.amends]


def _details(post: WantedPost, managers: dict[str, Person]) -> dict[str, Any]:
    return {
        "line_manager": managers[post.manager] if post.manager else None,
        "is_head": bool(post.is_head),
        "grade_band": post.grade_band or "",
        "contract": post.contract or "",
        "site": post.site or "",
        "title": post.title or "",
    }


def _person_events(
    changes: list[PersonChange], people: dict[str, Person], places: dict[Place, Department]
) -> list[Entry]:
    """Keys and names of fields; what was written in them is in the tables."""
    entries = []
    for change in changes:
        effects = [effect("post", places[post.place].key, until=day) for post, day in change.ends]
        effects += [
            effect("post", after=places[start.post.place].key, since=start.starts_on)
            for start in change.starts
        ]
        if change.fields:
            effects.append(effect("fields", after=sorted(change.fields)))
        key = people[change.staff_number].key
        entries.append(Entry("person", key, change.verb, effects=effects))
    return entries


def _entity_events(difference: Difference, places: dict[Place, Department], source: str) -> list[Entry]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for change in difference.persons:
        posts = [post.place for post in _wanted(change)] + [post.place for post, _day in change.ends]
        for entity in {place.entity for place in posts}:
            counts[entity][change.verb] += 1
    effects: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for department in difference.departments:
        key: uuid.UUID = places[department.place].key
        effects[department.place.entity] += [
            effect(f"department_{verb}", department=key) for verb in department.verbs
        ]
    entities = Entity.objects.select_for_update(no_key=True).filter(key__in=counts.keys() | effects.keys())
    return [
        Entry(
            "organisation",
            entity.subject_key,
            "people_imported",
            {"file": source, "people": dict(counts[entity.key])},
            effects[entity.key],
        )
        for entity in entities.order_by("pk")
    ]
