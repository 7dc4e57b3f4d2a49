"""Rows for tests. Left alone, everything stands in one city (`ville`) and one programme (`idees`).

Rows are made as the tables want them; a test about an act calls the act.

    PersonFactory()                                   can sign in with PASSWORD, no post
    PersonFactory(employed=True)                      with a post in a department of its own
    PersonFactory(department=service, manager=head)   with a post there
    PersonFactory(department=service, head=True)      heads it
    PersonFactory(role="chair", mandate="dga")        with a role and a mandate on the whole city
    IdeaFactory(author=person, live=True)             submitted; without `live`, a draft
    GateRoundFactory(gate="G1"), SeatFactory(round=…)  an open round, and who sits
"""

import functools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from ideas.calls.models import Call, Programme
from ideas.drafting.models import Draft, Idea, IdeaContent, TeamMember
from incubator.lib import clock
from incubator.people import models as people
from workflows.gates.configuration import default_rules, pinned
from workflows.gates.models import GateRound, Seat

PASSWORD = "quai-des-idees-7"
LONG_AGO = date(2020, 1, 1)
LONG_AGO_AT = datetime(2020, 1, 1, tzinfo=UTC)


@functools.cache
def hashed(secret: str = PASSWORD) -> str:
    """A hash costs time: each secret is hashed once for all tests."""
    return make_password(secret)


class EntityFactory(DjangoModelFactory):
    class Meta:
        model = people.Entity
        django_get_or_create = ("key",)

    key = "ville"
    name = factory.LazyAttribute(lambda entity: {"ville": "Ville de Port-Aubert"}.get(entity.key, entity.key))


class DepartmentFactory(DjangoModelFactory):
    """A direction (no parent) with its current period; `service=True` puts it in a direction of its own."""

    class Meta:
        model = people.Department
        skip_postgeneration_save = True

    class Params:
        service = factory.Trait(parent=factory.SubFactory("tests.factories.DepartmentFactory"))

    entity = factory.LazyAttribute(
        lambda department: department.parent.entity if department.parent else EntityFactory()
    )
    code = factory.Sequence(lambda n: f"D{n:04}")
    name = factory.LazyAttribute(lambda department: f"Service {department.code}")
    parent = None

    @factory.post_generation
    def period(self, create: bool, extracted: Any, **fields: Any) -> None:
        """`period=False` makes none; `period__starts_on=…` dates it."""
        if create and extracted is not False:
            DepartmentPeriodFactory(
                department=self, name=self.name, parent=self.parent, ends_on=self.closed_on, **fields
            )


class DepartmentPeriodFactory(DjangoModelFactory):
    class Meta:
        model = people.DepartmentPeriod

    department = factory.SubFactory(DepartmentFactory, period=False)
    name = factory.SelfAttribute("department.name")
    parent = factory.SelfAttribute("department.parent")
    starts_on = LONG_AGO


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = people.Person
        skip_postgeneration_save = True

    class Params:
        secret = PASSWORD
        guest = factory.Trait(kind="guest", expires_on=factory.LazyFunction(lambda: _in_days(90)))
        departed = factory.Trait(is_active=False, departed_on=factory.LazyFunction(lambda: _in_days(-1)))
        locked = factory.Trait(
            failed_sign_ins=5,
            locked_until=factory.LazyFunction(lambda: clock.now() + timedelta(minutes=15)),
        )
        never_signed_in = factory.Trait(password="!")
        english = factory.Trait(language="en")

    staff_number = factory.Sequence(lambda n: f"{100_000 + n}")
    given_name = factory.Sequence(lambda n: f"Camille{n}")
    family_name = factory.Sequence(lambda n: f"Martin{n}")
    password = factory.LazyAttribute(lambda person: hashed(person.secret))
    email = ""

    @factory.post_generation
    def employed(self, create: bool, extracted: Any, **fields: Any) -> None:
        """`employed=True`, or `employed__grade_band="C"`."""
        if create and (extracted or fields):
            PostFactory(person=self, **fields)

    @factory.post_generation
    def department(self, create: bool, extracted: Any, **fields: Any) -> None:
        """`department=service`, with `manager=` and `head=` of the same post."""
        if create and extracted:
            PostFactory(person=self, department=extracted, **fields)

    @factory.post_generation
    def manager(self, create: bool, extracted: Any, **_: Any) -> None:
        if create and extracted:
            self.posts.update(line_manager=extracted)

    @factory.post_generation
    def head(self, create: bool, extracted: Any, **_: Any) -> None:
        if create and extracted:
            self.posts.update(is_head=True)

    @factory.post_generation
    def role(self, create: bool, extracted: Any, **scope: Any) -> None:
        """`role="chair"`, `role__programme_key="idees"`; several by a list."""
        if create and extracted:
            for role in [extracted] if isinstance(extracted, str) else extracted:
                RoleGrantFactory(person=self, role=role, **scope)

    @factory.post_generation
    def mandate(self, create: bool, extracted: Any, **scope: Any) -> None:
        """`mandate="dga"`, `mandate__department=direction`."""
        if create and extracted:
            MandateFactory(holder=self, capacity=extracted, **scope)


def _in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


class PostFactory(DjangoModelFactory):
    class Meta:
        model = people.Post

    person = factory.SubFactory(PersonFactory)
    department = factory.SubFactory(DepartmentFactory)
    title = "Agent technique"
    starts_on = LONG_AGO


class MandateFactory(DjangoModelFactory):
    class Meta:
        model = people.Mandate

    holder = factory.SubFactory(PersonFactory)
    capacity = "dga"
    reference = factory.Sequence(lambda n: f"Arrêté 2026-{n:03}")
    entity = factory.SubFactory(EntityFactory)
    starts_on = LONG_AGO


class RoleGrantFactory(DjangoModelFactory):
    """A role everywhere; narrow it with `entity`, `department`, `programme_key`."""

    class Meta:
        model = people.RoleGrant

    person = factory.SubFactory(PersonFactory)
    role = "panel_member"
    starts_at = LONG_AGO_AT


class AbsenceFactory(DjangoModelFactory):
    """Absent today, lending to a deputy; `deputy=None` lends to nobody."""

    class Meta:
        model = people.Absence

    person = factory.SubFactory(PersonFactory)
    deputy = factory.SubFactory(PersonFactory)
    starts_on = factory.LazyFunction(lambda: _in_days(-1))
    ends_on = factory.LazyFunction(lambda: _in_days(7))


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme
        django_get_or_create = ("key",)

    key = "idees"
    entity = factory.SubFactory(EntityFactory)
    name_fr = "Idées des agents"
    name_en = "Staff ideas"


class CallFactory(DjangoModelFactory):
    """A dated call that is open now; `box=True` is the programme's always-open box."""

    class Meta:
        model = Call

    class Params:
        box = factory.Trait(always_open=True, opens_at=None, closes_at=None)
        over = factory.Trait(closes_at=factory.LazyFunction(lambda: clock.now() - timedelta(days=1)))

    programme = factory.SubFactory(ProgrammeFactory)
    title_fr = "Mieux travailler ensemble"
    title_en = "Working better together"
    question_fr = "Qu’est-ce qui vous fait perdre du temps ?"
    question_en = "What costs you time?"
    opens_at = LONG_AGO_AT
    closes_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=30))


class TeamMemberFactory(DjangoModelFactory):
    """A co-author who accepted; `invited=True` has not answered yet."""

    class Meta:
        model = TeamMember

    class Params:
        invited = factory.Trait(accepted_at=None)

    idea = factory.SubFactory("tests.factories.IdeaFactory")
    person = factory.SubFactory(PersonFactory)
    role = "co_author"
    invited_at = factory.LazyFunction(clock.now)
    accepted_at = factory.LazyFunction(clock.now)


TEXT = {
    "title": "Un vélo-cargo partagé pour les ateliers",
    "pitch": "Remplacer les petits trajets en fourgon par un vélo-cargo partagé.",
    "problem": "Les fourgons roulent à vide pour porter trois outils.",
    "concerned": "Les équipes des ateliers",
    "proposal": "Un vélo-cargo par atelier, réservé sur un tableau.",
    "expected_effect": "Moins de carburant, moins d’attente.",
    "needs_euros": 4500,
    "needs_days": 10,
    "in_mission": False,
}


class IdeaFactory(DjangoModelFactory):
    """A draft with its author and text; `live=True` is submitted and waits at G0 (no process, no round)."""

    class Meta:
        model = Idea
        skip_postgeneration_save = True

    class Params:
        live = factory.Trait(
            state="live",
            stage="submission",
            holder="lead",
            # Far above the real sequence, which starts at 1.
            number=factory.Sequence(lambda n: 900_000 + n),
            submitted_at=factory.LazyFunction(clock.now),
        )

    programme = factory.SubFactory(ProgrammeFactory)
    title = TEXT["title"]
    pitch = TEXT["pitch"]
    held_since = factory.LazyFunction(clock.now)
    created_at = factory.LazyFunction(clock.now)

    @factory.post_generation
    def author(self, create: bool, extracted: Any, **fields: Any) -> None:
        """`author=person`; `author=False` makes an idea without a team and without text."""
        if not create or extracted is False:
            return
        author = extracted or PersonFactory(**fields)
        TeamMemberFactory(idea=self, person=author, role="author")
        text = TEXT | {"title": self.title, "pitch": self.pitch}
        Draft.objects.create(idea=self, saved_at=clock.now(), saved_by=author, **text)
        if self.submitted_at:
            IdeaContent.objects.create(idea=self, saved_at=clock.now(), saved_by=author, **text)

    @factory.post_generation
    def co_authors(self, create: bool, extracted: Any, **_: Any) -> None:
        """`co_authors=[person, …]`, all accepted."""
        for person in (extracted or []) if create else []:
            TeamMemberFactory(idea=self, person=person)


class GateRoundFactory(DjangoModelFactory):
    """An open round of a submitted idea with the default rules, entered now; no process, no seats.

    `gate="G2"`, `changes={"opinion": "binding"}` over the default rules, `state="seating"`.
    """

    class Meta:
        model = GateRound
        exclude = ("changes",)

    changes: dict[str, Any] = {}
    gate = "G1"
    idea = factory.SubFactory("tests.factories.IdeaFactory", live=True, stage="review", holder="panel")
    number = 1
    configuration = factory.LazyAttribute(lambda made: pinned(made.idea, made.gate)[0])
    rules = factory.LazyAttribute(lambda made: default_rules(made.gate) | made.changes)
    state = "open"
    content_version = 1
    entered_at = factory.LazyFunction(clock.now)
    opened_at = factory.LazyFunction(clock.now)
    review_due_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=10))
    due_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=20))


class SeatFactory(DjangoModelFactory):
    """An open seat of someone from another department."""

    class Meta:
        model = Seat

    round = factory.SubFactory(GateRoundFactory)
    person = factory.SubFactory(PersonFactory)
    other_department = True
    seated_at = factory.LazyFunction(clock.now)


# Each after those it leans on.
STAFF = (
    people.Department,
    people.DepartmentPeriod,
    people.Person,
    people.Post,
    people.RoleGrant,
    people.Mandate,
)


class Staff:
    """Many persons at once: as PersonFactory makes them, but written by one statement for each table.

        with Staff() as staff:
            chair = staff.person(role="chair")

    Outside the block they have their keys. Without `department`, each gets a direction of their own.
    """

    def __init__(self) -> None:
        self.entity = EntityFactory()
        self.rows: dict[type, list[Any]] = {}

    def __enter__(self) -> "Staff":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            for model in STAFF:
                model.objects.bulk_create(self.rows.get(model, []))

    def _add(self, made: Any) -> Any:
        self.rows.setdefault(type(made), []).append(made)
        return made

    def department(self) -> people.Department:
        made = self._add(DepartmentFactory.build(entity=self.entity))
        self._add(DepartmentPeriodFactory.build(department=made, name=made.name))
        return made

    def person(
        self,
        *,
        department: people.Department | None = None,
        head: bool = False,
        manager: people.Person | None = None,
        role: str = "",
        mandate: str = "",
    ) -> people.Person:
        made = self._add(PersonFactory.build())
        post = {"department": department or self.department(), "is_head": head, "line_manager": manager}
        self._add(PostFactory.build(person=made, **post))
        if role:
            self._add(RoleGrantFactory.build(person=made, role=role))
        if mandate:
            self._add(MandateFactory.build(holder=made, capacity=mandate, entity=self.entity))
        return made
