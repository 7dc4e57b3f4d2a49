"""What became of a decision since: its brief stays in force all the same, for it is the one that tells of it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from workflows.briefs.models import Brief
from workflows.briefs.record import brief_number
from workflows.briefs.rules import Standing
from workflows.gates.models import Decision

# An issued decision, with its round → what it met with, `overturned` or `undone`, and when; None while it stands.
Source = Callable[[Decision], tuple[str, datetime] | None]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add what a room above does to decisions; it asks the database only for those it can do it to."""
    if source not in _sources:
        _sources.append(source)


def with_later_round(briefs: QuerySet[Brief]) -> QuerySet[Brief]:
    """Each with `later_round`: the number of the last round of its gate with a decision issued after its own."""
    later = Decision.objects.filter(
        round__idea=OuterRef("decision__round__idea"),
        round__gate=OuterRef("decision__round__gate"),
        round__number__gt=OuterRef("decision__round__number"),
        issued_at__isnull=False,
    )
    last = later.order_by("-round__number").values("round__number")[:1]
    return briefs.annotate(later_round=Subquery(last))


def standing_of(brief: Brief) -> Standing:
    """Of a brief that `with_later_round` gave, with its decision's round, idea and entity. A query at most."""
    decision = brief.decision
    round_, idea = decision.round, decision.round.idea
    number = brief.later_round  # type: ignore[attr-defined] # annotated
    later = brief_number(idea.reference, round_.gate, number) if number else ""
    met = next((found for source in _sources if (found := source(decision))), None)
    if met is None:
        return Standing(later=later)
    what, at = met
    return Standing(what, at.astimezone(ZoneInfo(idea.programme.entity.time_zone)).date(), later)
