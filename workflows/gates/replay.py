"""Replays what is closed from its frozen record: proof that opinion and permitted decisions follow from it.

Rooms that close something of their own (a selection session) register a source; `replay_rounds` walks them all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from ideas.drafting.models import Idea
from incubator.events.models import Event
from workflows.gates import rules
from workflows.gates.models import Decision
from workflows.gates.records import record_sha256


@dataclass(frozen=True)
class Replayed:
    """One record replayed: `name` says which, `differences` how it differs, as codes; empty when equal.

    `kind`: as what it is counted; a session is the round of several ideas.
    """

    name: str
    differences: list[str] = field(default_factory=list)
    kind: str = "rounds"


CLOSED = Q(round__state="decided", issued_at__isnull=False)

# (programme's key or '', from which local day or None) → everything closed since, oldest first.
Source = Callable[[str, date | None], Iterator[Replayed]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add what a room above closes. The source streams: it is never held in memory as a whole."""
    if source not in _sources:
        _sources.append(source)


def replay(programme: str = "", since: date | None = None) -> Iterator[Replayed]:
    """Every closed round, then what the rooms above closed; in constant memory."""
    yield from rounds(programme, since)
    for source in _sources:
        yield from source(programme, since)


def rounds(programme: str = "", since: date | None = None) -> Iterator[Replayed]:
    """Each decided round: its record's hash in row and chain, its opinion, its decision; then those that are gone."""
    for decision in _decided(programme, since).iterator(chunk_size=200):
        round_ = decision.round
        name = f"idea {round_.idea.number}, {round_.gate}, round {round_.number} ({round_.key})"
        yield Replayed(name, _differences(decision))
    for event in _gone(programme, since).iterator(chunk_size=200):
        yield Replayed(f"idea {event.number}, {event.gate} ({event.of_round})", ["gone"])


def _decided(programme: str, since: date | None) -> QuerySet[Decision]:
    sealed = _told().filter(
        subject_key=OuterRef("round__idea__key"), of_round=Cast(OuterRef("round__key"), CharField())
    )
    found = (
        Decision.objects.filter(CLOSED)
        .select_related("round__idea")
        .only(
            "outcome",
            "departs",
            "round__key",
            "round__gate",
            "round__number",
            "round__record",
            "round__record_sha256",
            "round__idea__number",
        )
        .annotate(sealed=Subquery(sealed.order_by().values(sha256=KT("payload__record_sha256"))[:1]))
        .order_by("round_id")
    )
    if programme:
        found = found.filter(round__idea__programme__key=programme)
    if since is not None:
        found = found.filter(round__closed_at__date__gte=since)
    return found


def _gone(programme: str, since: date | None) -> QuerySet[Any]:
    """What the chains say was decided, without a decided round and its issued decision in the rows."""
    there = Decision.objects.filter(CLOSED).annotate(of_round=Cast("round__key", CharField()))
    ideas = Idea.objects.filter(key=OuterRef("subject_key"))
    found: QuerySet[Any] = (
        _told()
        .filter(~Exists(there.filter(of_round=OuterRef("of_round"))))
        .annotate(gate=KT("payload__gate"), number=Subquery(ideas.values("number")))
        .order_by("pk")
    )
    if programme:
        found = found.filter(Exists(ideas.filter(programme__key=programme)))
    if since is not None:
        found = found.filter(happened_at__date__gte=since)
    return found


def _told() -> QuerySet[Any]:
    """The events of all decisions, with their round's key as text."""
    told = Event.objects.filter(subject_kind="idea", verb="decided")
    found: QuerySet[Any] = told.annotate(of_round=KT("payload__round"))
    return found


def _differences(decision: Decision) -> list[str]:
    round_ = decision.round
    record = round_.record or {}
    found = []
    if record_sha256(record) != round_.record_sha256:
        found.append("record")
    if decision.sealed != round_.record_sha256:  # type: ignore[attr-defined] # annotated
        found.append("chain")
    if record.get("decision") != decision.outcome:
        found.append("outcome")
    return found + rules.differences(record, departs=decision.departs)
