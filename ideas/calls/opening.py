"""Who hears that a programme for staff ideas was opened. `ideas` says it; the rooms above, which judge, answer."""

from collections.abc import Callable

from ideas.calls.models import Programme

_handlers: list[Callable[[Programme], None]] = []


def on_opened(handler: Callable[[Programme], None]) -> None:
    """`handler(programme)` runs inside the act that opens it."""
    _handlers.append(handler)


def opened(programme: Programme) -> None:
    for handler in _handlers:
        handler(programme)
