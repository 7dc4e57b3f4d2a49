"""The title of a subject as its reader may read it. Rows keep the title as it was; the rooms above say what shows."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from incubator.people.models import Person

# (reader, keys of ideas) → for those whose text is masked for this reader, what masks a title.
Masking = Callable[[Person, Sequence[uuid.UUID]], Mapping[uuid.UUID, Callable[[str], str]]]
_masking: list[Masking] = []


class Titled(Protocol):
    """A work item or a message."""

    subject_kind: str
    subject_key: uuid.UUID
    subject_title: str


def use(masking: Masking) -> None:
    _masking[:] = [masking]


def as_read_by(reader: Person, rows: Sequence[Titled]) -> None:
    """Put into these rows, which are only shown, the titles this person reads; at most one query."""
    keys = list({row.subject_key for row in rows if row.subject_kind == "idea"})
    masks = _masking[0](reader, keys) if _masking and keys else {}
    for row in rows:
        if row.subject_key in masks:
            row.subject_title = masks[row.subject_key](row.subject_title)
