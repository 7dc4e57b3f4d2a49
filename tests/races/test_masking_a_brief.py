"""A passage is masked at the very moment a brief becomes ready: a copy without it is made, whoever was first."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from ideas.drafting.models import Idea, MaskedPassage
from incubator.people.actors import Actor
from incubator.people.models import Person
from tests.briefs.decided import decided, submitted_idea
from tests.factories import PersonFactory
from tests.races.together import at_once
from workflows.briefs import actions, jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_briefs")]
A_MOMENT = 1.0  # seconds that the job stays between its last look and its commit


def masking_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'briefs.mask'")
        return int(cursor.fetchone()[0])


def test_a_brief_that_becomes_ready_while_a_passage_is_masked_has_its_masked_copy(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    decision = decided(submitted_idea())
    with transaction.atomic():
        brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
    idea, author = decision.round.idea, PersonFactory()
    looked, masked = threading.Event(), threading.Event()
    real = actions.passages_of

    def looked_at(idea: Idea) -> list[MaskedPassage]:
        found = real(idea)
        looked.set()
        masked.wait(A_MOMENT)
        return found

    monkeypatch.setattr(actions, "passages_of", looked_at)

    def mask() -> None:
        looked.wait(60)
        mark(idea, author)
        masked.set()

    assert at_once(lambda: jobs.render_brief(brief.pk), mask) == [None, None]
    assert masking_jobs() == 1


def mark(idea: Idea, by: Person) -> None:
    """As the act that masks does, under the idea's lock."""
    with transaction.atomic():
        at = datetime(2026, 11, 13, 9, 0, tzinfo=UTC)
        MaskedPassage.objects.create(idea=idea, text="Quillebeuf", marked_by=by, marked_at=at)
        actions.on_masked(idea)
