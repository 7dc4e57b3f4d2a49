"""The lock reads the chain's last event for the first append; whatever happens in between, the chain holds."""

from contextlib import suppress

import pytest
from django.db import transaction

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events import queries
from incubator.events.actions import Subject, append
from incubator.people.actors import CLOCK
from tests.factories import IdeaFactory

pytestmark = pytest.mark.django_db


class Broken(Exception):
    pass


def add(idea: Idea) -> None:
    append(subject=Subject("idea", idea.key), verb="drafted", by=CLOCK)


def add_locked(idea: Idea) -> None:
    with locked(idea.pk):
        add(idea)


def whole(idea: Idea, events: int) -> bool:
    found = queries.verify()
    return found.broken == [] and len(list(queries.of_subject("idea", idea.key))) == events


def test_several_events_in_one_lock_and_in_locks_within() -> None:
    idea = IdeaFactory()
    with locked(idea.pk):
        add(idea)
        with locked(idea.pk):
            add(idea)
        add(idea)
    with locked(idea.pk):
        with locked(idea.pk):
            add(idea)
        add(idea)
    assert whole(idea, 5)


def test_an_event_taken_back_leaves_its_place_to_the_next() -> None:
    idea = IdeaFactory()
    with locked(idea.pk):
        with suppress(Broken), transaction.atomic():
            add(idea)
            raise Broken
        add(idea)
    with suppress(Broken), locked(idea.pk):
        add(idea)
        raise Broken
    add_locked(idea)
    assert whole(idea, 2)


def test_two_ideas_do_not_share_what_was_read() -> None:
    one, other = IdeaFactory(), IdeaFactory()
    with locked(one.pk), locked(other.pk):
        add(other)
        add(one)
        add(other)
    assert whole(one, 1)
    assert whole(other, 2)
