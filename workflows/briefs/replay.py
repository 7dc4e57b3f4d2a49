"""Replays what briefs say to the world: their public records, against the rules and against the rows they stand on."""

from collections.abc import Iterator
from datetime import date

from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from workflows.briefs.gathering import origin_of
from workflows.briefs.models import Brief
from workflows.briefs.public import as_bytes, differences, public_record
from workflows.briefs.record import from_data
from workflows.gates.replay import Replayed


def briefs(programme: str = "", since: date | None = None) -> Iterator[Replayed]:
    """Each ready brief, replaced ones too: its public record's hash, its outcome, its replay, and whether it is the one
    that the round's frozen record and the brief's own give."""
    for brief in _ready(programme, since).iterator(chunk_size=200):
        name = f"brief {brief.number}, edition {brief.edition} ({brief.key})"
        yield Replayed(name, _differences(brief), kind="briefs")


def _ready(programme: str, since: date | None) -> QuerySet[Brief]:
    issued = Event.objects.filter(
        subject_kind="idea", subject_key=OuterRef("decision__round__idea__key"), verb="decided"
    )
    issued = issued.annotate(of_decision=KT("payload__decision")).filter(
        of_decision=Cast(OuterRef("decision__key"), CharField())
    )
    found = (
        Brief.objects.filter(state=Brief.State.READY, public__isnull=False)
        .select_related("decision__round__idea__programme", "decision__round__configuration__source")
        .only(
            *("number", "edition", "key", "salt", "record", "record_sha256", "public", "public_sha256"),
            *("decision__outcome", "decision__capacity", "decision__second_capacity"),
            *("decision__round__record", "decision__round__idea__programme__key"),
            *("decision__round__configuration__version",),
            *(
                "decision__round__configuration__source__key",
                "decision__round__configuration__source__version",
            ),
        )
        .annotate(head=Subquery(issued.order_by().values("hash")[:1]))
        .order_by("pk")
    )
    if programme:
        found = found.filter(decision__round__idea__programme__key=programme)
    if since is not None:
        found = found.filter(decision__round__closed_at__date__gte=since)
    return found


def _differences(brief: Brief) -> list[str]:
    public, found = brief.public or {}, []
    if sha256(as_bytes(public)) != brief.public_sha256:
        found.append("public record")
    if public.get("decision", {}).get("outcome") != brief.decision.outcome:
        found.append("outcome")
    if sha256(canonical(brief.record)) != brief.record_sha256:
        found.append("kept record")
    return found + _not_as_kept(brief) + differences(public)


def _not_as_kept(brief: Brief) -> list[str]:
    """The parts that differ from those of a public record made anew: one rewritten whole may well hold by itself."""
    public = brief.public or {}
    try:
        origin = origin_of(brief, brief.head)  # type: ignore[attr-defined] # annotated
        again = public_record(from_data(brief.record or {}), brief.decision.round.record or {}, origin)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return ["unreadable as kept"]
    return [f"{part} not as kept" for part in again if public.get(part) != again[part]]
