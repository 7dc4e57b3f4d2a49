"""Who plays: the cast of the journey, and those who have no business there."""

import copy
from dataclasses import dataclass
from datetime import date

from ideas import joining
from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from incubator.people.models import Person
from tests.factories import (
    DepartmentFactory,
    EntityFactory,
    MandateFactory,
    PersonFactory,
    RoleGrantFactory,
    TeamMemberFactory,
)
from tests.journey.cast import Cast

OVER = date(2025, 12, 31)


@dataclass
class City(Cast):
    """One programme. `strangers` may do nothing here: their role is elsewhere, over, none, or one that never acts."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.programme = Programme.objects.get()
        MandateFactory(holder=self.director, capacity="director", department=self.home.parent)
        self.co_author = PersonFactory(department=self.home, manager=self.manager)
        self.colleague = PersonFactory(department=self.home, manager=self.manager)
        self.other_home = DepartmentFactory(service=True)
        self.other_manager = PersonFactory(department=self.other_home, head=True)
        self.other_author = PersonFactory(department=self.other_home, manager=self.other_manager)
        self.other_chair = PersonFactory(employed=True, role="chair")
        self.other_dga = PersonFactory(employed=True, mandate="dga")
        self.elected = PersonFactory(employed=True, mandate="elected")
        self.service = DepartmentFactory(service=True)
        self.head = PersonFactory(
            department=self.service, head=True, mandate="head_of_service", mandate__department=self.service
        )
        self.hr_desk = PersonFactory(employed=True, role="hr_desk")
        self.administrator = PersonFactory(employed=True, role="administrator", is_superuser=True)
        elsewhere = EntityFactory(key="metropole")
        self.strangers = [
            PersonFactory(employed=True),
            PersonFactory(is_superuser=True),
            self.administrator,
            PersonFactory(employed=True, mandate="dga", mandate__entity=elsewhere),
            PersonFactory(role="programme_lead", role__programme_key="ailleurs", employed=True),
            PersonFactory(employed=True, role="auditor"),
            self._expired(),
        ]

    def _expired(self) -> Person:
        """Held everything until last year."""
        person = PersonFactory(employed=True)
        for capacity in ("dga", "dgs", "programme_lead", "finance"):
            MandateFactory(holder=person, capacity=capacity, ends_on=OVER)
        for role in ("programme_lead", "chair", "panel_member"):
            RoleGrantFactory(person=person, role=role, ends_at=f"{OVER}T00:00:00Z")
        return person

    def seen_by(self, author: Person) -> "City":
        """The same city, with someone else as the author of the steps."""
        other = copy.copy(self)
        other.author = author
        return other

    def joined(self, idea: Idea) -> None:
        TeamMemberFactory(idea=idea, person=self.co_author, role="co_author")
        joining.joined(idea)
