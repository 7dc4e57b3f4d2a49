"""Very many rounds: how long one sweep of the clock over all open ones takes, and a replay of all closed ones."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from incubator.lib import clock
from workflows.clock.sweep import sweep
from workflows.gates.replay import replay

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC)
# An ordinary working morning: of a hundred days on which rounds are due, one or two are near.
MORNING = datetime(2026, 3, 11, 9, tzinfo=UTC)

FILL = """
with made as (
  insert into ideas_idea (key, number, programme_id, route, state, stage, holder, held_since, title, pitch, language,
    confidential, masked_until_selected, created_at, submitted_at)
  select gen_random_uuid(), 1000000 + n, %(programme)s, 'standard', 'live', 'review', 'panel', %(asked)s, 'x', 'x',
    'fr', false, false, %(asked)s, %(asked)s from generate_series(1, %(count)s) n returning id, key, number
),
opened as (
  insert into workflows_gateround (key, idea_id, gate, number, configuration_id, rules, state, content_version,
    entered_at, opened_at, review_due_at, due_at, void_reason, considered, handed_to, record_sha256)
  select gen_random_uuid(), made.id, 'G1', 1, %(configuration)s, '{"seats": 5}', 'open', 1, %(asked)s, %(asked)s,
    %(due)s::timestamptz + (number %% 100) * interval '1 day', %(due)s::timestamptz + interval '200 days', '',
    '[]', '', ''
  from made returning key, idea_id, review_due_at
)
insert into inbox_workitem (person_id, key, verb, subject_kind, subject_key, subject_title, url, opened_at, due_at)
select %(person)s, 'vote:' || opened.key, 'vote', 'idea', made.key, 'x', '/', %(asked)s, opened.review_due_at
from opened join made on made.id = opened.idea_id
"""


def open_rounds(count: int, *, programme: int, configuration: int, person: int) -> None:
    """So many open rounds at G1, a hundredth of them due on each of a hundred days, each asked of one person."""
    values = {"programme": programme, "configuration": configuration, "person": person}
    with connection.cursor() as cursor:
        cursor.execute(FILL, values | {"count": count, "asked": ASKED, "due": DUE})
        cursor.execute("analyze ideas_idea, workflows_gateround, inbox_workitem")


class Worked:
    """Seconds: `took` by the wall; `worked` without what the machine did for others meanwhile."""

    took = worked = 0.0


@contextmanager
def timed() -> Iterator[Worked]:
    """Time a block. `worked` is what this process and its PostgreSQL process spent computing; where the system does
    not tell (it is no Linux, or the server is elsewhere), it is `took`."""
    found = Worked()
    before, began = _computed(), time.monotonic()
    yield found
    found.took = time.monotonic() - began
    after = _computed()
    found.worked = found.took if before is None or after is None else after - before


def _computed() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (backend,) = cursor.fetchone()
    try:
        with open(f"/proc/{backend}/stat", encoding="utf-8") as told:
            name, _bracket, rest = told.read().rpartition(")")
    except OSError:
        return None
    if "postgres" not in name:
        return None
    spent = rest.split()[11:13]
    return time.process_time() + sum(int(ticks) for ticks in spent) / os.sysconf("SC_CLK_TCK")


def swept(count: int, **rows: int) -> dict[str, Any]:
    """One sweep of an ordinary minute over so many open rounds, which are taken back again."""
    with transaction.atomic():
        open_rounds(count, **rows)
        with clock.moved(MORNING):
            sweep()  # what is owed since yesterday
            with timed() as minute:
                sweep()
        transaction.set_rollback(True)
    return {"open_rounds": count} | _seconds(minute)


def replayed() -> dict[str, Any]:
    """Every closed round there is."""
    with timed() as run:
        different = [bool(one.differences) for one in replay()]
    rounds = len(different)
    return (
        {"rounds": rounds, "different": sum(different)}
        | _seconds(run)
        | {"computing_for_20000": round(run.worked / max(rounds, 1) * 20_000, 1)}
    )


def _seconds(found: Worked) -> dict[str, float]:
    return {"seconds": round(found.took, 2), "computing": round(found.worked, 2)}
