"""What takes a decision back: a stop that was looked at again and overturned, a merge that a lead undid."""

from datetime import datetime

from workflows.gates.models import Decision
from workflows.journey.models import Merge, Reexamination


def reversal_of(decision: Decision) -> tuple[str, datetime] | None:
    """`overturned` or `undone`, and when; None while it stands. The first of its kind after the decision is its own."""
    idea, gate, since = decision.round.idea_id, decision.round.gate, decision.issued_at
    if since is None:
        return None
    if decision.outcome == "stop":
        asked = Reexamination.objects.filter(idea=idea, gate=gate, closed_at__gte=since).order_by(
            "closed_at", "pk"
        )
        first = asked.values_list("answer", "closed_at").first()
        return ("overturned", first[1]) if first and first[0] == "overturned" and first[1] else None
    if decision.outcome == "merge":
        merges = Merge.objects.filter(idea=idea, gate=gate, merged_at__gte=since).order_by("merged_at", "pk")
        undone = merges.values_list("undone_at", flat=True).first()
        return ("undone", undone) if undone else None
    return None
