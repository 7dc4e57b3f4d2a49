"""Who someone works under on a day: read from the dated posts and the dated tree of departments."""

from datetime import date

from django.db.models import Q

from incubator.people.models import Department, Person, Post

# The departments above a post's, on a day, nearest first; `rank` ends a wrong tree that turns in a ring.
ABOVE = """
with recursive up as (
  select d.id, p.parent_id, 0 as rank from people_department d
  join people_departmentperiod p on p.department_id = d.id
    and p.starts_on <= %(on)s and (p.ends_on is null or p.ends_on > %(on)s)
  where d.id = %(department)s
  union all
  select p.department_id, p.parent_id, up.rank + 1 from up
  join people_departmentperiod p on p.department_id = up.parent_id
    and p.starts_on <= %(on)s and (p.ends_on is null or p.ends_on > %(on)s)
  where up.rank < 12
)
select d.*, up.rank from up join people_department d on d.id = up.id order by up.rank
"""


def _posts(person: Person, on: date) -> list[Post]:
    held = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), person=person, starts_on__lte=on)
    return list(held.select_related("line_manager", "department").order_by("-starts_on", "-pk"))


def line_manager(person: Person, on: date) -> Person | None:
    """The line manager on that day, of the newest post that names one who is still here."""
    for post in _posts(person, on):
        if post.line_manager is not None and post.line_manager.is_active:
            return post.line_manager
    return None


def director_of(person: Person, on: date) -> Person | None:
    """Who heads the direction of the person's newest post on that day; never the person, None when nobody does."""
    for post in _posts(person, on):
        above = list(Department.objects.raw(ABOVE, {"department": post.department_id, "on": on}))
        heads = Post.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=on),
            department=above[-1] if above else post.department,
            is_head=True,
            starts_on__lte=on,
            person__is_active=True,
        ).exclude(person=person)
        if (head := heads.select_related("person").order_by("starts_on", "pk").first()) is not None:
            return head.person
    return None
