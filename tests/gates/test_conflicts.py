"""Who is too close to an idea: every code, hard or soft, and nobody else."""

from datetime import timedelta

import pytest

from incubator.lib import clock
from incubator.people import reporting
from incubator.people.models import Person, Post, PrivateLink
from tests.factories import (
    DepartmentFactory,
    GateRoundFactory,
    IdeaFactory,
    PersonFactory,
    SeatFactory,
    TeamMemberFactory,
)
from workflows.gates.conflicts import Conflicts, conflicts, conflicts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> Person:
    """In a service of twelve, so that sharing it is not yet closeness."""
    director = PersonFactory(employed=True)
    manager = PersonFactory(employed=True, manager=director)
    service = DepartmentFactory(service=True)
    for _ in range(11):
        PersonFactory(department=service)
    return PersonFactory(department=service, manager=manager)


def test_a_stranger_is_free(author: Person) -> None:
    found = conflicts(PersonFactory(employed=True), IdeaFactory(author=author, live=True), "G1")
    assert (found.hard, found.soft) == (set(), set())


@pytest.mark.parametrize("role", ["co_author", "helper", "coach"])
def test_whoever_was_ever_in_the_team(author: Person, role: str) -> None:
    idea = IdeaFactory(author=author, live=True)
    member = TeamMemberFactory(idea=idea, role=role, left_at=clock.now())
    assert conflicts(member.person, idea, "G1").hard == {"team"}
    assert "team" in conflicts(author, idea, "G1").hard


def test_an_invitation_not_accepted_is_no_team(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    member = TeamMemberFactory(idea=idea, invited=True)
    assert not conflicts(member.person, idea, "G1").hard


def test_the_team_of_a_merged_idea(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    other = PersonFactory(employed=True)
    IdeaFactory(author=other, live=True, state="merged", merged_into=idea)
    assert conflicts(other, idea, "G1").hard == {"team"}


def test_managers_reports_and_those_above(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    manager = author.posts.get().line_manager
    assert manager is not None
    director = manager.posts.get().line_manager
    assert director is not None
    report = PersonFactory(employed=True, manager=author)
    assert conflicts(manager, idea, "G1").hard == {"manages_member"}
    assert conflicts(report, idea, "G1").hard == {"reports_to_member"}
    above = conflicts(director, idea, "G1")
    assert (above.hard, above.soft) == (set(), {"above_member"})


def test_the_organisation_is_read_as_of_today(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    manager = author.posts.get().line_manager
    assert manager is not None
    Post.objects.filter(person=author).update(ends_on=clock.today())
    assert not conflicts(manager, idea, "G1").hard
    with clock.moved(clock.now() - timedelta(days=2)):
        assert conflicts(manager, idea, "G1").hard == {"manages_member"}


def test_without_a_recorded_manager_the_nearest_head_is_one(author: Person) -> None:
    """As the HR system's file leaves it, and as the rest of the product reads it."""
    service = author.posts.get().department
    direction = DepartmentFactory()
    service.periods.update(parent=direction)
    head, director = PersonFactory(department=service), PersonFactory(department=direction)
    Post.objects.filter(person__in=[head, director]).update(is_head=True)
    Post.objects.filter(person=author).update(line_manager=None)
    agent = PersonFactory(department=service)
    idea, of_the_head = IdeaFactory(author=author, live=True), IdeaFactory(author=head, live=True)
    assert reporting.line_manager(author) == head
    assert conflicts(head, idea, "G1").hard == {"manages_member"}
    assert conflicts(head, idea, "G1").soft == set()
    assert conflicts(director, idea, "G1") == Conflicts(hard=set(), soft={"above_member"})
    assert conflicts(agent, of_the_head, "G1").hard == {"reports_to_member"}
    assert conflicts(director, of_the_head, "G1").hard == {"manages_member"}


def test_when_the_manager_has_left_the_acting_head_is_one(author: Person) -> None:
    manager, service = author.posts.get().line_manager, author.posts.get().department
    assert manager is not None
    acting = PersonFactory(department=service)
    acting.posts.update(is_head=True)
    idea = IdeaFactory(author=author, live=True)
    assert conflicts(acting, idea, "G1") == Conflicts(hard=set(), soft={"above_member"})
    Person.objects.filter(pk=manager.pk).update(is_active=False, departed_on=clock.today())
    assert conflicts(acting, idea, "G1").hard == {"manages_member"}


def test_whoever_is_recorded_under_a_member_who_left_is_close_all_the_same(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    report = PersonFactory(employed=True, manager=author)
    Person.objects.filter(pk=author.pk).update(is_active=False, departed_on=clock.today())
    assert conflicts(report, idea, "G1").hard == {"reports_to_member"}


def test_a_ring_of_managers_ends(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    manager = author.posts.get().line_manager
    assert manager is not None
    director = manager.posts.get().line_manager
    Post.objects.filter(person=director).update(line_manager=manager)
    assert conflicts(manager, idea, "G1").hard == {"manages_member"}


def test_a_declared_link(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    judge = PersonFactory(employed=True)
    PrivateLink.objects.create(owner=judge, other=author)
    assert conflicts(judge, idea, "G1").hard == {"declared"}
    # One's list says nothing about others.
    assert not conflicts(PersonFactory(employed=True), idea, "G1").hard


def test_whoever_stepped_aside_once(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True, stage="review")
    seat = SeatFactory(round=GateRoundFactory(idea=idea), state="aside")
    assert conflicts(seat.person, idea, "G2").hard == {"stepped_aside"}
    assert not conflicts(seat.person, IdeaFactory(author=author, live=True), "G2").hard


def test_an_administrator_neither_votes_nor_decides(author: Person) -> None:
    idea = IdeaFactory(author=author, live=True)
    found = PersonFactory(employed=True, role="administrator")
    assert conflicts(found, idea, "G1").hard == {"administrator"}
    found.role_grants.update(programme_key="another")
    assert not conflicts(found, idea, "G1").hard
    found.role_grants.update(programme_key="", ends_at=clock.now())
    assert not conflicts(found, idea, "G1").hard


@pytest.mark.parametrize(("size", "close"), [(9, True), (10, False)])
def test_a_small_service(size: int, close: bool) -> None:
    service = DepartmentFactory(service=True)
    people = [PersonFactory(department=service) for _ in range(size)]
    found = conflicts(people[1], IdeaFactory(author=people[0], live=True), "G1")
    assert found.soft == ({"small_service"} if close else set())
    assert not found.hard


def test_a_pool_is_asked_in_one_statement(author: Person, django_assert_num_queries: object) -> None:
    idea = IdeaFactory(author=author, live=True)
    pool = [author, *[PersonFactory(employed=True) for _ in range(5)]]
    with django_assert_num_queries(1):  # type: ignore[operator]
        # The sponsor is asked of the room above, which needs one of its own.
        from workflows.gates import conflicts as module

        sources, module._sources[:] = list(module._sources), []
        try:
            found = conflicts_of(pool, idea, "G1")
        finally:
            module._sources[:] = sources
    assert [bool(found[person.pk].hard) for person in pool] == [True] + [False] * 5
