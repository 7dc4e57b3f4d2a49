"""What is known of the organisation on a day, and what is to change: plain records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from incubator.people.organisation.parsing import Place, Problem, WantedPost


class CurrentPost(NamedTuple):
    """A post that runs on the day or begins later; `manager` is a staff number or ""."""

    pk: int
    place: Place
    manager: str
    is_head: bool
    grade_band: str
    contract: str
    site: str
    title: str
    starts_on: date
    ends_on: date | None


class CurrentPerson(NamedTuple):
    """`last_end`: when the newest of the posts that are over ended."""

    staff_number: str
    given_name: str
    family_name: str
    email: str
    is_active: bool
    has_left: bool
    is_guest: bool
    posts: tuple[CurrentPost, ...] = ()
    last_end: date | None = None


class CurrentDepartment(NamedTuple):
    place: Place
    name: str
    parent: str
    is_open: bool


class Current(NamedTuple):
    persons: Mapping[str, CurrentPerson]
    departments: Mapping[Place, CurrentDepartment]


class Start(NamedTuple):
    post: WantedPost
    starts_on: date


@dataclass
class PersonChange:
    """`verb`: arrived, returned, moved, changed, left. `ends`: post → its last day is the day before."""

    staff_number: str
    verb: str
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    fields: set[str] = field(default_factory=set)
    ends: list[tuple[CurrentPost, date]] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    amends: list[tuple[CurrentPost, WantedPost]] = field(default_factory=list)
    left_on: date | None = None


class DepartmentChange(NamedTuple):
    """`verbs` of created, reopened, renamed, moved, closed; name and parent as they are from the day on."""

    place: Place
    verbs: tuple[str, ...]
    name: str
    parent: str
    name_before: str = ""
    parent_before: str = ""


@dataclass
class Difference:
    persons: list[PersonChange] = field(default_factory=list)
    departments: list[DepartmentChange] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    # entity → (who would leave, who works there)
    leaving: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, *verbs: str) -> int:
        return sum(change.verb in verbs for change in self.persons)

    @property
    def refused(self) -> int:
        """Lines, each counted once."""
        return len({problem.line for problem in self.problems if problem.refused})
