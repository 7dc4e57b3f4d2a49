"""Conflicts of interest: one function, asked when a person is seated and again when the person acts.

Hard: refused. Soft: seated only with a recorded reason. An administrator never votes or decides, whatever else they
are: that stands with the hard ones, because it is asked at the same two moments. All of it in one statement, for one
person or a pool, for one idea or all that run.
"""
# ruff: noqa: S608  whole statements are constants; people, ideas and moments are parameters

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.lib.built_once import planned_once
from incubator.people.models import Person
from incubator.people.reporting import ANSWERS, IN_FORCE

# Each line gives (idea, person, code, hard). `ideas` are those asked about, each with all ever merged into it; `team`
# whoever was ever in one of their teams, helpers and coaches included; `managers` and `theirs` who answers to whom, as
# everywhere in the product: as recorded, else to the nearest head. Whoever is recorded counts here even once they have
# left, as their vote does. `line`: all managers above each member; `above`: the heads of their departments too.
FIND = (
    IN_FORCE
    + """,
ideas as (
  select id as idea_id, id from ideas_idea where {asked}
  union
  select ideas.idea_id, merged.id from ideas_idea merged join ideas on merged.merged_into_id = ideas.id
),
team as (
  select distinct ideas.idea_id, t.person_id from ideas_teammember t join ideas on ideas.id = t.idea_id
  where t.accepted_at is not null or t.was_member
),
managers as ("""
    + ANSWERS
    + """where post.person_id = any(array(select person_id from team))),
theirs as ("""
    + ANSWERS
    + """where post.person_id = any(%(people)s)),
small as (
  select department_id from posts where department_id = any(array(
    select own.department_id from posts own where own.person_id = any(array(select person_id from team))))
  group by department_id having count(*) < 10),
up as (
  select person_id as member, department_id, 0 as rank from posts where person_id in (select person_id from team)
  union
  select up.member, places.parent_id, up.rank + 1 from places join up on up.department_id = places.department_id
  where places.parent_id is not null and up.rank < 50
),
line as (
  (select person_id as member, manager_id as manager, 1 as rank from managers where manager_id is not null
  union select person_id, line_manager_id, 1 from posts
    where line_manager_id is not null and person_id in (select person_id from team))
  union
  select line.member, c.line_manager_id, line.rank + 1
  from line join posts c on c.person_id = line.manager
  where c.line_manager_id is not null and line.rank < 12
),
above as (
  select member, manager from line where rank > 1
  union
  select up.member, head.person_id from up
  join posts head on head.department_id = up.department_id and head.is_head
  where not exists (select from line where member = up.member and manager = head.person_id and rank = 1)
)
select idea_id, person_id, 'team', true from team where person_id = any(%(people)s)
union select team.idea_id, line.manager, 'manages_member', true from line join team on team.person_id = line.member
  where line.rank = 1 and line.manager = any(%(people)s)
union select team.idea_id, above.manager, 'above_member', false from above join team on team.person_id = above.member
  where above.manager <> above.member and above.manager = any(%(people)s)
union select team.idea_id, theirs.person_id, 'reports_to_member', true from theirs
  join team on team.person_id = theirs.manager_id
union select team.idea_id, c.person_id, 'reports_to_member', true from posts c
  join team on team.person_id = c.line_manager_id where c.person_id = any(%(people)s)
union select team.idea_id, l.owner_id, 'declared', true from people_privatelink l
  join team on team.person_id = l.other_id where l.owner_id = any(%(people)s)
union select ideas.idea_id, s.person_id, 'stepped_aside', true from workflows_seat s
  join workflows_gateround r on r.id = s.round_id join ideas on ideas.id = r.idea_id
  where s.person_id = any(%(people)s) and s.state = 'aside'
union select ideas.idea_id, g.person_id, 'administrator', true from people_rolegrant g
  cross join ideas join ideas_idea idea on idea.id = ideas.idea_id
  join ideas_programme programme on programme.id = idea.programme_id
  where g.person_id = any(%(people)s) and g.role = 'administrator' and g.starts_at <= %(now)s
  and (g.ends_at is null or g.ends_at > %(now)s) and (g.programme_key = '' or g.programme_key = programme.key)
  and (g.entity_id is null or g.entity_id = programme.entity_id)
union select team.idea_id, c.person_id, 'small_service', false from posts c
  join posts m on m.department_id = c.department_id join team on team.person_id = m.person_id
  where c.person_id = any(%(people)s) and c.department_id in (select department_id from small)
"""
)

# For one idea, as every act asks, PostgreSQL keeps a plan; for many it makes the one that fits their number.
FIND_FOR_ONE = FIND.format(asked="id = %(ideas)s")
FIND_FOR_MANY = FIND.format(asked="id = any(%(ideas)s)")


@dataclass
class Conflicts:
    """Codes of what stands against a person; empty when nothing does."""

    hard: set[str] = field(default_factory=set)
    soft: set[str] = field(default_factory=set)


# (ideas, gate) → {(idea's, person's primary key): (code, hard)}; the sponsor lives in a room above this one.
Source = Callable[[Sequence[Idea], str], dict[tuple[int, int], tuple[str, bool]]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add conflicts known to a room above: `source(ideas, gate)` gives `{(idea pk, person pk): (code, hard)}`."""
    _sources.append(source)


def conflicts_of(people: Iterable[Person], idea: Idea, gate: str) -> dict[int, Conflicts]:
    """What stands against each of these persons for this idea at this gate, by primary key."""
    asked = {person.pk for person in people}
    found = _found(asked, [idea], gate, clock.today(idea.programme.entity.time_zone))
    return {pk: found.get((idea.pk, pk), Conflicts()) for pk in asked}


def conflicts_of_both(
    people: Iterable[Person], idea: Idea, other: Idea | None, gate: str
) -> tuple[dict[int, Conflicts], dict[int, Conflicts]]:
    """`conflicts_of` for an idea and for the other one that an act changes too, {} without: in one statement."""
    asked = {person.pk for person in people}
    ideas = [idea] if other is None else [idea, other]
    found = _found(asked, ideas, gate, clock.today(idea.programme.entity.time_zone))
    own, *others = ({pk: found.get((one.pk, pk), Conflicts()) for pk in asked} for one in ideas)
    return own, others[0] if others else {}


def conflicts_with(
    people: Iterable[Person], ideas: Sequence[Idea], gate: str, today: date
) -> dict[tuple[int, int], Conflicts]:
    """What stands against any of these persons for any of these ideas, by (idea's, person's primary key).

    As many statements as for one idea. `today`: the entity's, to which all the ideas belong.
    """
    return _found({person.pk for person in people}, ideas, gate, today)


def _found(
    people: set[int], ideas: Sequence[Idea], gate: str, today: date
) -> dict[tuple[int, int], Conflicts]:
    one = len(ideas) == 1
    asked = ideas[0].pk if one else [idea.pk for idea in ideas]
    with planned_once() if one else connection.cursor() as cursor:
        named: dict[str, Any] = {"people": list(people), "on": today, "now": clock.now(), "ideas": asked}
        cursor.execute(FIND_FOR_ONE if one else FIND_FOR_MANY, named)
        rows = cursor.fetchall()
    rows += [(*pair, *said) for source in _sources for pair, said in source(ideas, gate).items()]
    found: dict[tuple[int, int], Conflicts] = defaultdict(Conflicts)
    for idea, person, code, hard in rows:
        if person in people:
            (found[idea, person].hard if hard else found[idea, person].soft).add(code)
    return found


def conflicts(person: Person, idea: Idea, gate: str) -> Conflicts:
    """What stands against one person."""
    return conflicts_of([person], idea, gate)[person.pk]
