"""What time does to an idea: holds wake, windows close, a rework lapses. Duties of the clock."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from ideas.drafting.models import Idea, TeamMember
from incubator.lib import clock
from incubator.people.actors import CLOCK
from workflows.clock.duties import Duty, owing, register
from workflows.clock.models import ClockStep
from workflows.journey import actions
from workflows.journey.models import Hold, Reexamination


def holds() -> QuerySet[Any]:
    """Held ideas whose day has come, by their entity's calendar."""
    found = Hold.objects.filter(woken_at=None, until__lte=clock.today(), idea__state="held")
    return owing(found, "hold", due="until", idea="idea__key")


def windows() -> QuerySet[Any]:
    """Stopped ideas whose window for a re-examination has passed unused."""
    found = Reexamination.objects.filter(closed_at=None, asked_at=None, window_until__lt=clock.now())
    return owing(found, "window", due="window_until", idea="idea__key")


def reworks() -> QuerySet[Any]:
    """Ideas that were to be completed by a time that has passed."""
    found = Idea.objects.filter(state="live", holder="author", due_at__lt=clock.now())
    return owing(found, "rework", due="due_at", idea="key")


def successions() -> QuerySet[Any]:
    """Ideas whose author has left, and which nobody has said to carry on in time; not those held for it once, which
    someone has taken up again."""
    found = TeamMember.objects.filter(
        carry_on_due_at__lt=clock.now(), left_at=None, idea__state=Idea.State.LIVE
    )
    held = Hold.objects.filter(
        idea=OuterRef("idea"), cause=Hold.Cause.AUTHOR_LEFT, held_at__gte=OuterRef("carry_on_due_at")
    )
    return owing(found.exclude(Exists(held)), "carry_on", due="carry_on_due_at", idea="idea__key")


def _wake(step: ClockStep) -> None:
    actions.wake(idea=step.subject_key, by=CLOCK)


def _close_window(step: ClockStep) -> None:
    actions.close_window(idea=step.subject_key, by=CLOCK)


def _lapse(step: ClockStep) -> None:
    actions.lapse(idea=step.subject_key, by=CLOCK)


def _nobody_carries_on(step: ClockStep) -> None:
    actions.nobody_carries_on(idea=step.subject_key, by=CLOCK)


def register_duties() -> None:
    register(Duty("wake", holds, _wake))
    register(Duty("close_window", windows, _close_window))
    register(Duty("lapse", reworks, _lapse))
    register(Duty("nobody_carries_on", successions, _nobody_carries_on))
