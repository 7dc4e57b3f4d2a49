"""What gates and stage rooms announce and the rooms above answer: handed in when the application starts."""

from collections.abc import Callable
from typing import Any, Literal

from ideas.drafting.models import Idea
from incubator.people.actors import Actor

Name = Literal["stage_ready", "sponsor_lost", "decided", "place_freed", "opinion_lost", "benefits_read"]
Effects = list[dict[str, Any]]
Handler = Callable[[Idea, Actor, Any], Effects]
# (idea, gate) → what a session gave the idea when it was compared for this gate and has no place; else None.
Compared = Callable[[Idea, str], dict[str, Any] | None]
_compared: list[Compared] = []
# (idea, gate) → in words, what the idea's call still has to give at this gate; '' where nothing limits it.
Limited = Callable[[Idea, str], str]
_limited: list[Limited] = []
_handlers: dict[str, list[Handler]] = {}


def on(name: Name, handler: Handler) -> None:
    """`handler(idea, by, cause)` runs inside the announcing action's transaction and lock, and returns its effects.

    `cause` is the decision for `decided`, the round for `opinion_lost` (a seat was left after a session drew its
    shortlist, and the panel's opinion lacks something since), else whatever the announcing room gives (or None).
    """
    _handlers.setdefault(name, []).append(handler)


def compared_by(source: Compared) -> None:
    """Let a room above say which comparison still binds an idea that enters a gate again."""
    _compared.append(source)


def compared(idea: Idea, gate: str) -> dict[str, Any] | None:
    """The comparison that binds the idea at this gate, marked `carried`; None for an idea that is free of any."""
    return next((found for source in _compared if (found := source(idea, gate)) is not None), None)


def limited_by(source: Limited) -> None:
    """Let a room above say what a call with places or an envelope has left."""
    _limited.append(source)


def limits_left(idea: Idea, gate: str) -> str:
    """In words, what is left at this gate for an idea that no session compares; '' where nothing limits its call."""
    return next((found for source in _limited if (found := source(idea, gate))), "")


def fire(name: Name, *, idea: Idea, by: Actor, cause: Any = None) -> Effects:
    """Run the handlers; the effects returned belong in the announcing action's one event."""
    return [line for handler in _handlers.get(name, []) for line in handler(idea, by, cause)]
