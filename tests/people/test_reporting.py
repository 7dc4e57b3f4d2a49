"""Who answers to whom, on a day."""

from datetime import date

import pytest

from incubator.people import reporting
from incubator.people.models import DepartmentPeriod, Post
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    """Direction › division (no head) › service; an agent without a recorded manager."""

    class House:
        direction = factories.DepartmentFactory(name="Direction")
        division = factories.DepartmentFactory(parent=direction)
        service = factories.DepartmentFactory(parent=division)
        director = factories.PersonFactory(department=direction, head=True)
        head = factories.PersonFactory(department=service, head=True)
        agent = factories.PersonFactory(department=service)
        midway = factories.PersonFactory(department=division)

    return House


def test_a_recorded_manager_comes_first_else_the_nearest_head(house) -> None:
    assert reporting.line_manager(house.agent) == house.head
    assert reporting.line_manager(house.head) == house.director, "the division has no head"
    assert reporting.line_manager(house.director) is None
    boss = factories.PersonFactory(employed=True)
    house.agent.posts.update(line_manager=boss)
    assert reporting.line_manager(house.agent) == boss


def test_reports_are_the_other_side_of_line_manager(house) -> None:
    assert reporting.reports(house.director) == [house.head, house.midway]
    assert reporting.reports(house.head) == [house.agent]
    assert reporting.reports(house.agent) == []
    house.agent.posts.update(line_manager=house.director)
    assert house.agent in reporting.reports(house.director)
    assert reporting.reports(house.head) == []


def test_the_director_is_the_head_of_the_root(house) -> None:
    for person in (house.agent, house.head, house.midway):
        assert reporting.director_of(person) == house.director
    assert reporting.director_of(house.director) is None
    assert reporting.director_of(factories.PersonFactory()) is None


def test_the_line_holds_everyone_above_and_nobody_else(house) -> None:
    above = factories.PersonFactory(employed=True)
    house.director.posts.update(line_manager=above)
    factories.PersonFactory(department=house.service)
    assert set(reporting.reporting_line(house.agent)) == {house.head, house.director, above}
    assert reporting.reporting_line(above) == []


def test_a_ring_of_managers_ends(house) -> None:
    house.director.posts.update(line_manager=house.agent)
    house.agent.posts.update(line_manager=house.head)
    assert set(reporting.reporting_line(house.agent)) == {house.head, house.director}


def test_a_manager_who_left_is_passed_over_from_that_day(house) -> None:
    gone = factories.PersonFactory(is_active=False, departed_on=date(2026, 3, 1))
    factories.PostFactory(person=gone, department=house.service, ends_on=date(2026, 3, 1))
    house.agent.posts.update(line_manager=gone)
    assert reporting.line_manager(house.agent, date(2026, 2, 28)) == gone
    assert reporting.line_manager(house.agent, date(2026, 3, 1)) == house.head


def test_yesterdays_organisation_can_be_asked_for(house) -> None:
    other = factories.DepartmentFactory()
    chief = factories.PersonFactory(department=other, head=True)
    DepartmentPeriod.objects.filter(department=house.division).update(ends_on=date(2026, 5, 1))
    DepartmentPeriod.objects.create(
        department=house.division, name="Division", parent=other, starts_on=date(2026, 5, 1)
    )
    assert reporting.director_of(house.agent, date(2026, 4, 30)) == house.director
    assert reporting.director_of(house.agent, date(2026, 5, 1)) == chief


def test_two_posts_have_two_managers(house) -> None:
    factories.PostFactory(
        person=house.agent,
        department=house.direction,
        line_manager=house.director,
        starts_on=date(2024, 1, 1),
    )
    assert reporting.line_managers(house.agent) == [house.head, house.director]


def test_same_service_is_the_smallest_shared(house) -> None:
    other = factories.PersonFactory(department=house.service)
    assert reporting.same_service(house.agent, other) == house.service
    assert reporting.same_service(house.agent, house.director) is None
    assert reporting.service_size(house.service) == 3
    for person in (house.agent, other, factories.PersonFactory()):
        factories.PostFactory(person=person, department=house.direction)
    assert reporting.service_size(house.direction) == 4
    Post.objects.filter(person=other, department=house.service).update(ends_on=date(2021, 1, 1))
    assert reporting.same_service(house.agent, other) == house.direction
    assert reporting.same_service(house.agent, other, date(2020, 6, 1)) == house.service


def test_each_question_takes_two_queries_at_most(house, django_assert_max_num_queries) -> None:
    factories.PersonFactory.create_batch(20, department=house.service)
    questions = (
        reporting.line_manager,
        reporting.line_managers,
        reporting.reports,
        reporting.director_of,
        reporting.reporting_line,
    )
    for ask in questions:
        with django_assert_max_num_queries(2):
            ask(house.head)
    with django_assert_max_num_queries(2):
        reporting.same_service(house.agent, house.head)


def test_whoever_is_above_a_team_is_read_at_once(house, at_most) -> None:
    boss = factories.PersonFactory(employed=True)
    other_director = factories.PersonFactory(department=factories.DepartmentFactory(), head=True)
    colleague = factories.PersonFactory(department=other_director.posts.get().department)
    house.agent.posts.update(line_manager=boss)
    team = [house.agent, house.head, house.director, colleague, factories.PersonFactory()]
    with at_most(1):
        found = reporting.above([member.pk for member in team])
    assert found == one_by_one(team) == {boss.pk, house.director.pk, other_director.pk}
    second = colleague.posts.get().department
    Post.objects.create(person=house.agent, department=second, starts_on=date(2020, 1, 1))
    assert reporting.above([house.agent.pk]) == one_by_one([house.agent]) == {boss.pk, other_director.pk}


def one_by_one(team) -> set[int]:
    found = [(*reporting.line_managers(member), reporting.director_of(member)) for member in team]
    return {above.pk for several in found for above in several if above is not None}
