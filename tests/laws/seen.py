"""Everything a law looks at, read in one statement: the same text twice means that nothing has changed."""
# ruff: noqa: S608  names of our own tables

import functools
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection

from incubator.lib import clock
from tests.laws.worker import TELLING

PARIS = ZoneInfo("Europe/Paris")


class Row(dict[str, Any]):
    """A row by its columns: `seat.person_id`."""

    __getattr__ = dict.__getitem__


# Columns that are long, or may change without an act of their own.
LEFT_OUT = {
    "people_person": {"password", "last_login", "given_name", "family_name", "email", "language"},
    "workflows_gateround": {"record", "considered", "rules"},
    "workflows_configuration": {"document", "findings"},
    "workflows_gateconfiguration": {"rules"},
    "workflows_pilotplan": {"sealed"},
    "workflows_selectionsession": {"record"},
    "workflows_sessionidea": {"opinion"},
    "workflows_benefitreading": {"lines", "note"},
    "workflows_evaluation": {"compared", "findings", "effect_on_staff"},
    "workflows_vote": {"must_meets", "scores", "conditions", "comment_to_authors", "comment_to_panel"},
    "ideas_ideacontent": {"search", "problem", "concerned", "proposal", "expected_effect"},
}
ADDED = {
    "workflows_gateround": ["md5(t.rules::text) as rules_md5", "md5(t.record::text) as record_md5"],
    "workflows_vote": ["md5(t.scores::text || t.must_meets::text || t.conditions::text) as said_md5"],
    "workflows_configuration": ["md5(t.document::text) as document_md5"],
}
ONLY = {"inbox_workitem": "where t.closed_at is null", "viewflow_task": "where t.finished is null"}
# Jobs, messages and the clock's ledger follow from acts; what a form answered is of the request, not of the city.
COUNTED = {
    "incubator_messages_message",
    "workflows_brief",
    "workflows_briefseries",
    "workflows_sessiondocument",
    "ideas_historicalideacontent",
}
NEVER = {
    "people_answeredrequest", "procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers",
    "procrastinate_workers", "events_event", "django_session", "people_signincode", "people_signinaddress",
    "auth_permission", "auth_group", "django_content_type", "guardian_grouppermission", "incubator_messages_outbox",
    "guardian_groupobjectpermission", "guardian_userobjectpermission", "workflows_publishedtable", "ideas_precedent",
}  # fmt: skip
# Texts as they are stored: what is hashed is hashed of these.
EVENTS = """
select json_agg(json_build_object('id', e.id, 'subject_kind', e.subject_kind, 'subject_key', e.subject_key::text,
  'sequence', e.sequence, 'verb', e.verb, 'actor_key', e.actor_key::text, 'on_behalf_of_key', e.on_behalf_of_key::text,
  'system', e.system, 'payload', e.payload::text, 'effects', e.effects::text, 'happened_at', e.happened_at,
  'previous_hash', e.previous_hash, 'hash', e.hash) order by e.id)::text
from events_event e where e.id > after_id
"""
WAITING = "select exists(select from procrastinate_jobs where status = 'todo' and task_name <> all(but))"
SHORT = ("workflows_", "people_", "ideas_", "inbox_", "viewflow_")


@functools.cache
def statement() -> str:
    """One JSON text: the rows of each table by id, counts of others, and each chain's length and head."""
    parts = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in NEVER or model._meta.app_label == "benchmarks" or table.startswith("benchmarks"):
            continue
        if table in COUNTED:
            parts.append(f"'{table}', (select count(*) from {table})")
            continue
        fields = [
            f.column for f in model._meta.local_concrete_fields if f.column not in LEFT_OUT.get(table, ())
        ]
        chosen = ", ".join([*(f't."{name}"' for name in fields), *ADDED.get(table, ())])
        order = fields[0] if "id" not in fields else "id"
        inner = f"select {chosen} from {table} t {ONLY.get(table, '')}"
        parts.append(f"'{table}', (select coalesce(json_agg(r order by r.{order}), '[]') from ({inner}) r)")
    # A function takes 100 arguments.
    objects = ", ".join(
        f"json_build_object({', '.join(parts[i : i + 40])})" for i in range(0, len(parts), 40)
    )
    return f"select json_build_array({objects})::text, ({EVENTS}), ({WAITING}) into city, events, waiting"


def _name(table: str) -> str:
    return next((table[len(prefix) :] for prefix in SHORT if table.startswith(prefix)), table)


class Seen:
    """The city at one moment. Tables by their short names: `seen.seat`, `seen.gateround`, `seen.workitem` …"""

    def __init__(self, text: str, events: str | None, waiting: bool, now: datetime) -> None:
        self.text, self.now, self.day = text, now, now.astimezone(PARIS).date().isoformat()
        self.events: list[Row] = json.loads(events, object_hook=Row) if events else []
        self.waiting = waiting
        self.tables: dict[str, Any] = {}
        for part in json.loads(text, object_hook=Row):
            self.tables |= {_name(table): rows for table, rows in part.items()}
        self._by: dict[tuple[str, str], dict[Any, Row]] = {}
        self.cache: dict[Any, Any] = {}

    def __getattr__(self, table: str) -> list[Row]:
        try:
            rows: list[Row] = self.tables[table]
        except KeyError as error:
            raise AttributeError(table) from error
        return rows

    def one(self, table: str, pk: Any, by: str = "id") -> Row:
        if (table, by) not in self._by:
            self._by[table, by] = {row[by]: row for row in self.tables[table]}
        return self._by[table, by][pk]

    def where(self, table: str, **wanted: Any) -> list[Row]:
        return [row for row in self.tables[table] if all(row[key] == value for key, value in wanted.items())]

    def changed(self, before: "Seen", *tables: str) -> Iterator[tuple[str, Row | None, Row | None]]:
        """Rows of these tables that came, went or changed: (table, before, after)."""
        for table in tables:
            if self.tables[table] == before.tables[table]:
                continue
            old = {row["id"]: row for row in before.tables[table]}
            new = {row["id"]: row for row in self.tables[table]}
            for pk in sorted(old.keys() | new.keys()):
                if old.get(pk) != new.get(pk):
                    yield table, old.get(pk), new.get(pk)


# Planning a statement on every table takes four times as long as running it, and a rollback drops what is prepared; the
# plan of a function stays.
FUNCTION = """
create function pg_temp.look(after_id bigint, but text[], out city text, out events text, out waiting boolean)
language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin {statement}; end $$
"""


def look_often() -> None:
    """Before the first `look` of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION.format(statement=statement()))


def look(last: int = 0) -> Seen:
    """The city now, with the events after this one in order, and whether a job that changes something waits."""
    with connection.cursor() as cursor:
        cursor.execute("select * from pg_temp.look(%s, %s)", [last, list(TELLING)])
        return Seen(*cursor.fetchone(), clock.now())
