"""The people of the bench: directions and services, those who decide, a pool of panel members, authors."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import cycle
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from incubator.people.models import Department, DepartmentPeriod, Entity, Mandate, Person, Post, RoleGrant
from workflows.demonstration.material import read

LONG_AGO = date(2018, 1, 1)
LONG_AGO_AT = datetime(2018, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))
PROGRAMME = "idees"
DIRECTIONS, SERVICES = 8, 4
# Of those who sit, none is of a direction that authors come from: any of them may sit on any idea.
GENERAL = 0


@dataclass
class Employee:
    """Someone of a service, with who is above."""

    person: Person
    manager: Person
    director: Person


@dataclass
class Staff:
    """`people`: role → persons, as the demo's stories ask for; `authors` of the services, `pool` of panels."""

    people: dict[str, list[Person]] = field(default_factory=dict)
    authors: list[Employee] = field(default_factory=list)
    pool: list[Person] = field(default_factory=list)
    chairs: list[Person] = field(default_factory=list)
    # What a story looks up for someone who would run the service: nobody, so the author does.
    directory: Any = field(default_factory=lambda: SimpleNamespace(heads={}))

    def __post_init__(self) -> None:
        self._next = cycle(range(10_000))

    def __getitem__(self, role: str) -> list[Person]:
        return self.people[role]

    def author(self, _name: str) -> Person:
        return self.authors[next(self._next) % len(self.authors)].person


def hire(count: int, pool: int, chairs: int) -> Staff:
    """Make `count` people, `pool` of them panel members and `chairs` who chair, with roles and mandates."""
    city = Entity.objects.create(key="ville", name="Ville de Port-Aubert")
    directions, services = _departments(city)
    staff = Staff()
    number = iter(range(100_000, 10_000_000))
    names = read("names")
    given, family = cycle(names["given"]), cycle(names["family"])

    def people(how_many: int) -> list[Person]:
        return Person.objects.bulk_create(
            [
                Person(
                    staff_number=str(next(number)),
                    given_name=next(given),
                    family_name=next(family),
                    password=UNUSABLE_PASSWORD_PREFIX,
                )
                for _ in range(how_many)
            ],
            batch_size=2000,
        )

    top, posts = people(1), []
    heads = people(len(directions))
    posts += [_post(top[0], directions[GENERAL], None, head=False)]
    posts += [_post(head, one, top[0], head=True) for head, one in zip(heads, directions, strict=True)]
    general = people(8 + pool + chairs)
    posts += [_post(person, services[GENERAL][0], heads[GENERAL]) for person in general]
    staff.people = {
        "dgs": top,
        "programme_lead": general[:2],
        "dga": general[2:4],
        "finance": general[4:5],
        "evaluator": general[5:7],
        "expert": general[7:8],
        "director": heads[1:],
        "chair": general[8 : 8 + chairs],
    }
    staff.chairs, staff.pool = staff["chair"], general[8 + chairs :]
    places = [(heads[at], service) for at in range(1, DIRECTIONS) for service in services[at]]
    managers = people(len(places))
    for manager, (director, service) in zip(managers, places, strict=True):
        posts.append(_post(manager, service, director, head=True))
    for place, person in enumerate(people(max(count - len(general) - len(managers), 40))):
        at = place % len(places)
        posts.append(_post(person, places[at][1], managers[at]))
        staff.authors.append(Employee(person, managers[at], places[at][0]))
    Post.objects.bulk_create(posts, batch_size=2000)
    _appoint(staff, city)
    return staff


def _departments(city: Entity) -> tuple[list[Department], list[list[Department]]]:
    directions = Department.objects.bulk_create(
        [Department(entity=city, code=f"D{at}", name=f"Direction {at}") for at in range(DIRECTIONS)]
    )
    services = [
        Department.objects.bulk_create(
            [
                Department(entity=city, code=f"{one.code}S{at}", name=f"Service {one.code}.{at}", parent=one)
                for at in range(SERVICES)
            ]
        )
        for one in directions
    ]
    DepartmentPeriod.objects.bulk_create(
        DepartmentPeriod(department=one, name=one.name, parent=one.parent, starts_on=LONG_AGO)
        for one in [*directions, *(one for of in services for one in of)]
    )
    return directions, services


def _post(person: Person, place: Department, manager: Person | None, *, head: bool = False) -> Post:
    return Post(person=person, department=place, line_manager=manager, is_head=head, starts_on=LONG_AGO)


def _appoint(staff: Staff, city: Entity) -> None:
    grants = [(person, "panel_member") for person in staff.pool]
    grants += [(person, role) for role in ("programme_lead", "chair", "evaluator") for person in staff[role]]
    grants += [(person, "sponsor") for person in staff["director"]]
    RoleGrant.objects.bulk_create(
        RoleGrant(person=person, role=role, programme_key=PROGRAMME, starts_at=LONG_AGO_AT)
        for person, role in grants
    )
    mandates = [
        (person, role)
        for role in ("dgs", "dga", "finance", "director", "programme_lead")
        for person in staff[role]
    ]
    Mandate.objects.bulk_create(
        Mandate(
            holder=person,
            capacity=capacity,
            reference=f"Arrêté n° 2018-{number}",
            entity=city,
            starts_on=LONG_AGO,
        )
        for number, (person, capacity) in enumerate(mandates, start=1)
    )
