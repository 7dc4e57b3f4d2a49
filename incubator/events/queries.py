"""Reads of the log."""

import uuid
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from incubator.events import rules
from incubator.events.models import Event


class Verification(NamedTuple):
    events: int
    chains: int
    broken: list[tuple[str, str, int]]  # subject kind, subject key, the sequence where it breaks


def verify() -> Verification:
    """Walk all chains in constant memory (one chain at a time) and say which break, and where."""
    fields = (*rules.HASHED, "hash")
    rows = Event.objects.order_by("subject_kind", "subject_key", "sequence").values(*fields).iterator(2000)
    events, chains, broken = 0, 0, []
    for (kind, key), chain in groupby(rows, lambda row: (row["subject_kind"], row["subject_key"])):
        counted = list(chain)
        events, chains = events + len(counted), chains + 1
        if (place := rules.first_break(counted)) is not None:
            broken.append((kind, str(key), place))
    return Verification(events, chains, broken)


def of_subject(kind: str, key: uuid.UUID) -> Iterator[Event]:
    """The events of one subject, oldest first."""
    return Event.objects.filter(subject_kind=kind, subject_key=key).order_by("sequence").iterator()
