"""How a job learns that this try is its last, and a room that one was lost for good with the workers that took it."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from procrastinate import JobContext
from procrastinate.worker import Worker

_before: ContextVar[int] = ContextVar("tries_before", default=0)
_when_lost: dict[str, Callable[..., None]] = {}


def counted(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """A task's middleware: `is_last` knows how often the job was taken before, by workers that were killed too."""
    token = _before.set(context.job.attempts)
    try:
        return call_next()
    finally:
        _before.reset(token)


def is_last(most: int) -> bool:
    """Whether the job at work, should it fail now, is not tried again. `most`: its tries in all."""
    return _before.get() >= most - 1


def when_lost(task: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have this called, with the job's arguments, for a job of the task that was lost for good."""

    def register(tell: Callable[..., None]) -> Callable[..., None]:
        _when_lost[task] = tell
        return tell

    return register


def lost(task: str, arguments: Mapping[str, Any]) -> None:
    """Tell the room of a job that no worker lived to end."""
    if task in _when_lost:
        _when_lost[task](**arguments)
