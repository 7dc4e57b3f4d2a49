"""Where a precedent comes from."""

from ideas.drafting.models import Idea, Precedent
from ideas.precedents.sources import Source


def source_of(idea: Idea) -> Source | None:
    """The source to name wherever a precedent, or what was copied from one, is shown."""
    row = Precedent.objects.filter(idea=idea).only("source").first()
    return row.origin if row else None
