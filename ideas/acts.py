"""What an act on an idea writes besides its own tables: one event, and what waits for whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ideas.drafting.models import Idea
from incubator.events.actions import Subject, append
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.messages.actions import defer_telling
from incubator.people.actors import Actor
from incubator.people.models import Person


def record(idea: Idea, verb: str, by: Actor, effects: Sequence[dict[str, Any]] = (), **payload: Any) -> Event:
    """The act's one event on the idea's chain, and the job that tells who has to know.

    `payload` holds keys, codes and SHA-256 of texts, never a text.
    """
    event = append(subject=Subject("idea", idea.key), verb=verb, by=by, payload=payload, effects=effects)
    defer_telling(event)
    return event


def wait_for(
    persons: Iterable[Person], *, idea: Idea, key: str, verb: str, url: str, due_at: datetime | None = None
) -> None:
    """Open a work item of the idea for these persons; who has it open already keeps it."""
    inbox.open_for(
        persons,
        key=key,
        verb=verb,
        subject_kind="idea",
        subject_key=idea.key,
        subject_title=idea.title,
        url=url,
        due_at=due_at,
    )
