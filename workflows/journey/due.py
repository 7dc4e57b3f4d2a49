"""Which ideas the clock has something to do for, oldest first, in constant memory."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from ideas.drafting.models import Idea
from incubator.lib import clock
from workflows.journey.models import Hold, Reexamination


def holds() -> Iterator[UUID]:
    """Held ideas whose day has come, by their entity's calendar."""
    open_holds = Hold.objects.filter(woken_at=None, until__lte=clock.today(), idea__state="held")
    return _keys(open_holds.order_by("until", "pk"))


def windows() -> Iterator[UUID]:
    """Stopped ideas whose window for a re-examination has passed unused."""
    passed = Reexamination.objects.filter(closed_at=None, asked_at=None, window_until__lt=clock.now())
    return _keys(passed.order_by("window_until", "pk"))


def reworks() -> Iterator[UUID]:
    """Ideas that were to be completed by a time that has passed."""
    late = Idea.objects.filter(state="live", holder="author", due_at__lt=clock.now()).order_by("due_at", "pk")
    return late.values_list("key", flat=True).iterator(500)


def _keys(rows: QuerySet[Hold] | QuerySet[Reexamination]) -> Iterator[UUID]:
    return rows.values_list("idea__key", flat=True).iterator(500)
