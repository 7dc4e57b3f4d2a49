"""The staff of the demo city, invented, and the files its HR system wrote on three days."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from workflows.demonstration.material import read

FEWEST = 250
TEAM = 13  # agents of a service under one leader
CONTRACTS = ("Titulaire",) * 15 + ("Contractuel",) * 4 + ("CDI",) + ("Apprenti",)
BEFORE = "Direction des systèmes d’information"  # what the direction of NUM was called on the first day
HEADINGS = (
    "Matricule", "Nom", "Prénom", "E-mail", "Entité", "Code service", "Libellé service", "Code service parent",
    "Libellé service parent", "Matricule du responsable", "Responsable du service", "Catégorie", "Contrat", "Site",
    "Fonction", "Date de début",
)  # fmt: skip


class Place(NamedTuple):
    """A department as the HR system writes it; a direction's parent is empty."""

    entity: str
    code: str
    name: str
    parent: str
    parent_name: str


@dataclass(frozen=True)
class Employee:
    """`leaves`: the file (1 or 2) from which the person is missing; `came_from`: the place until file 2."""

    number: str
    given_name: str
    family_name: str
    email: str
    place: Place
    manager: str
    is_head: bool
    grade: str
    contract: str
    site: str
    title: str
    since: date
    leaves: int = 9
    came_from: Place | None = None

    @property
    def is_steady(self) -> bool:
        """Here all along, in one place: fit for a part in a story."""
        return self.leaves == 9 and self.came_from is None


class Directory:
    """Everyone, and who heads what. `directions`: code → its root department."""

    def __init__(self, employees: list[Employee], directions: dict[str, Place]) -> None:
        self.employees = employees
        self.directions = directions
        self.heads = {one.place.code: one for one in employees if one.is_head}
        self.by_place: dict[str, list[Employee]] = {}
        for one in employees:
            self.by_place.setdefault(one.place.code, []).append(one)


def invent(count: int, dice: Random, days: Sequence[date]) -> Directory:
    """`count` persons in the departments of the fixture. `days`: of the three files, oldest first."""
    entities = read("organisation")["entities"]
    makes = _Makes(dice, days)
    directions: dict[str, Place] = {}
    employees = _general_direction(entities[0], makes, directions)
    deputies = [one.number for one in employees if not one.is_head]
    services: list[tuple[Place, int, list[Any], str, list[str]]] = []
    for entity in entities:
        for direction in entity["directions"]:
            root = directions.setdefault(
                direction["code"], Place(entity["key"], direction["code"], direction["name"], "", "")
            )
            if direction["code"] != "DG":
                deputy, site = deputies[direction["dga"]], entity["sites"][0]
                director = makes.one(root, deputy, True, "A", "Responsable de direction", site, old=True)
                employees.append(director)
            head = next(one.number for one in employees if one.place == root and one.is_head)
            for code, name, share, *titles in direction["services"]:
                place = Place(entity["key"], code, name, root.code, root.name)
                services.append((place, share, titles, head, entity["sites"]))
    rest = count - len(employees)
    shares = sum(share for _place, share, *_ in services)
    spare = rest - 3 * len(services)
    for place, share, titles, director_number, sites in services:
        size = 3 + int(spare * share / shares)
        employees += _service(place, size, titles, director_number, sites, makes)
    while len(employees) < count:
        place, _share, titles, _director, sites = services[len(employees) % len(services)]
        head = next(one.number for one in employees if one.place == place and one.is_head)
        employees.append(makes.agent(place, head, titles, sites))
    return Directory(_with_movements(employees[:count], services, dice), directions)


def _general_direction(entity: Any, makes: "_Makes", directions: dict[str, Place]) -> list[Employee]:
    direction = entity["directions"][0]
    root = directions["DG"] = Place(entity["key"], "DG", direction["name"], "", "")
    site = entity["sites"][0]
    head = makes.one(root, "", True, "A", "Direction générale des services", site, old=True)
    titles = ("ressources", "services à la population", "cadre de vie et sécurité", "territoire et mobilités")
    return [head] + [
        makes.one(root, head.number, False, "A", f"Direction générale adjointe, {title}", site, old=True)
        for title in titles
    ]


def _service(
    place: Place, size: int, titles: list[Any], director: str, sites: list[str], makes: "_Makes"
) -> list[Employee]:
    """A head, leaders of teams when there are many, and agents."""
    head = makes.one(place, director, True, "A", "Responsable de service", sites[0], old=True)
    agents, leaders = size - 1, max((size - 1) // (TEAM + 1), 0) if size > TEAM + 3 else 0
    team_leaders = [
        makes.one(place, head.number, False, "B", makes.dice.choice(titles[1]), makes.dice.choice(sites))
        for _ in range(leaders)
    ]
    above = team_leaders or [head]
    return [head, *team_leaders] + [
        makes.agent(place, above[number % len(above)].number, titles, sites)
        for number in range(agents - leaders)
    ]


class _Makes:
    """Makes persons with a name, a number and an address of their own."""

    def __init__(self, dice: Random, days: Sequence[date]) -> None:
        self.dice, self.days = dice, days
        names = read("names")
        self.given, self.family = names["given"], names["family"]
        self.numbers = iter(dice.sample(range(10_000, 99_999), 60_000))
        self.addresses: dict[str, int] = {}

    def agent(self, place: Place, manager: str, titles: list[Any], sites: list[str]) -> Employee:
        band = self.dice.choices("CBA", (76, 16, 8))[0]
        title = self.dice.choice(titles["CBA".index(band)])
        return self.one(place, manager, False, band, title, self.dice.choice(sites))

    def one(
        self,
        place: Place,
        manager: str,
        is_head: bool,
        grade: str,
        title: str,
        site: str,
        *,
        old: bool = False,
    ) -> Employee:
        given, family = self.dice.choice(self.given), self.dice.choice(self.family)
        first, last = self.days[0], self.days[-1]
        since = first - timedelta(days=self.dice.randint(30, 9000))
        if not old and self.dice.random() < 0.22:
            since = first + timedelta(days=self.dice.randint(1, (last - first).days))
        written = grade != "C" or self.dice.random() < 0.35
        return Employee(
            number=str(next(self.numbers)),
            given_name=given,
            family_name=family,
            email=self._address(given, family) if written else "",
            place=place,
            manager=manager,
            is_head=is_head,
            grade=grade,
            contract="Titulaire" if old else self.dice.choice(CONTRACTS),
            site=site,
            title=title,
            since=since,
        )

    def _address(self, given: str, family: str) -> str:
        name = f"{_plain(given)}.{_plain(family)}"
        self.addresses[name] = number = self.addresses.get(name, 0) + 1
        return f"{name}{number if number > 1 else ''}@port-aubert.example"


def _plain(name: str) -> str:
    name = name.replace("Œ", "Oe").replace("œ", "oe")
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(sign if sign.isalnum() else "-" for sign in bare).strip("-")


def _with_movements(employees: list[Employee], services: list[Any], dice: Random) -> list[Employee]:
    """A few in a hundred leave, a few move; never whoever manages someone."""
    managers = {one.manager for one in employees}
    places = [place for place, *_ in services]
    found = []
    for one in employees:
        drawn = dice.random()
        if one.number not in managers and not one.is_head:
            if drawn < 0.025:
                one = replace(one, leaves=1 if drawn < 0.015 else 2)
            elif drawn < 0.045 and one.grade != "A":
                one = replace(one, came_from=dice.choice(places))
        found.append(one)
    return found


def file_of(directory: Directory, number: int, day: date) -> bytes:
    """What the HR system wrote on `day`, as CSV: its `number`th file, from 0."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(_lines(directory, number, day))
    return out.getvalue().encode()


def _lines(directory: Directory, number: int, day: date) -> Iterator[list[str]]:
    for one in directory.employees:
        if one.since > day or one.leaves <= number:
            continue
        place, manager = one.place, one.manager
        if one.came_from is not None and number < 2:
            place = one.came_from
            manager = directory.heads[place.code].number
        place = _as_it_was(place, number)
        yield [
            one.number, one.family_name, one.given_name, one.email, place.entity, place.code, place.name,
            place.parent, place.parent_name, manager, "oui" if one.is_head else "non", one.grade, one.contract,
            one.site, one.title, one.since.isoformat() if place.code == one.place.code else "",
        ]  # fmt: skip


def _as_it_was(place: Place, number: int) -> Place:
    """On the first day the digital direction had another name, and the cemeteries were with the registrars."""
    if number:
        return place
    if place.code == "NUM":
        return place._replace(name=BEFORE)
    if place.parent == "NUM":
        return place._replace(parent_name=BEFORE)
    if place.code == "CAD3":
        return place._replace(parent="POP", parent_name="Direction de la population et de la proximité")
    return place
