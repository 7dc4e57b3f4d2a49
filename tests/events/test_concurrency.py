"""Two acts on one subject at one instant: one place in the chain each, or none."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from ideas import lock
from incubator.events import queries
from incubator.events.actions import Subject, append
from incubator.people.actors import CLOCK
from tests.factories import IdeaFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def failures_of(count: int, act: Callable[[], object]) -> list[BaseException]:
    return [found for found in at_once(*[act] * count) if isinstance(found, BaseException)]


def test_acts_under_the_ideas_lock_follow_each_other() -> None:
    idea = IdeaFactory(author=False)

    def act() -> None:
        with lock.locked(idea.pk) as locked:
            append(subject=Subject("idea", locked.key), verb="saved", by=CLOCK)

    assert failures_of(8, act) == []
    assert [event.sequence for event in queries.of_subject("idea", idea.key)] == list(range(1, 9))
    assert queries.verify().broken == []


def test_without_a_lock_the_constraint_keeps_the_chain_whole() -> None:
    about = Subject("person", uuid.uuid4())
    read = threading.Barrier(2)

    def act() -> None:
        with transaction.atomic():
            queries.Event.objects.filter(subject_key=about.key).first()
            read.wait(60)
            append(subject=about, verb="saved", by=CLOCK)

    failures = failures_of(2, act)
    assert all(isinstance(failure, IntegrityError) for failure in failures)
    assert len(list(queries.of_subject(*about))) == 2 - len(failures)
    assert queries.verify().broken == []
