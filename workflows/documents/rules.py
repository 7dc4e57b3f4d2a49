"""Records as plain data: read back, cut, measured. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

LONGEST_TEXT = 2_000  # characters of each text, in a document that could not be laid out with them whole
MOST_TRIES = 3
# One that is not there by then has lost its job: it may be asked for again.
LONGEST_WAIT = timedelta(hours=1)


def dated(data: Any) -> Any:
    """A record with dates for the texts under names that end in `_on`, and instants for those in `_at`."""
    if isinstance(data, Mapping):
        return {name: _dated(name, value) for name, value in data.items()}
    if isinstance(data, list):
        return [dated(item) for item in data]
    return data


def _dated(name: str, value: Any) -> Any:
    if isinstance(value, str) and value:
        if name.endswith("_on"):
            return date.fromisoformat(value)
        if name.endswith("_at"):
            return datetime.fromisoformat(value)
    return dated(value)


def cut(data: Any) -> Any:
    """A record without the rest of each text that is too long; […] stands in its place."""
    if isinstance(data, Mapping):
        return {name: cut(value) for name, value in data.items()}
    if isinstance(data, list):
        return [cut(item) for item in data]
    if isinstance(data, str) and len(data) > LONGEST_TEXT:
        return f"{data[:LONGEST_TEXT]} […]"
    return data
