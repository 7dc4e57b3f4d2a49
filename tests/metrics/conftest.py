"""A programme in November 2026 with some history."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from ideas.drafting.models import Idea
from incubator.events.actions import Subject, append, effect
from incubator.lib import clock
from incubator.people.actors import CLOCK
from tests.factories import IdeaFactory

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with clock.moved(NOW):
        yield


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def moved(idea: Idea, at: datetime, **to: str) -> None:
    """An event that changes these; the row follows."""
    with clock.moved(at), transaction.atomic():
        append(
            subject=Subject("idea", idea.key),
            verb="moved",
            by=CLOCK,
            effects=[effect(what, None, after) for what, after in to.items()],
        )
    Idea.objects.filter(pk=idea.pk).update(**to)


def submitted(days_ago: int, *, author: Any = False, **fields: Any) -> Idea:
    idea: Idea = IdeaFactory(live=True, author=author, submitted_at=ago(days_ago), **fields)
    moved(idea, ago(days_ago), state=idea.state, stage=idea.stage, holder=idea.holder)
    return idea
