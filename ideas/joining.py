"""Who hears that someone has joined or left a team. `ideas` says it; the rooms above answer.

Handlers run inside the act by which someone joined or left, under the idea's lock.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ideas.drafting.models import Idea
from incubator.people.models import Person

Effects = list[dict[str, Any]]
OnLeft = Callable[[Idea, Sequence[Person]], Effects]

_joined: list[Callable[[Idea], None]] = []
_left: list[OnLeft] = []


def on_joined(handler: Callable[[Idea], None]) -> None:
    """`handler(idea)`."""
    _joined.append(handler)


def on_left(handler: OnLeft) -> None:
    """`handler(idea, people)` returns its effects, which belong in the act's one event."""
    _left.append(handler)


def joined(idea: Idea) -> None:
    for handler in _joined:
        handler(idea)


def left(idea: Idea, people: Sequence[Person]) -> Effects:
    return [line for handler in _left for line in handler(idea, people)]
