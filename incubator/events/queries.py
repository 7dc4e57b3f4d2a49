"""Reads of the log."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from incubator.events import rules
from incubator.events.models import Event
from incubator.people.models import Person


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


def heads(since: datetime, until: datetime, *, besides: str) -> list[tuple[str, str]]:
    """Of each chain with an event in this time: the SHA-256 of its subject, and the hash of its last event then, which
    covers that event's place too. Sorted; chains of the kind `besides` are left out."""
    then = Event.objects.filter(happened_at__gte=since, happened_at__lt=until).exclude(subject_kind=besides)
    last = then.order_by("subject_kind", "subject_key", "-sequence").distinct("subject_kind", "subject_key")
    rows = last.values_list("subject_kind", "subject_key", "hash")
    return sorted((rules.subject_sha256(kind, key), hash_) for kind, key, hash_ in rows)


def differing(published: Iterable[Mapping[str, Any]]) -> list[str]:
    """The SHA-256 of the subjects whose chain is no longer as it was published: cut or rewritten.

    `published`: rows of subject and head, as `heads` gave them.
    """
    subjects = Event.objects.values_list("subject_kind", "subject_key").distinct()
    known = {rules.subject_sha256(kind, key): (kind, key) for kind, key in subjects.order_by().iterator(2000)}
    return [
        row["subject"]
        for row in published
        if row["subject"] not in known or not _leads_to(row["head"], *known[row["subject"]])
    ]


def _leads_to(head: str, kind: str, key: uuid.UUID) -> bool:
    """Whether the chain holds this hash, and holds together up to it."""
    rows = Event.objects.filter(subject_kind=kind, subject_key=key).order_by("sequence")
    chain = list(rows.values(*rules.HASHED, "hash"))
    place = next((place for place, event in enumerate(chain) if event["hash"] == head), None)
    return place is not None and rules.first_break(chain[: place + 1]) is None


def of_subject(kind: str, key: uuid.UUID) -> Iterator[Event]:
    """The events of one subject, oldest first."""
    return Event.objects.filter(subject_kind=kind, subject_key=key).order_by("sequence").iterator()


def held_about(person: Person) -> dict[str, list[dict[str, Any]]]:
    """For the person's own copy of their data: their chain, and what they did on others, oldest first.

    Of other chains only the act itself: its place and its effects could tell of people whom the reader may not see.
    """
    act = ("subject_kind", "subject_key", "verb", "happened_at")
    own = Event.objects.filter(subject_kind="person", subject_key=person.key)
    done = Event.objects.filter(actor_key=person.key).exclude(pk__in=own.values("pk"))
    return {
        "about_me": [_plain(row) for row in own.order_by("sequence").values(*act, "effects")],
        "done_by_me": [_plain(row) for row in done.order_by("happened_at", "pk").values(*act)],
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"subject_key": str(row["subject_key"]), "happened_at": row["happened_at"].isoformat()}
