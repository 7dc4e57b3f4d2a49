"""Who is close to whom is asked at each act: in a city of thousands that must not read the staff for each person."""
# ruff: noqa: S608  whole statements are constants

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from incubator.lib import clock
from incubator.people.models import Person, Post
from incubator.people.reporting import ANSWERS, IN_FORCE
from tests.factories import DepartmentFactory, IdeaFactory, PersonFactory, PostFactory
from workflows.gates.conflicts import FIND_FOR_ONE

pytestmark = pytest.mark.django_db
STAFF = 3_000
ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")


@pytest.fixture
def post() -> Post:
    """One of thousands in a direction; every other has no recorded manager, and answers to the head."""
    direction = DepartmentFactory()
    head = PersonFactory(department=direction, head=True)
    hired = Person.objects.bulk_create(PersonFactory.build_batch(STAFF))
    posts = [PostFactory.build(person=one, department=direction) for one in hired]
    for one in posts[::2]:
        one.line_manager = head
    Post.objects.bulk_create(posts)
    with connection.cursor() as cursor:
        cursor.execute("analyze people_person, people_post, people_departmentperiod")
    return Post.objects.exclude(person=head).order_by("pk")[STAFF // 2]


def rows_read(statement: str, **given: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, timing off, format json) {statement}", given)
        (plan,) = cursor.fetchone()
    return sum(
        int(node["Actual Loops"] * sum(node.get(name, 0) for name in ROWS)) for node in nodes(plan[0]["Plan"])
    )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def test_the_conflicts_of_one_idea_do_not_read_the_staff_for_each_person(post: Post) -> None:
    idea = IdeaFactory(author=post.person, live=True)
    asked = list(Post.objects.order_by("pk").values_list("person", flat=True)[:40])
    read = rows_read(FIND_FOR_ONE, ideas=idea.pk, people=asked, on=clock.today(), now=clock.now())
    assert read < 20 * STAFF, f"{read} rows for {STAFF} people"


def test_who_reports_to_someone_is_read_once_over(post: Post) -> None:
    statement = (
        IN_FORCE + f", answers as ({ANSWERS}) select person_id from answers where manager_id = %(person)s"
    )
    read = rows_read(statement, person=post.person_id, on=clock.today())
    assert read < 20 * STAFF, f"{read} rows for {STAFF} people"
