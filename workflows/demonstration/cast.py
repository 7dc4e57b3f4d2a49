"""Who holds which role and which mandate in the demo city, and who has a part in which idea."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from incubator.lib import clock
from incubator.people.actions import employment, rights
from incubator.people.actors import IMPORT, Actor
from incubator.people.models import Department, Entity, Person
from workflows.demonstration.staff import Directory, Employee

PROGRAMME = "idees"
# role → services from which one person each is taken
ROLES = {
    "programme_lead": ["DG2", "DG2"],
    "chair": ["CUL1", "SPO2", "AME1"],
    "panel_member": [
        "ENF1", "ENF3", "CAD1", "BAT1", "BAT2", "POP1", "POP2", "CUL2", "SPO1", "SEC2", "RH2", "RH3", "FIN1",
        "NUM1", "COM1", "EAU1", "EAU3", "DEC1", "DEC2", "VOI1", "VOI2", "VOI3", "POR1", "ECO1", "LOG1", "LOG2",
        "DOM1", "DOM3", "SOC1", "SOC2",
    ],
    "evaluator": ["FIN1", "NUM2", "AME2", "RH2"],
    "expert": ["DG1", "NUM2", "FIN2", "RH2"],
    "champion": ["ENF2", "CAD2", "BAT3", "VOI4", "EAU2", "DEC1", "DOM2", "SOC1"],
    "staff_representative": ["VOI1", "DOM1"],
    "coach": ["DG2"],
    "hr_desk": ["RH1", "RH1", "RH1"],
    "hr_analyst": ["RH3"],
    "cst_member": ["RH2"],
    "auditor": ["NUM2"],
    "administrator": ["NUM1"],
}  # fmt: skip


@dataclass
class Cast:
    """The persons of the city by what they do. Lists are in a fixed order."""

    directory: Directory
    dice: Random
    taken: set[str] = field(default_factory=set)
    people: dict[str, list[Person]] = field(default_factory=dict)
    authors: dict[str, Person] = field(default_factory=dict)
    first_day: date = date.max

    def __getitem__(self, role: str) -> list[Person]:
        return self.people[role]

    def pick(self, service: str, *, band: str = "", head: bool = False) -> Employee:
        """A steady person of this service who has no part yet; of the whole city when there is none left."""
        here = self.directory.by_place.get(service, [])
        anywhere = [one for one in self.directory.employees if one.place.parent]
        for pool, wanted in ((here, band), (here, ""), (anywhere, "")):
            free = [
                one
                for one in pool
                if one.is_steady
                and one.number not in self.taken
                and one.is_head == head
                and (not wanted or one.grade == wanted)
                and one.since <= self.first_day
            ]
            if free:
                chosen = self.dice.choice(free)
                self.taken.add(chosen.number)
                return chosen
        raise ValueError("Too few people for the stories: ask for more with --people.")

    def author(self, name: str) -> Person:
        """The person behind a name of the fixture such as `VOI1:a` or `DOM1:b:C` (service, which one, band)."""
        if name not in self.authors:
            service, _which, *band = name.split(":")
            chosen = self.pick(service, band=band[0] if band else "")
            self.authors[name] = Person.objects.get(staff_number=chosen.number)
        return self.authors[name]


def appoint(cast: Cast) -> None:
    """Give roles and mandates, as an administrator's file of appointments would; at the clock's instant."""
    ville = Entity.objects.get(key="ville")
    by_number = Person.objects.in_bulk(field_name="staff_number")
    for role, services in ROLES.items():
        bands = {"programme_lead": "A", "evaluator": "A", "auditor": "A", "hr_analyst": "A"}
        chosen = [cast.pick(service, band=bands.get(role, ""), head=role == "chair") for service in services]
        cast.people[role] = [by_number[one.number] for one in chosen]
    _grant(cast)
    _mandate(cast, ville, by_number)


def _grant(cast: Cast) -> None:
    entities = list(Entity.objects.filter(key__in=["ville", "metropole", "ccas"]).order_by("pk"))
    for role, persons in cast.people.items():
        for number, person in enumerate(persons):
            scope: dict[str, object] = {}
            if role in ("programme_lead", "chair", "panel_member", "evaluator", "expert"):
                scope = {"programme_key": PROGRAMME}
            elif role == "hr_desk":
                scope = {"entity": entities[number]}
            elif role == "champion":
                scope = {"department": Department.objects.get(code=_direction_of(cast, person), parent=None)}
            rights.grant_role(person=person, role=role, by=IMPORT, **scope)  # type: ignore[arg-type]


def _direction_of(cast: Cast, person: Person) -> str:
    one = next(one for one in cast.directory.employees if one.number == person.staff_number)
    return one.place.parent or one.place.code


def _mandate(cast: Cast, ville: Entity, by_number: dict[str, Person]) -> None:
    heads = {code: by_number[one.number] for code, one in cast.directory.heads.items()}
    general = [one for one in cast.directory.by_place["DG"] if not one.is_head]
    cast.people["dgs"] = [heads["DG"]]
    cast.people["dga"] = [by_number[one.number] for one in general]
    cast.people["finance"] = [heads["FIN1"]]
    cast.people["procurement"] = [heads["FIN2"]]
    cast.people["director"] = [heads[code] for code in sorted(cast.directory.directions) if code != "DG"]
    elected = employment.hire(
        staff_number="ELU07",
        given_name="Solène",
        family_name="Vauquelin",
        by=IMPORT,
        guest=True,
        expires_on=clock.today() + timedelta(days=5 * 365),
    )
    cast.people["elected"] = [elected]
    services = [
        one for one in cast.directory.heads.values() if one.place.parent and one.place.entity == ville.key
    ]
    cast.people["head_of_service"] = [by_number[one.number] for one in services if one.is_steady]
    served = {one.number: one.place for one in services}
    for number, (capacity, holder) in enumerate(_holders(cast), start=1):
        day = clock.today()
        place = served[holder.staff_number] if capacity == "head_of_service" else None
        rights.give_mandate(
            holder=holder,
            capacity=capacity,
            reference=f"Arrêté n° {day:%Y}-{140 + number} du {day:%d/%m/%Y}",
            entity=ville,
            programme_key=PROGRAMME if capacity == "programme_lead" else "",
            department=place and Department.objects.get(entity=ville, code=place.code),
            by=IMPORT,
        )
    cast.taken |= {holder.staff_number for _capacity, holder in _holders(cast)}


def _holders(cast: Cast) -> Iterator[tuple[str, Person]]:
    for capacity in (
        "dgs", "elected", "dga", "finance", "procurement", "programme_lead", "director", "head_of_service"
    ):  # fmt: skip
        for holder in cast.people[capacity]:
            yield capacity, holder


def act(person: Person) -> Actor:
    return Actor(person=person)
