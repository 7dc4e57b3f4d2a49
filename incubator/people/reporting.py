"""Who answers to whom, on a day. Read from posts and dated departments; at most two queries each.

A post without a line manager answers to the nearest head up the tree. Whoever had left by that day manages nobody.
"""
# ruff: noqa: S608  whole statements are constants; the person and the day are parameters

from collections.abc import Collection
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet

from incubator.lib import clock
from incubator.people.grants import ancestors
from incubator.people.models import Department, Person, Post

# Posts of people still there, and departments as they stood, on %(on)s.
IN_FORCE = """
with recursive
posts as not materialized (
  select post.* from people_post post join people_person holder on holder.id = post.person_id
  where post.starts_on <= %(on)s and (post.ends_on is null or post.ends_on > %(on)s)
    and (holder.is_active or holder.departed_on > %(on)s)),
places as (
  select department_id, parent_id from people_departmentperiod
  where starts_on <= %(on)s and (ends_on is null or ends_on > %(on)s)),
employed as (select distinct person_id from posts)
"""

# The departments of a person's posts and all above them; `rank` counts from the person's own.
UP = """,
up as (
  select department_id, 0 as rank from posts where person_id = %(person)s
  union
  select places.parent_id, up.rank + 1 from places join up on up.department_id = places.department_id
  where places.parent_id is not null and up.rank < 50)
"""

# As `UP` for each of several persons, with the director of each, as `director_of` answers one by one.
UP_FROM_ALL = """,
up as (
  select person_id, department_id, 0 as rank from posts where person_id = any(%(people)s)
  union
  select up.person_id, places.parent_id, up.rank + 1 from places join up on up.department_id = places.department_id
  where places.parent_id is not null and up.rank < 50),
directors as (
  select distinct on (up.person_id) head.person_id as director_id
  from up join places on places.department_id = up.department_id
  join posts head on head.department_id = up.department_id and head.is_head
  where places.parent_id is null and head.person_id <> up.person_id
  order by up.person_id, up.rank, head.starts_on, head.id)
"""

# A post's manager: as recorded, else the nearest head from its own department up. Whose posts are wanted is said by
# `= any(...)`: of a subquery the planner may first answer for the whole city.
ANSWERS = """
select post.id, post.starts_on, coalesce(
  (select recorded.person_id from posts recorded where recorded.person_id = post.line_manager_id limit 1),
  (with recursive above as (
     select post.department_id as department_id, 0 as rank
     union all
     select places.parent_id, above.rank + 1 from places join above on above.department_id = places.department_id
     where places.parent_id is not null and above.rank < 50)
   select head.person_id from above join posts head on head.department_id = above.department_id and head.is_head
   where head.person_id <> post.person_id order by above.rank, head.starts_on, head.id limit 1)) as manager_id,
  post.person_id
from posts post
"""


def line_manager(person: Person, on: date | None = None) -> Person | None:
    """The manager of the person's main post (the first begun) on that day, default today; None without one."""
    return next(iter(line_managers(person, on)), None)


def line_managers(person: Person, on: date | None = None) -> list[Person]:
    """The managers of all posts of the person, the main post's first."""
    return _people(
        f"{IN_FORCE}, answers as ({ANSWERS} where post.person_id = %(person)s) "
        "select manager_id, min(starts_on), min(id) from answers where manager_id is not null "
        "group by manager_id order by 2, 3",
        person,
        on,
    )


def managing(people: Collection[int], on: date | None = None) -> set[int]:
    """Whoever manages one of these in any post, all by primary key; one statement for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{IN_FORCE}, answers as ({ANSWERS} where post.person_id = any(%(people)s)) "
            "select distinct manager_id from answers where manager_id is not null",
            {"people": list(people), "on": on or clock.today()},
        )
        return {manager for (manager,) in cursor.fetchall()}


def above(people: Collection[int], on: date | None = None) -> set[int]:
    """Whoever manages one of these in any post or directs them, all by primary key; one statement for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{IN_FORCE}, answers as ({ANSWERS} where post.person_id = any(%(people)s)) {UP_FROM_ALL}"
            "select manager_id from answers where manager_id is not null union select director_id from directors",
            {"people": list(people), "on": on or clock.today()},
        )
        return {one for (one,) in cursor.fetchall()}


def reports(person: Person, on: date | None = None) -> list[Person]:
    """Whoever answers directly to the person on that day, by staff number."""
    return _people(
        f"{IN_FORCE}, answers as ({ANSWERS}) "
        "select distinct answers.person_id, holder.staff_number from answers "
        "join people_person holder on holder.id = answers.person_id "
        "where manager_id = %(person)s order by holder.staff_number",
        person,
        on,
    )


def director_of(person: Person, on: date | None = None) -> Person | None:
    """The head of the direction (the root department) above the person's main post.

    None when nobody else heads the direction: a director's own director is not in the tree.
    """
    found = _people(
        IN_FORCE
        + UP
        + """select head.person_id from up join places on places.department_id = up.department_id
        join posts head on head.department_id = up.department_id and head.is_head
        where places.parent_id is null and head.person_id <> %(person)s
        order by up.rank, head.starts_on, head.id limit 1""",
        person,
        on,
    )
    return next(iter(found), None)


def present_director_of(person: Person) -> Person | None:
    """Who heads today the direction where the person works, or last worked; None when nobody else does.

    As `director_of`, also of someone who has left, and when that day's director has left since.
    """
    day = person.departed_on - timedelta(days=1) if person.departed_on else clock.today()
    posts = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), person=person, starts_on__lte=day)
    heads = _posts(None).filter(is_head=True).exclude(person=person).select_related("person")
    for post in posts.select_related("department").order_by("starts_on", "pk"):
        direction = ancestors(post.department)[-1]
        head = heads.filter(department=direction).order_by("starts_on", "pk").first()
        if head is not None:
            return head.person
    return None


def reporting_line(person: Person, on: date | None = None) -> list[Person]:
    """Everyone above the person: managers, theirs, and the heads of every department up to the direction."""
    return _people(
        IN_FORCE
        + UP
        + """,
        seeds as (
          select line_manager_id as person_id from posts where person_id = %(person)s
          union select head.person_id from up join posts head on head.department_id = up.department_id
          where head.is_head),
        line as (
          select person_id from seeds
          union select post.line_manager_id from posts post join line on line.person_id = post.person_id)
        select line.person_id, holder.staff_number from line join people_person holder on holder.id = line.person_id
        where line.person_id <> %(person)s and line.person_id in (select person_id from employed)
        order by holder.staff_number""",
        person,
        on,
    )


def same_service(first: Person, second: Person, on: date | None = None) -> Department | None:
    """The smallest department in which both hold a post on that day; None when they share none."""
    day = on or clock.today()
    here = Q(posts__in=_posts(day))
    return (
        Department.objects.filter(pk__in=_posts(day).filter(person=first).values("department"))
        .filter(pk__in=_posts(day).filter(person=second).values("department"))
        .annotate(size=Count("posts__person", filter=here, distinct=True))
        .order_by("size", "pk")
        .first()
    )


def service_size(department: Department, on: date | None = None) -> int:
    """How many people hold a post in this very department (not below it) on that day."""
    return _posts(on).filter(department=department).values("person").distinct().count()


def _posts(on: date | None) -> QuerySet[Post]:
    day = on or clock.today()
    return Post.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day),
        Q(person__is_active=True) | Q(person__departed_on__gt=day),
        starts_on__lte=day,
    )


def _people(statement: str, person: Person, on: date | None) -> list[Person]:
    """The persons whose ids stand in the statement's first column, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"person": person.pk, "on": on or clock.today()})
        ids = [row[0] for row in cursor.fetchall()]
    found = Person.objects.in_bulk(ids) if ids else {}
    return [found[pk] for pk in ids]
