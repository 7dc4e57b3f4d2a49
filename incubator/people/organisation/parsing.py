"""From rows of text to the organisation the file wants, and what is wrong with its lines. Pure, no Django."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from incubator.people.organisation.reading import Row, plain

LONGEST = {
    "staff_number": 32, "family_name": 100, "given_name": 100, "email": 254, "entity": 200,
    "department_code": 40, "department_name": 200, "parent_code": 40, "parent_name": 200, "manager": 32,
    "contract": 40, "site": 120, "title": 200,
}  # fmt: skip
SHOWN = 80
YES = {"oui", "o", "yes", "y", "vrai", "true", "1", "x"}
NO = {"", "non", "n", "no", "faux", "false", "0"}
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
GRADE = re.compile(r"(?:cat(?:egorie)?)?([abc])")


class Place(NamedTuple):
    """A department: the entity's key and the department's code there."""

    entity: str
    code: str


class Problem(NamedTuple):
    """`code` and `values` for `words.problem`; a problem that does not refuse the line is a notice."""

    line: int
    column: str
    code: str
    values: Mapping[str, Any] = {}
    refused: bool = True


class WantedPost(NamedTuple):
    """`manager` is a staff number or ""; None where the file has no such column: what is known stays.

    `ends_on` is the first day without the post; `says_end`: whether the file has such a column.
    """

    place: Place
    manager: str | None = None
    is_head: bool | None = None
    grade_band: str | None = None
    contract: str | None = None
    site: str | None = None
    title: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    says_end: bool = False


@dataclass
class WantedPerson:
    staff_number: str
    given_name: str
    family_name: str
    email: str
    lines: list[int]
    posts: dict[Place, WantedPost] = field(default_factory=dict)


@dataclass
class WantedDepartment:
    """Empty `name`: what is known stays. `parent` None: not said; "" a direction."""

    place: Place
    name: str = ""
    parent: str | None = None
    line: int = 0


@dataclass
class Wanted:
    """What a file says. `held`: staff numbers of refused lines, for whom nothing ends.

    `unread`: entities in which a line names nobody, so that nobody leaves there; `unplaced`: entities in which a
    refused line names no department, so that none closes; "" stands for all entities. `mentioned`: departments
    that only refused lines name.
    """

    persons: dict[str, WantedPerson] = field(default_factory=dict)
    departments: dict[Place, WantedDepartment] = field(default_factory=dict)
    entities: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)
    mentioned: set[Place] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    lines: int = 0

    def refuse(self, number: str, problem: Problem) -> None:
        """Take a person's line out; what is known of the person stays."""
        self.problems.append(problem)
        self.held.add(number)


class _Refused(Exception):
    def __init__(self, column: str, code: str, **values: Any) -> None:
        super().__init__(code)
        self.column, self.code, self.values = column, code, values


def parse(rows: Iterable[Row], *, entities: Mapping[str, str], default_entity: str = "") -> Wanted:
    """What the rows say. `entities`: plain name or key → key; `default_entity` for rows that name none."""
    wanted = Wanted()
    for row in rows:
        wanted.lines += 1
        number, entity = _number(row.cells.get("staff_number", "")), default_entity
        try:
            entity = _entity(row, entities, default_entity)
            _take(wanted, row, number, entity)
        except _Refused as refused:
            problem = Problem(row.line, refused.column, refused.code, refused.values)
            if number and refused.column != "staff_number":
                wanted.refuse(number, problem)
            else:
                wanted.problems.append(problem)
                wanted.unread.add(entity)
            _mention(wanted, row, entity)
    return wanted


def _take(wanted: Wanted, row: Row, number: str, entity: str) -> None:
    _check_cells(row)
    if not number:
        raise _Refused("staff_number", "missing")
    cells = row.cells
    for name in ("family_name", "given_name", "department_code"):
        if not cells[name]:
            raise _Refused(name, "missing")
    post = _post(row, number, Place(entity, cells["department_code"]))
    person = wanted.persons.get(number) or WantedPerson(
        number, cells["given_name"], cells["family_name"], "", []
    )
    if (person.given_name, person.family_name) != (cells["given_name"], cells["family_name"]):
        raise _Refused("family_name", "other_name", first=person.lines[0])
    if post.place in person.posts:
        raise _Refused("department_code", "post_twice", first=person.lines[0])
    wanted.entities.add(entity)
    wanted.persons[number] = person
    person.lines.append(row.line)
    person.email = person.email or _email(wanted, row)
    person.posts[post.place] = post
    _departments(wanted, row, post.place)


def _email(wanted: Wanted, row: Row) -> str:
    """What is no address is left out and said: nobody needs one."""
    text = row.cells.get("email", "")
    if text and (len(text) > LONGEST["email"] or not EMAIL.fullmatch(text)):
        values = {"value": text[:SHOWN]}
        wanted.problems.append(Problem(row.line, "email", "not_an_email", values, refused=False))
        return ""
    return text


def _post(row: Row, number: str, place: Place) -> WantedPost:
    cells = row.cells
    starts_on, ends_on = _day(cells, "starts_on"), _day(cells, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise _Refused("ends_on", "ends_before")
    manager = _number(cells["manager"]) if "manager" in cells else None
    if manager == number:
        raise _Refused("manager", "own_manager")
    return WantedPost(
        place,
        manager=manager,
        is_head=_yes(cells),
        grade_band=_grade(cells),
        contract=cells.get("contract"),
        site=cells.get("site"),
        title=cells.get("title"),
        starts_on=starts_on,
        # Files give the last day worked.
        ends_on=ends_on + timedelta(days=1) if ends_on else None,
        says_end="ends_on" in cells,
    )


def _departments(wanted: Wanted, row: Row, place: Place) -> None:
    """First line first: a later line that says otherwise is a notice."""
    cells = row.cells
    known = wanted.departments.setdefault(place, WantedDepartment(place, line=row.line))
    name = cells.get("department_name", "")
    if name and known.name and name != known.name:
        values = {"value": name, "kept": known.name, "first": known.line}
        wanted.problems.append(Problem(row.line, "department_name", "other_value", values, refused=False))
    known.name = known.name or name
    if "parent_code" not in cells:
        return
    parent = cells["parent_code"]
    parent = "" if parent == place.code else parent  # some systems let a direction be its own parent
    if known.parent is not None and known.parent != parent:
        values = {"value": parent, "kept": known.parent, "first": known.line}
        wanted.problems.append(Problem(row.line, "parent_code", "other_value", values, refused=False))
    elif known.parent is None:
        known.parent, known.line = parent, row.line
    if parent:
        above = wanted.departments.setdefault(
            Place(place.entity, parent), WantedDepartment(Place(place.entity, parent), line=row.line)
        )
        above.name = above.name or cells.get("parent_name", "")


def _mention(wanted: Wanted, row: Row, entity: str) -> None:
    """A refused line still says that its department and parent exist, so that neither is closed."""
    if not row.cells.get("department_code"):
        wanted.unplaced.add(entity)
    for name in ("department_code", "parent_code"):
        if code := row.cells.get(name):
            wanted.mentioned.add(Place(entity, code))


def _entity(row: Row, entities: Mapping[str, str], default: str) -> str:
    written = row.cells.get("entity", "")
    if not written and default:
        return default
    if not written:
        raise _Refused("entity", "missing")
    if (key := entities.get(plain(written))) is None:
        raise _Refused("entity", "unknown_entity", value=written)
    return key


def _check_cells(row: Row) -> None:
    if row.too_many:
        raise _Refused("", "too_many_cells")
    for name, text in row.cells.items():
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
            raise _Refused(name, "control_character")
        if name != "email" and len(text) > LONGEST.get(name, 200):
            raise _Refused(name, "too_long", longest=LONGEST.get(name, 200))


def _number(text: str) -> str:
    return "".join(text.split()).upper()


def _day(cells: Mapping[str, str], name: str) -> date | None:
    text = cells.get(name, "")
    if not text:
        return None
    for order in DAYS:
        try:
            day = datetime.strptime(text[:10], order).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        if name == "ends_on" and day.year >= 2099:
            return None  # 31/12/2099, or 31/12/9999, is how some systems write “no end”
        if 1900 <= day.year <= 2199:
            return day
    raise _Refused(name, "not_a_day", value=text)


def _yes(cells: Mapping[str, str]) -> bool | None:
    if "is_head" not in cells:
        return None
    text = plain(cells["is_head"])
    if text not in YES | NO:
        raise _Refused("is_head", "not_yes_or_no", value=cells["is_head"])
    return text in YES


def _grade(cells: Mapping[str, str]) -> str | None:
    if "grade_band" not in cells:
        return None
    text = plain(cells["grade_band"])
    if not text:
        return ""
    found = GRADE.fullmatch(text)
    if found is None:
        raise _Refused("grade_band", "not_a_grade", value=cells["grade_band"])
    return found[1].upper()
