"""A fixed cast around one idea in sponsorship."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from ideas.calls.models import Programme
from ideas.drafting.models import Idea, TeamMember
from incubator.lib import clock
from incubator.lib.refusals import Refusal
from incubator.people.actors import Actor
from incubator.people.models import Person
from tests.factories import DepartmentFactory, IdeaFactory, PersonFactory
from workflows.gates.configuration.reading import in_force
from workflows.gates.models import Configuration


@dataclass
class Cast:
    """The author's service lies in a direction headed by `director`; `other_director` heads another one."""

    idea: Idea
    author: Person
    co_author: Person
    manager: Person
    director: Person
    other_director: Person
    lead: Person
    finance: Person
    dga: Person
    stranger: Person

    @property
    def member(self) -> TeamMember:
        return self.idea.team.get(person=self.author)

    @property
    def co_member(self) -> TeamMember:
        return self.idea.team.get(person=self.co_author)


def by(person: Person, on_behalf_of: Person | None = None) -> Actor:
    return Actor(person=person, on_behalf_of=on_behalf_of)


def make_cast(**idea: Any) -> Cast:
    direction = DepartmentFactory()
    service = DepartmentFactory(parent=direction)
    director = PersonFactory(department=direction, head=True)
    manager = PersonFactory(department=service, head=True, manager=director)
    author = PersonFactory(department=service, manager=manager)
    co_author = PersonFactory(department=service, manager=manager)
    fields = {"stage": "sponsorship", "holder": "team"} | idea
    return Cast(
        idea=IdeaFactory(live=True, author=author, co_authors=[co_author], **fields),
        author=author,
        co_author=co_author,
        manager=manager,
        director=director,
        other_director=PersonFactory(department=DepartmentFactory(), head=True),
        lead=PersonFactory(role="programme_lead"),
        finance=PersonFactory(mandate="finance"),
        dga=PersonFactory(mandate="dga"),
        stranger=PersonFactory(employed=True),
    )


@contextmanager
def refused(kind: type[Refusal]) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """An act that is refused, in a savepoint of its own: the test's transaction stays usable."""
    with pytest.raises(kind) as refusal, transaction.atomic():
        yield refusal


def routes_above(euros: int, programme: Programme, lead: Person) -> None:
    """The programme, which has published nothing yet, asks procurement for a route from more than so many euros on."""
    document, now = in_force(programme), clock.now()
    drafts = Configuration.objects.filter(programme=programme)
    document["gates"]["G2"]["procurement_above"] = euros
    Configuration.objects.create(
        programme=programme,
        version=drafts.count() + 1,
        state="published",
        document=document,
        checked_sha256="0" * 64,
        begun_at=now,
        changed_at=now,
        published_at=now,
        changed_by=lead,
    )
