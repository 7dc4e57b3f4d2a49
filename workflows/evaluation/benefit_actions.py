"""The benefits of a service: read some months after it began, by whoever runs it. One event per act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import is_locked, locked
from incubator.events.actions import effect
from incubator.events.rules import canonical, sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock, words, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.evaluation import queries, rules, sentences
from workflows.evaluation.models import BenefitReading
from workflows.gates import hooks
from workflows.gates.configuration import defaults


def open_benefits(idea: Idea) -> list[dict[str, Any]]:
    """Called by the act that puts the idea in service: its readings, with the day of each, which no later setting
    changes. `idea.due_at` is then the first one's."""
    assert is_locked(idea.pk), "the readings are fixed inside the decision"
    began = clock.today(idea.programme.entity.time_zone)
    readings = [
        BenefitReading(idea=idea, months=months, due_on=working_days.add_months(began, months))
        for months in defaults()["stages"]["evaluation"]["benefits_read_after_months"]
    ]
    BenefitReading.objects.bulk_create(readings)
    idea.due_at = _due_at(idea, readings)
    return [effect("benefits", None, "open", months=one.months, on=one.due_on) for one in readings]


def ask_for_benefits(*, reading: UUID, by: Actor) -> None:
    """The time to read has come (the clock), or whoever was asked has left: it waits for whoever reads now.

    Nothing happens, and no event is appended, while there is nobody to ask, before its time, or once it was read.
    """
    found = BenefitReading.objects.select_related("idea").get(key=reading)
    with locked(found.idea_id) as idea:
        found.refresh_from_db()
        people = queries.read_benefits_for(idea) if queries.is_time_to_read(idea, found) else []
        if not people:
            return
        _wait_for_readers(people, idea, found)
        effects = [effect("work", None, "read_benefits", key=found.key)]
        record(idea, "benefits_asked", by, effects, months=found.months)


def ask_readers_again(*, reading: UUID) -> None:
    """A lead has come or gone: what is asked waits for whoever reads now, and for nobody else. No event: nothing else
    is asked than was."""
    found = BenefitReading.objects.get(key=reading)
    with locked(found.idea_id) as idea:
        found.refresh_from_db()
        people = queries.read_benefits_for(idea)
        if people and found.read_at is None:
            inbox.narrow(benefits_item(found), people)
            _wait_for_readers(people, idea, found)


def _wait_for_readers(people: list[Person], idea: Idea, reading: BenefitReading) -> None:
    wait_for(
        people,
        idea=idea,
        key=benefits_item(reading),
        verb="read_benefits",
        url=reverse("read-benefits", args=[idea.key, reading.months]),
        due_at=working_days.end_of_day(reading.due_on, idea.programme.entity.time_zone),
    )


def read_benefits(
    *, reading: BenefitReading, measured: Sequence[rules.Measured], note: str, by: Actor
) -> BenefitReading:
    """Whoever runs the service gives each indicator's value of today, in the evaluation's order; the last of its
    readings ends the idea's process.

    Raises NotAllowed (neither the run owner nor, once that person has left, a lead), Conflict (read, or early),
    Invalid on `value-0`, `why-0` … and `note`.
    """
    with locked(reading.idea_id) as idea:
        check_reads_benefits(idea, by)
        reading = _fresh(idea, reading)
        promised = queries.promised(idea)
        if errors := rules.benefit_errors(len(promised), measured, note):
            fields = {name: [sentences.benefit_error(name, code)] for name, code in errors.items()}
            raise Invalid(_("The reading needs mending before it is recorded."), fields=fields)
        reading.lines, reading.note = rules.benefit_lines(promised, measured), note.strip()
        reading.read_at, reading.read_by = clock.now(), by.human
        reading.save()
        inbox.close(benefits_item(reading))
        known = sum(one.value is not None for one in measured)
        effects = [effect("benefits", "open", "read", key=reading.key, measured=known, of=len(promised))]
        left = list(BenefitReading.objects.filter(idea=idea, read_at=None))
        idea.due_at = _due_at(idea, left)
        idea.save(update_fields=["due_at"])
        if not left:
            effects += hooks.fire("benefits_read", idea=idea, by=by)
        hashes = {"lines_sha256": sha256(canonical(reading.lines)), "note_sha256": sha256(reading.note)}
        record(idea, "benefits_read", by, effects, months=reading.months, **hashes)
        return reading


def check_reads_benefits(idea: Idea, by: Actor) -> None:
    """Raises NotAllowed unless this actor reads the benefits of the service now."""
    if by.principal not in queries.read_benefits_for(idea):
        raise NotAllowed(
            _("Whoever runs the service reads its benefits; the programme lead, once they have left.")
        )
    roles.check_stands_in(by)


def benefits_item(reading: BenefitReading) -> str:
    return f"read_benefits:{reading.key}"


def _fresh(idea: Idea, reading: BenefitReading) -> BenefitReading:
    """The reading as it is under the lock. Raises Conflict when it was read, or its time has not come."""
    reading = BenefitReading.objects.get(pk=reading.pk)
    if reading.read_at is not None:
        raise Conflict(
            _("These benefits have been read. The evaluation’s page shows them."), code="benefits.read"
        )
    check_is_time(idea, reading)
    return reading


def check_is_time(idea: Idea, reading: BenefitReading) -> None:
    """Raises Conflict before the time to read has come."""
    if not queries.is_time_to_read(idea, reading):
        day = {"day": words.plain_day(reading.due_on)}
        raise Conflict(_("These benefits are read on %(day)s: not yet.") % day, code="benefits.early")


def _due_at(idea: Idea, left: Sequence[BenefitReading]) -> datetime | None:
    """What the service waits for: the day of its next reading; nothing after the last."""
    days = [one.due_on for one in left]
    return working_days.end_of_day(min(days), idea.programme.entity.time_zone) if days else None
