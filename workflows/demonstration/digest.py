"""One SHA-256 of a city: the same for the same seed, in whatever database it was made."""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model

from incubator.events.models import Event
from incubator.events.rules import canonical
from workflows.briefs.models import Brief

ROOMS = ("people", "events", "ideas", "workflows", "inbox", "messages")
# Random, told by the real clock, or counted by the database: not of the city.
LEFT_OUT = {
    "password",
    "token",
    "recorded_at",
    "hash",
    "previous_hash",
    "history_id",
    "search",
    "url",
    "salt",
}
# Of a letter that is made already: drawn by chance, or made with what was.
RENDERED = {
    "record", "record_sha256", "public", "public_sha256", "sha256", "unsigned_sha256", "size", "sealed_at",
    "seal_certificate",
}  # fmt: skip
ENGINES = {"created", "finished"}  # of a process: viewflow asks the real clock
COUNTED = {"mandate", "number"}  # in an event: rows are named by what the database counted


def of_city() -> str:
    """The digest of every record of the rooms, without primary keys, in an order of its own."""
    total = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if model._meta.app_label in ROOMS:
            total.update(model._meta.label.encode())
            for line in sorted(_lines(model)):
                total.update(line)
    return total.hexdigest()


def _lines(model: type[Model]) -> Iterator[bytes]:
    left_out = LEFT_OUT | ENGINES | (RENDERED if model is Brief else set())
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in left_out and _is_telling(field)
    ]
    # A row of another table is named by its own key.
    names = [_name(field) for field in fields]
    for row in model._default_manager.values_list(*names).iterator():
        yield canonical([_plain(value) for value in row]) if model is not Event else _event(names, row)


def _is_telling(field: "Field[Any, Any]") -> bool:
    return not isinstance(field, ForeignKey) or _natural(field) != ""


def _name(field: "Field[Any, Any]") -> str:
    return f"{field.name}__{_natural(field)}" if isinstance(field, ForeignKey) else field.name


def _natural(field: "ForeignKey[Any, Any]") -> str:
    """The name of the related row's own key; empty when it has none."""
    names = {one.name for one in field.related_model._meta.concrete_fields}
    return next((name for name in ("staff_number", "key") if name in names), "")


def _event(names: list[str], row: tuple[Any, ...]) -> bytes:
    event = dict(zip(names, row, strict=True))
    event["payload"] = {name: value for name, value in event["payload"].items() if name not in COUNTED}
    event["effects"] = [
        {name: value for name, value in one.items() if name not in COUNTED} for one in event["effects"]
    ]
    return canonical({name: _plain(value) for name, value in event.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID) or not isinstance(value, str | int | float | bool | list | dict | None):
        return str(value)
    return value
