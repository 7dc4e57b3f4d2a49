"""Conflicts of interest: one function, asked when a person is seated and again when the person acts.

Hard: refused. Soft: seated only with a recorded reason. All of it in one statement, for one person or a pool.
"""
# ruff: noqa: S608  whole statements are constants; the idea, the persons and the day are parameters

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.models import Person
from incubator.people.reporting import ANSWERS, IN_FORCE

# Each line gives (person, code, hard). `ideas` are this one and those merged into it; `team` whoever was ever in
# one of their teams, helpers and coaches included; `line` the managers above each member, nearest first, found as
# everywhere: the recorded one, else the nearest head. Asked person by person: `posts` is all of the city.
FIND = f"""
{IN_FORCE},
ideas as (select id from ideas_idea where id = %(idea)s or merged_into_id = %(idea)s),
team as (
  select distinct person_id from ideas_teammember
  where idea_id in (select id from ideas) and (accepted_at is not null or was_member)
),
line as (
  select team.person_id as member, above.manager_id as manager, 1 as rank
  from team cross join lateral ({ANSWERS} where post.person_id = team.person_id) above
  where above.manager_id is not null
  union
  select line.member, above.manager_id, line.rank + 1
  from line cross join lateral ({ANSWERS} where post.person_id = line.manager) above
  where above.manager_id is not null and line.rank < 12
)
select person_id, 'team', true from team where person_id = any(%(people)s)
union select manager, 'manages_member', true from line where rank = 1 and manager = any(%(people)s)
union select manager, 'above_member', false from line where rank > 1 and manager = any(%(people)s)
union select judge.person_id, 'reports_to_member', true
  from ({ANSWERS} where post.person_id = any(%(people)s)) judge
  where judge.manager_id in (select person_id from team)
union select l.owner_id, 'declared', true from people_privatelink l
  where l.owner_id = any(%(people)s) and l.other_id in (select person_id from team)
union select s.person_id, 'stepped_aside', true from workflows_seat s
  join workflows_gateround r on r.id = s.round_id
  where s.person_id = any(%(people)s) and s.state = 'aside' and r.idea_id in (select id from ideas)
union select c.person_id, 'small_service', false from posts c
  join posts m on m.department_id = c.department_id and m.person_id in (select person_id from team)
  where c.person_id = any(%(people)s)
  and (select count(*) from posts a where a.department_id = c.department_id) < 10
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
        "on": clock.today(idea.programme.entity.time_zone),
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
