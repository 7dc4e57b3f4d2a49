"""The people room's door to the log of events, which stands above it: `incubator.events` fills it at start."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from incubator.people.actors import Actor


class Entry(NamedTuple):
    """One event to come. `kind` is person or organisation; `effects` as `effect()` makes them."""

    kind: str
    key: uuid.UUID
    verb: str
    payload: dict[str, Any] = {}
    effects: Sequence[dict[str, Any]] = ()


Write = Callable[[Sequence[Entry], Actor], None]
_writer: list[Write] = []


def use(write: Write) -> None:
    _writer[:] = [write]


def record(*entries: Entry, by: Actor) -> None:
    """Append one event per entry, in the caller's transaction; each subject at most once.

    The caller holds the subjects' rows. Raises IndexError before the application has started.
    """
    if entries:
        _writer[0](entries, by)


def effect(what: str, before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    """One line of an event's effects; keys and dates become text, empty sides are left out."""
    sides = {"from": before, "to": after} | more
    return {"what": what} | {name: _plain(side) for name, side in sides.items() if side not in (None, "")}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict)) else str(value)
