"""The duties of the rooms below: a panel's time is over; a line manager said nothing; benefits are to be read."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from incubator.people.actors import CLOCK
from workflows.clock.duties import Duty, owing, register
from workflows.clock.models import ClockStep
from workflows.evaluation import benefit_actions
from workflows.evaluation import queries as evaluation
from workflows.gates.actions import close_opinion
from workflows.gates.queries import overdue_opinions
from workflows.sponsorship import queries as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import TimeRelease


def _opinions() -> QuerySet[Any]:
    return owing(overdue_opinions(), "opinion", named="key", due="votes_until", idea="idea__key")


def _close_opinion(step: ClockStep) -> None:
    close_opinion(round_key=step.named, by=CLOCK)


def _silences() -> QuerySet[Any]:
    return owing(sponsorship.silent(), "silence", due="opinion_due_at", idea="member__idea__key")


def _record_silence(step: ClockStep) -> None:
    release = TimeRelease.objects.select_related("member").get(pk=step.named)
    time_actions.record_silence(release=release, by=CLOCK)


def _benefits() -> QuerySet[Any]:
    return owing(evaluation.benefits_to_ask(), "benefits", named="key", due="due_on", idea="idea__key")


def _ask_for_benefits(step: ClockStep) -> None:
    benefit_actions.ask_for_benefits(reading=UUID(step.named), by=CLOCK)


def register_standing() -> None:
    # A decision taken back is asked for again, though the panel's time was over long ago.
    register(Duty("close_opinion", _opinions, _close_opinion, repeats=True))
    register(Duty("record_silence", _silences, _record_silence))
    # Whoever was asked may leave: it is then asked of someone else.
    register(Duty("ask_for_benefits", _benefits, _ask_for_benefits, repeats=True))
