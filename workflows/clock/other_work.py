"""Work that is not an idea's own: rooms above the clock say whose it is, and are handed its reminders."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from incubator.events.models import Event
from workflows.clock.models import ClockStep

NONE = "select null::uuid, null::bigint where false"


@dataclass(frozen=True)
class OtherWork:
    """Work items with one of these verbs, reminded of by their programme's rules in force.

    `programmes`: SQL that gives each subject as `(key, programme_id)`; `remind` and `escalate` act under the subject's
    lock, and change nothing where the work is done or put off since. `held(key)` holds the subject under its lock and
    gives what appends an event to its chain: `append(verb, by, **payload)`. `kind` is its work items' `subject_kind`,
    and the name of its page.
    """

    kind: str

    verbs: Sequence[str]
    programmes: str
    remind: Callable[[ClockStep], object]
    escalate: Callable[[ClockStep], object]
    held: Callable[[UUID], AbstractContextManager[Callable[..., Event]]]


_registered: list[OtherWork] = []


def register(work: OtherWork) -> None:
    if work not in _registered:
        _registered.append(work)


def verbs() -> list[str]:
    return [verb for work in _registered for verb in work.verbs]


def programmes() -> str:
    """The subjects of all other work with their programmes, as one query."""
    return " union all ".join(work.programmes for work in _registered) or NONE


def of_kind(kind: str) -> OtherWork | None:
    """The work of this kind of subject; None for an idea's."""
    return next((work for work in _registered if work.kind == kind), None)


def of(step: ClockStep) -> OtherWork | None:
    """What this step is of; None for an idea's work. A work item's key begins with its verb."""
    verb = step.key.partition(":")[0]
    return next((work for work in _registered if verb in work.verbs), None)
