"""One look at everything that waits: what time has reached is written to the ledger, by the database itself.

No row comes to this process, so 100,000 of them cost no memory; a handful of statements, whatever the number. What is
due at the same instant is claimed in the order of its keys, so that the same histories give the same events.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value

from incubator.inbox import wording
from incubator.lib import clock, working_days
from incubator.people.models import Entity
from workflows.clock import other_work, rules
from workflows.clock.duties import duties
from workflows.gates.configuration import defaults
from workflows.gates.models import Configuration, GateConfiguration

# Of one kind, in one sweep: after a long stand-still the rest follows minute by minute, oldest first.
MOST = 5_000

CLAIM = """
insert into workflows_clockstep (key, due_at, subject_key, step, rank, claimed_at, try_at, tries)
select owed.key, owed.due_at, owed.subject_key, %s, 0, %s, %s, 0
from ({owed}) as owed(key, due_at, subject_key)
where not exists (
  select from workflows_clockstep known
  where known.key = owed.key and known.due_at = owed.due_at and known.step = %s)
order by owed.due_at, owed.key limit %s on conflict do nothing
"""

# One line per entity, kind of reminders and step: an idea's reminders are those of the rules its last round was
# opened under, or without a round those its programme has in force. The last step that an item has reached, unless it
# or a later one was claimed: after a night without a worker nobody is told three times. Nobody is reminded on the day
# they were asked, while the idea is held (but to say whether what it waits for has come) or back with its author, or
# while away without a deputy who may do it. `near` is materialized: the planner, which cannot see how few items are
# reached, would otherwise look up every idea once per step. Other work than an idea's follows the rules its programme
# has in force. What says that work is late has that work's day, and is nobody's lateness itself.
REMIND = """
with plan as (
  select * from unnest(%(entities)s::bigint[], %(kinds)s::int[], %(ranks)s::int[], %(steps)s::text[],
    %(until)s::timestamptz[], %(todays)s::date[], %(mornings)s::timestamptz[])
    as plan(entity_id, kind, rank, step, until, today, morning)
),
pinned as (
  select * from unnest(%(pinned)s::bigint[], %(pinned_kinds)s::int[]) as pinned(configuration_id, kind)
),
current as (
  select * from unnest(%(current)s::bigint[], %(current_kinds)s::int[]) as current(programme_id, kind)
),
other(key, programme_id) as ({other}),
near as materialized (
  select item.*, programme.entity_id, coalesce(pinned.kind, current.kind, 0) as kind from inbox_workitem item
  join ideas_idea idea on idea.key = item.subject_key
  join ideas_programme programme on programme.id = idea.programme_id
  left join lateral (
    select configuration_id from workflows_gateround round where round.idea_id = idea.id order by round.id desc limit 1
  ) last on true
  left join pinned on pinned.configuration_id = last.configuration_id
  left join current on current.programme_id = idea.programme_id
  where item.closed_at is null and item.subject_kind = 'idea' and not starts_with(item.key, 'late:')
    and (item.due_at <= (select max(until) from plan)
      or item.opened_at + (item.due_at - item.opened_at) / 2 <= %(now)s)
    and (idea.state <> 'held' or item.verb = %(of_the_hold)s)
    and (idea.holder <> 'author' or idea.state <> 'live' or item.verb = 'rework')
  union all
  select item.*, programme.entity_id, coalesce(current.kind, 0) as kind from inbox_workitem item
  join other on other.key = item.subject_key
  join ideas_programme programme on programme.id = other.programme_id
  left join current on current.programme_id = programme.id
  where item.closed_at is null and item.verb = any(%(other_verbs)s)
    and (item.due_at <= (select max(until) from plan)
      or item.opened_at + (item.due_at - item.opened_at) / 2 <= %(now)s)
),
reached as (
  select distinct on (item.key, item.due_at)
    item.key, item.due_at, item.subject_key, plan.step, plan.rank
  from near item join plan on plan.entity_id = item.entity_id and plan.kind = item.kind
  where item.opened_at < plan.morning
    and case when plan.until is null then item.opened_at + (item.due_at - item.opened_at) / 2 <= %(now)s
      else item.due_at <= plan.until end
    and (plan.step = %(escalate)s or not exists (
      select from people_absence away where away.person_id = item.person_id
      and plan.today between away.starts_on and away.ends_on
      and (away.deputy_id is null or item.verb <> all(%(lent)s))))
  order by item.key, item.due_at, plan.rank desc
)
insert into workflows_clockstep (key, due_at, subject_key, step, rank, claimed_at, try_at, tries)
select key, due_at, subject_key, step, rank, %(now)s, %(now)s, 0 from reached
where not exists (
  select from workflows_clockstep known
  where known.key = reached.key and known.due_at = reached.due_at and known.rank >= reached.rank)
order by due_at, key limit %(most)s on conflict do nothing
"""

# What was said to be late has been done since, or has another day now.
SETTLE = """
update inbox_workitem late set closed_at = %(now)s
where late.closed_at is null and starts_with(late.key, 'late:') and not exists (
  select from inbox_workitem item
  where item.subject_key = late.subject_key and item.closed_at is null and item.due_at < %(now)s
    and late.key = 'late:' || item.verb || ':' || item.subject_key)
"""


def sweep() -> int:
    """Claim what time has reached since the last sweep; gives how many steps were claimed by this one."""
    now = clock.now()
    with connection.cursor() as cursor:
        claimed = sum(_claim(cursor, duty.name, duty.owed(), now) for duty in duties())
        plan = _plan()
        if plan["entities"]:
            given: dict[str, Any] = {
                "lent": wording.lent(),
                "escalate": rules.ESCALATE,
                "other_verbs": other_work.verbs(),
                "of_the_hold": rules.OF_THE_HOLD,
            }
            remind = REMIND.format(other=other_work.programmes())
            cursor.execute(remind, plan | given | {"now": now, "most": MOST})
            claimed += cursor.rowcount
        cursor.execute(SETTLE, {"now": now})
    return claimed


def _claim(cursor: Any, name: str, owed: QuerySet[Any], now: Any) -> int:
    sql, parameters = owed.query.sql_with_params()
    cursor.execute(CLAIM.format(owed=sql), [name, now, now, *parameters, name, MOST])
    claimed: int = cursor.rowcount
    return claimed


def _plan() -> dict[str, list[Any]]:
    """The steps of each entity at whose place it is a working day, and late enough to write to people."""
    from_hour = defaults()["reminders"]["from_hour"]
    kinds, standing = _kinds()
    plan: dict[str, list[Any]] = {
        name: [] for name in ("entities", "kinds", "ranks", "steps", "until", "todays", "mornings")
    }
    for entity in Entity.objects.all():
        today = clock.today(entity.time_zone)
        if not _works(entity, today) or clock.hour(entity.time_zone) < from_hour:
            continue
        for kind, reminders in enumerate(kinds):
            for step in rules.steps(reminders):
                plan["entities"].append(entity.pk)
                plan["kinds"].append(kind)
                plan["ranks"].append(step.rank)
                plan["steps"].append(step.name)
                plan["until"].append(None if step.offset is None else _until(entity, today, step.offset))
                plan["todays"].append(today)
                plan["mornings"].append(working_days.start_of_day(today, entity.time_zone))
    return plan | standing


def _kinds() -> tuple[list[dict[str, Any]], dict[str, list[int]]]:
    """The different reminders in use, the defaults first; and which is whose, by gate's rules and by programme."""
    kinds: list[dict[str, Any]] = [defaults()["reminders"]]

    def kind(reminders: dict[str, Any] | None) -> int:
        if reminders is None or _same(reminders, kinds[0]):
            return 0
        if reminders not in kinds:
            kinds.append(reminders)
        return kinds.index(reminders)

    pinned = GateConfiguration.objects.values_list(Value("pinned"), "pk", "rules__reminders")
    current = Configuration.objects.filter(state="published")
    found: dict[str, list[int]] = {
        name: [] for name in ("pinned", "pinned_kinds", "current", "current_kinds")
    }
    # One statement for both.
    for name, key, reminders in pinned.union(
        current.values_list(Value("current"), "programme", "document__reminders"), all=True
    ):
        found[name].append(key)
        found[f"{name}_kinds"].append(kind(reminders))
    return kinds, found


def _same(reminders: dict[str, Any], other: dict[str, Any]) -> bool:
    return (reminders["at"], reminders.get("then")) == (other["at"], other.get("then"))


def _works(entity: Entity, day: Any) -> bool:
    return working_days.is_working_day(day, country=entity.holidays_country, closing_days=entity.closing_days)


def _until(entity: Entity, today: Any, offset: int) -> Any:
    day = rules.latest_due(today, offset, lambda other: _works(entity, other))
    return working_days.end_of_day(day, entity.time_zone)
