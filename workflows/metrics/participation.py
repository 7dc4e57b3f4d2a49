"""Who took part, by direction: counts of people, before anything is hidden."""

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ideas.access import access
from ideas.drafting.models import Idea
from workflows.gates.models import GateRound
from workflows.gates.queries import hidden_at_selection
from workflows.metrics.disclosure import Group
from workflows.metrics.queries import counted, midnight
from workflows.metrics.rules import Period


def _names_shown() -> QuerySet[Idea]:
    """Of the counted ideas, those whose authors' names everybody may read on the pages, and fewer where these differ:
    a department counted for a hidden author would tell who it is.
    """
    rounds = GateRound.objects.filter(idea=OuterRef("pk")).exclude(gate="G0")
    masked_now = rounds.exclude(state="decided").filter(rules__authors_hidden=True)
    early = Q(masked_until_selected=True, stage__in=["submission", "review"])
    by_call = Q(call__authors_hidden=True) & ~Exists(rounds.filter(state="decided"))
    silent = Q(call__authors_hidden__isnull=True, state__in=["live", "held", "stopped"])
    to_come = silent & ~Exists(rounds) & hidden_at_selection()
    shown = counted().exclude(early).exclude(by_call).exclude(to_come).exclude(Exists(masked_now))
    return shown.exclude(pk__in=access().hidden_from(None).values("pk"))


# A person's department is that of the last post in the period, and a service counts with the direction it
# belonged to when the period ended: everyone counts once, so the rows add up to the whole.
STAFF = """
with recursive tree as (
  select department_id as id, parent_id from people_departmentperiod
  where starts_on < %(end)s and (ends_on is null or ends_on >= %(end)s)
), up as (
  select d.id, coalesce(t.parent_id, case when t.id is null then d.parent_id end) as above, d.id as root, 0 as depth
  from people_department d left join tree t on t.id = d.id
  union all
  select up.id, coalesce(t.parent_id, case when t.id is null then d.parent_id end), d.id, depth + 1
  from up join people_department d on d.id = up.above left join tree t on t.id = d.id where depth < 20
), roots as (
  select distinct on (id) id, root from up order by id, depth desc
), staff as (
  select distinct on (p.person_id) p.person_id, r.root
  from people_post p join people_person who on who.id = p.person_id and who.kind = 'employee'
  join roots r on r.id = p.department_id
  where p.starts_on < %(end)s and (p.ends_on is null or p.ends_on > %(start)s)
  order by p.person_id, p.starts_on desc, p.id desc
)
select d.key::text, d.name, count(*) filter (where staff.person_id = any(%(authors)s)), count(*)
from staff join people_department d on d.id = staff.root group by d.id order by d.name, d.id
"""


def participation(period: Period) -> list[Group]:
    """Of each direction's staff with a post in the period, how many are authors or co-authors of an idea
    submitted in it. Two queries."""
    start, end = midnight(period.starts_on), midnight(period.ends_on)
    submitted = _names_shown().filter(submitted_at__gte=start, submitted_at__lt=end)
    authors = (
        submitted.filter(
            Q(team__left_at=None) | Q(team__left_at__gt=F("submitted_at")),
            team__role__in=["author", "co_author"],
            team__accepted_at__isnull=False,
        )
        .values_list("team__person", flat=True)
        .distinct()
    )
    with connection.cursor() as cursor:
        cursor.execute(STAFF, {"start": period.starts_on, "end": period.ends_on, "authors": list(authors)})
        return [Group(key, name, count, size) for key, name, count, size in cursor.fetchall()]
