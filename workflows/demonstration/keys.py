"""Keys from a seed: the same city twice has the same keys, so the same events and the same digest."""

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps


@contextmanager
def from_seed(seed: int) -> Iterator[None]:
    """While the block runs, every field whose default is `uuid.uuid4` draws from one generator.

    Django keeps a field's default in the cached property `_get_default`; the block puts its own there and takes it
    away again. Only this process is touched: the loader is a command of its own.
    """
    source = random.Random(f"keys of the demo city {seed}")  # noqa: S311  wanted: the same again

    def draw() -> uuid.UUID:
        return uuid.UUID(int=source.getrandbits(128), version=4)

    fields = [
        field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if getattr(field, "default", None) is uuid.uuid4
    ]
    for field in fields:
        vars(field)["_get_default"] = draw
    try:
        yield
    finally:
        for field in fields:
            vars(field).pop("_get_default", None)


def key_of(seed: int, name: str) -> uuid.UUID:
    """A key of its own for what the database would draw a key for."""
    source = random.Random(f"key of {name} in the demo city {seed}")  # noqa: S311
    return uuid.UUID(int=source.getrandbits(128), version=4)


def dice(*parts: Any) -> random.Random:
    """A generator that depends on its parts only, never on what was drawn elsewhere."""
    return random.Random(":".join(str(part) for part in parts))  # noqa: S311
