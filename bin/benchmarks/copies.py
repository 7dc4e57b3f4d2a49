"""Many ideas from one: every row that belongs to an idea, with other keys, people, days and words.

Which tables belong to an idea is read from the models, so that a new one is copied without a word here. Rows are
written with COPY; keys named inside texts and JSON follow, and frozen records and the chain of events are hashed anew.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, ForeignKey, GeneratedField, JSONField, Max, Model, Q, UUIDField
from viewflow.workflow.models import Process

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.events.rules import event_hash
from incubator.inbox.models import WorkItem
from incubator.messages.models import Message
from incubator.people.models import Person
from workflows.briefs.models import Brief, new_token
from workflows.gates.models import GateRound, Seat
from workflows.gates.records import record_sha256
from workflows.journey.models import IdeaProcess

Rows = dict[type[Model], list[dict[str, Any]]]
ROOMS = ("ideas", "workflows", "viewflow")
BY_SUBJECT: tuple[type[Model], ...] = (Event, WorkItem, Message)
SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _fields(model: type[Model]) -> list["Field[Any, Any]"]:
    own = model._meta.local_concrete_fields
    return [one for one in own if not isinstance(one, GeneratedField)]


def _links(model: type[Model]) -> list["ForeignKey[Any, Any]"]:
    """To other tables; an idea's links to other ideas are not followed."""
    return [one for one in _fields(model) if isinstance(one, ForeignKey) and one.related_model is not model]


def tables() -> list[type[Model]]:
    """The tables of an idea, each after those it points to."""
    found: list[type[Model]] = [Idea, Process]
    every = [one for one in apps.get_models(include_auto_created=True) if one._meta.app_label in ROOMS]
    grows = True
    while grows:
        more = [
            one
            for one in every
            if one not in found and any(link.related_model in found for link in _links(one))
        ]
        grows = bool(more)
        found += more
    ordered: list[type[Model]] = [Idea, Process]
    while len(ordered) < len(found):
        ordered += [
            one
            for one in found
            if one not in ordered
            and all(link.related_model in ordered for link in _links(one) if link.related_model in found)
        ]
    return [*ordered, *BY_SUBJECT]


def rows_of(idea: Idea) -> Rows:
    """Everything of one idea, as values by column."""
    found: Rows = {}
    for model in tables():
        if model is Idea:
            wanted = Q(pk=idea.pk)
        elif model is Process:
            wanted = Q(pk__in=IdeaProcess.objects.filter(idea=idea).values("pk"))
        elif model in BY_SUBJECT:
            wanted = Q(subject_kind="idea", subject_key=idea.key)
        else:
            wanted = Q(pk__in=[])
            for link in _links(model):
                above = found.get(link.related_model, [])
                if link.related_model in found:
                    key = link.related_model._meta.pk.attname
                    wanted |= Q(**{f"{link.name}__in": [row[key] for row in above]})
        found[model] = _read(model, list(model._base_manager.filter(wanted).values_list("pk", flat=True)))
    return found


def _read(model: type[Model], keys: list[int]) -> list[dict[str, Any]]:
    """Rows by column as the database has them: JSON as its text, a flow by its reference."""
    own = _fields(model)
    assert model._meta.pk is not None
    columns = ", ".join(f'"{one.column}"' for one in own)
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'select {columns} from "{model._meta.db_table}" where "{key}" = any(%s) order by "{key}"',  # noqa: S608
            [keys],
        )
        return [dict(zip([one.attname for one in own], row, strict=True)) for row in cursor.fetchall()]


@dataclass
class Changes:
    """What a copy has of its own. `people`: by primary key; `texts`: by column, wherever a row has it."""

    days: int
    people: Mapping[int, Person]
    texts: Mapping[str, str]


@dataclass
class Copier:
    """Writes copies; `flush` sends what is gathered, `finish` also sets the sequences on."""

    batch: int = 400
    waiting: dict[type[Model], list[tuple[Any, ...]]] = field(default_factory=dict)
    gathered: int = 0

    def __post_init__(self) -> None:
        self.tables = tables()
        self.next_pk = {
            model: (model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + 1 for model in self.tables
        }
        self.next_number = (Idea.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        self.waiting = {model: [] for model in self.tables}
        self.person_keys = dict(Person.objects.values_list("pk", "key"))

    def copy(self, rows: Rows, changes: Changes) -> int:
        """One more idea like that one; gives its primary key."""
        names, keys = self._names(rows, changes)
        shift = timedelta(days=changes.days)
        number = self.next_number
        self.next_number += 1
        previous, seals = "", dict[str, str]()
        for model in self.tables:
            own = _fields(model)
            change = [_change(one, model, names, keys, changes, shift) for one in own]
            for row in rows[model]:
                made = {one.attname: act(row[one.attname]) for one, act in zip(own, change, strict=True)}
                if model is Idea and made["number"] is not None:
                    made["number"] = number
                elif model is Brief:
                    made["number"] = re.sub(r"\d+(?=-G)", str(number), row["number"])
                    made["serial"], made["token"] = made["id"], new_token()
                elif model is WorkItem:
                    # Named by a row's number instead of its key.
                    made["key"] = re.sub(r":\d+$", f":{made['id']}", made["key"])
                elif model is GateRound and made["record"]:
                    seals[made["record_sha256"]] = made["record_sha256"] = _seal(made["record"])
                elif model is Event:
                    made["payload"] = SHA256.sub(lambda old: seals.get(old[0], old[0]), made["payload"])
                    made["previous_hash"] = previous
                    previous = made["hash"] = _hash(made)
                self.waiting[model].append(tuple(made.values()))
        self.gathered += 1
        if self.gathered >= self.batch:
            self.flush()
        return int(names[Idea, rows[Idea][0]["id"]])

    def _names(self, rows: Rows, changes: Changes) -> tuple[dict[Any, int], dict[str, str]]:
        """New primary keys by model and old one; new keys by old one, as text."""
        names: dict[Any, int] = {}
        keys = {
            str(self.person_keys[old]): str(self.person_keys[new.pk]) for old, new in changes.people.items()
        }
        for model in self.tables:
            if model is IdeaProcess:
                continue  # its primary key is the process's
            for row in rows[model]:
                assert model._meta.pk is not None
                names[model, row[model._meta.pk.attname]] = self.next_pk[model]
                self.next_pk[model] += 1
                if "key" in row and isinstance(row["key"], uuid.UUID):
                    keys[str(row["key"])] = str(uuid.uuid4())
        return names, keys

    def flush(self) -> None:
        with connection.cursor() as cursor:
            for model in self.tables:
                if not self.waiting[model]:
                    continue
                columns = ", ".join(f'"{one.column}"' for one in _fields(model))
                with cursor.copy(f'copy "{model._meta.db_table}" ({columns}) from stdin') as copy:
                    for row in self.waiting[model]:
                        copy.write_row(row)
                self.waiting[model].clear()
        self.gathered = 0

    def finish(self) -> None:
        self.flush()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), self.tables):
                cursor.execute(statement)
            cursor.execute("select setval('ideas_number', %s)", [self.next_number])


Change = Callable[[Any], Any]


def _change(
    one: "Field[Any, Any]",
    model: type[Model],
    names: Mapping[Any, int],
    keys: Mapping[str, str],
    changes: Changes,
    shift: timedelta,
) -> Change:
    """How a column's value differs in a copy."""
    if (target := _target(one, model)) is not None:
        if target is Person:
            return lambda old: changes.people[old].pk if old in changes.people else old
        if target is IdeaProcess:
            target = Process
        return lambda old: names.get((target, old), old)
    if one.name in changes.texts:
        text = changes.texts[one.name]
        return lambda old: text if old else old
    if isinstance(one, UUIDField):
        return lambda old: uuid.UUID(keys.get(str(old), str(old))) if old else old
    if isinstance(one, JSONField):
        return lambda old: _renamed(old, keys) if old else old
    return lambda old: _moved(old, keys, shift)


def _target(one: "Field[Any, Any]", model: type[Model]) -> Any:
    """The table whose primary key this column holds; a history row names the row it is about by number."""
    if one.primary_key and not isinstance(one, ForeignKey):
        return model
    if isinstance(one, ForeignKey):
        return one.related_model
    return getattr(model, "instance_type", None) if one.name == "id" else None


def _moved(old: Any, keys: Mapping[str, str], shift: timedelta) -> Any:
    if isinstance(old, str):
        return _renamed(old, keys) if len(old) >= 36 else old
    if isinstance(old, datetime | date):
        return old + shift
    return old


def _renamed(text: str, keys: Mapping[str, str]) -> str:
    return UUID.sub(lambda found: keys.get(found[0], found[0]), text)


def _hash(event: dict[str, Any]) -> str:
    plain = {name: json.loads(event[name]) for name in ("payload", "effects")}
    return event_hash(event | plain)


def _seal(record: str) -> str:
    return record_sha256(json.loads(record))


def without_panel(rows: Rows) -> Rows:
    """The same idea, its open round still waiting for its panel."""
    waiting = {row["id"] for row in rows[GateRound] if row["state"] == "open"}
    return rows | {
        Seat: [row for row in rows[Seat] if row["round_id"] not in waiting],
        WorkItem: [row for row in rows[WorkItem] if row["closed_at"] is not None],
        GateRound: [
            row | ({"state": "seating", "opened_at": None} if row["id"] in waiting else {})
            for row in rows[GateRound]
        ],
    }
