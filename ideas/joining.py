"""Who hears that someone has joined a team. `ideas` says it; the rooms above, which seat panels, answer."""

from collections.abc import Callable

from ideas.drafting.models import Idea

_handlers: list[Callable[[Idea], None]] = []


def on_joined(handler: Callable[[Idea], None]) -> None:
    """`handler(idea)` runs inside the act by which someone joined, under the idea's lock."""
    _handlers.append(handler)


def joined(idea: Idea) -> None:
    for handler in _handlers:
        handler(idea)
