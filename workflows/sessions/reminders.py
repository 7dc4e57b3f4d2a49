"""The decisions and the closing of a session have their day too: who is reminded, and who hears that they are late."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.urls import reverse

from incubator.events.actions import effect
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.people import grants
from incubator.people.actors import CLOCK
from workflows.clock import escalation, wording
from workflows.clock.actions import waiting
from workflows.clock.models import ClockStep
from workflows.clock.other_work import OtherWork, register
from workflows.sessions.actions import common

PROGRAMMES = """
select session.key, call.programme_id from workflows_selectionsession session
join ideas_call call on call.id = session.call_id
"""


def remind(step: ClockStep) -> None:
    """Remind whoever has this open."""
    with common.locked_session(step.subject_key) as session:
        if waiting(step):
            common.record(session, "reminded", CLOCK, work=step.key, step=step.step)


def escalate(step: ClockStep) -> None:
    """Say to the lead, or of the lead's own work to whoever is above and distant from every idea, that it is late."""
    with common.locked_session(step.subject_key) as session:
        items = waiting(step)
        if not items:
            return
        late, programme = items[0].verb, session.call.programme
        key = f"late:{late}:{session.key}"
        if WorkItem.objects.filter(key=key, closed_at=None).exists():
            return
        dga = grants.mandates(entity=programme.entity, capacities=["dga"], programme_key=programme.key)
        role, people = escalation.above(
            list(common.leads(programme)),
            [mandate.holder for mandate in dga],
            [line.idea for line in common.lines_of(session)],
            items,
        )
        inbox.open_for(
            people,
            key=key,
            verb=wording.late(late),
            subject_kind="session",
            subject_key=session.key,
            subject_title=session.call.title_fr,
            url=reverse("late-work", args=[session.key, late]),
            due_at=step.due_at,
        )
        effects = [effect("work", None, "late", of=late)]
        common.record(session, "escalated", CLOCK, effects, late=key, work=step.key, to=role)


@contextmanager
def held(key: UUID) -> Iterator[Callable[..., Event]]:
    """The session under its lock, and what appends to its chain."""
    with common.locked_session(key) as session:
        yield partial(common.record, session)


def register_reminders() -> None:
    # A seat in the room is no work that can be late.
    verbs = ("decide_session", "close_session")
    register(OtherWork("session", verbs, PROGRAMMES, remind, escalate, held))
