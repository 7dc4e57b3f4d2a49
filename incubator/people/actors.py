"""Who acts: a person, a deputy for a person, or a named system actor, which never votes and never decides."""

from dataclasses import dataclass
from typing import Literal

from incubator.people.models import Person

System = Literal[
    "clock", "founding", "import", "merging", "migration", "seating", "substitution", "waiting_list"
]


@dataclass(frozen=True)
class Actor:
    """`person` acts, if set `on_behalf_of` someone absent; or `system` acts, and no person does."""

    person: Person | None = None
    on_behalf_of: Person | None = None
    system: System | None = None

    def __post_init__(self) -> None:
        if (self.person is None) == (self.system is None):
            raise ValueError("An actor is a person or a system actor.")

    @property
    def human(self) -> Person:
        """The person who acts. Raises ValueError for a system actor, which never votes and never decides."""
        if self.person is None:
            raise ValueError(f"The {self.system} actor cannot do this.")
        return self.person

    @property
    def principal(self) -> Person:
        """Whose right is used: the absent person a deputy stands in for, else the person."""
        return self.on_behalf_of or self.human


CLOCK = Actor(system="clock")
FOUNDING = Actor(system="founding")
IMPORT = Actor(system="import")
MERGING = Actor(system="merging")
MIGRATION = Actor(system="migration")
SEATING = Actor(system="seating")
SUBSTITUTION = Actor(system="substitution")
WAITING_LIST = Actor(system="waiting_list")
