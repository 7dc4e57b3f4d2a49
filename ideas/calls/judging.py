"""What the rooms above, which judge, hold against a call before it is published or changed."""

from collections.abc import Callable, Mapping
from typing import Any

from ideas.calls.models import Programme

# Sentences by field, as `Invalid(fields=…)` takes them; empty when nothing is held against these settings.
Objects = Callable[[Programme, Mapping[str, Any]], Mapping[str, list[Any]]]
_handlers: list[Objects] = []


def on_saving(handler: Objects) -> None:
    """`handler(programme, settings)` is asked inside the act, under the programme's lock."""
    _handlers.append(handler)


def objections(programme: Programme, settings: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {field: said for ask in _handlers for field, said in ask(programme, settings).items()}
