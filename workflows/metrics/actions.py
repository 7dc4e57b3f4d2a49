"""Publishing a table: once per period. No event: nothing of a subject changes."""

from dataclasses import asdict
from typing import Any

from incubator.lib import clock
from workflows.metrics import disclosure, queries
from workflows.metrics.models import PublishedTable
from workflows.metrics.participation import participation
from workflows.metrics.rules import Period

PARTICIPATION = "participation"


def publish_participation(period: Period) -> PublishedTable:
    """The table of a period that is over, computed now if nobody asked before. What is hidden is not stored.

    Raises ValueError for a period that is not over: a second, later look at it could be subtracted.
    """
    if period.ends_on > clock.today():
        raise ValueError("The period is not over yet.")
    threshold = queries.threshold()
    # The row of small services is named by the page, in its reader's language.
    published = disclosure.publish(participation(period), threshold, others="")
    PublishedTable.objects.bulk_create(
        [
            PublishedTable(
                name=PARTICIPATION,
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                threshold=threshold,
                content=_content(published),
                published_at=clock.now(),
            )
        ],
        ignore_conflicts=True,  # whoever was first has published it
    )
    return PublishedTable.objects.get(name=PARTICIPATION, starts_on=period.starts_on)


def _content(published: disclosure.Published) -> dict[str, Any]:
    return {
        "shown": [asdict(row) for row in published.shown],
        "hidden": [
            {
                "rows": [{"key": row.key, "label": row.label} for row in block],
                "count": sum(row.count for row in block),
                "size": sum(row.size for row in block),
            }
            for block in published.hidden
        ],
        "total": list(published.total) if published.total else None,
    }
