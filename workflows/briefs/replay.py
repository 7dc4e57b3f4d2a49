"""Replays what briefs say to the world: their public records, against the rules and against the rows they stand on."""

from collections.abc import Iterator
from datetime import date

from incubator.events.rules import sha256
from workflows.briefs.models import Brief
from workflows.briefs.public import as_bytes, commitment, differences
from workflows.gates.replay import Replayed


def briefs(programme: str = "", since: date | None = None) -> Iterator[Replayed]:
    """Each ready brief, replaced ones too: its public record's hash, its commitment, its outcome, its replay."""
    found = Brief.objects.filter(state=Brief.State.READY, public__isnull=False).order_by("pk")
    found = found.select_related("decision__round")
    if programme:
        found = found.filter(decision__round__idea__programme__key=programme)
    if since is not None:
        found = found.filter(decision__round__closed_at__date__gte=since)
    for brief in found.iterator(chunk_size=200):
        name = f"brief {brief.number}, edition {brief.edition} ({brief.key})"
        yield Replayed(name, _differences(brief), kind="briefs")


def _differences(brief: Brief) -> list[str]:
    public, found = brief.public or {}, []
    if sha256(as_bytes(public)) != brief.public_sha256:
        found.append("public record")
    if public.get("commitment") != commitment(brief.decision.round.record or {}, brief.salt):
        found.append("commitment")
    if public.get("decision", {}).get("outcome") != brief.decision.outcome:
        found.append("outcome")
    return found + differences(public)
