"""Conflicts of interest: one function, asked when a person is seated and again when the person acts.

Hard: refused. Soft: seated only with a recorded reason. All of it in one statement, for one person or a pool.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.models import Person

# Each line gives (person, code, hard). `ideas` are this one and all ever merged into it; `team` whoever was ever in
# one of their teams, helpers and coaches included; `line` the managers above each member, nearest first.
FIND = """
with recursive
ideas as (
  select id from ideas_idea where id = %(idea)s
  union
  select merged.id from ideas_idea merged join ideas on merged.merged_into_id = ideas.id
),
team as (
  select distinct person_id from ideas_teammember
  where idea_id in (select id from ideas) and (accepted_at is not null or was_member)
),
current_posts as (
  select p.person_id, p.department_id, p.line_manager_id from people_post p
  where p.starts_on <= %(today)s and (p.ends_on is null or p.ends_on > %(today)s)
),
line as (
  select c.person_id as member, c.line_manager_id as manager, 1 as rank
  from current_posts c join team t on t.person_id = c.person_id where c.line_manager_id is not null
  union
  select line.member, c.line_manager_id, line.rank + 1
  from line join current_posts c on c.person_id = line.manager
  where c.line_manager_id is not null and line.rank < 12
)
select person_id, 'team', true from team where person_id = any(%(people)s)
union select manager, 'manages_member', true from line where rank = 1 and manager = any(%(people)s)
union select manager, 'above_member', false from line where rank > 1 and manager = any(%(people)s)
union select c.person_id, 'reports_to_member', true from current_posts c
  where c.person_id = any(%(people)s) and c.line_manager_id in (select person_id from team)
union select l.owner_id, 'declared', true from people_privatelink l
  where l.owner_id = any(%(people)s) and l.other_id in (select person_id from team)
union select s.person_id, 'stepped_aside', true from workflows_seat s
  join workflows_gateround r on r.id = s.round_id
  where s.person_id = any(%(people)s) and s.state = 'aside' and r.idea_id in (select id from ideas)
union select c.person_id, 'small_service', false from current_posts c
  join current_posts m on m.department_id = c.department_id and m.person_id in (select person_id from team)
  where c.person_id = any(%(people)s)
  and (select count(*) from current_posts a where a.department_id = c.department_id) < 10
"""


@dataclass
class Conflicts:
    """Codes of what stands against a person; empty when nothing does."""

    hard: set[str] = field(default_factory=set)
    soft: set[str] = field(default_factory=set)


# (idea, gate) → {person's primary key: (code, hard)}; the sponsor lives in a room above this one.
Source = Callable[[Idea, str], dict[int, tuple[str, bool]]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add conflicts known to a room above: `source(idea, gate)` gives `{person pk: (code, hard)}`."""
    _sources.append(source)


def conflicts_of(people: Iterable[Person], idea: Idea, gate: str) -> dict[int, Conflicts]:
    """What stands against each of these persons for this idea at this gate, by primary key."""
    found = {person.pk: Conflicts() for person in people}
    parameters: dict[str, Any] = {
        "idea": idea.pk,
        "people": list(found),
        "today": clock.today(idea.programme.entity.time_zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters)
        rows = cursor.fetchall()
    rows += [(pk, code, hard) for source in _sources for pk, (code, hard) in source(idea, gate).items()]
    for pk, code, hard in rows:
        if pk in found:
            (found[pk].hard if hard else found[pk].soft).add(code)
    return found


def conflicts(person: Person, idea: Idea, gate: str) -> Conflicts:
    """What stands against one person."""
    return conflicts_of([person], idea, gate)[person.pk]
