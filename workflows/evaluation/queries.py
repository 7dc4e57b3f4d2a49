"""Reads of evaluations, and of the pilot they are about (through the idea: its room stands beside this one)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from ideas import roles
from ideas.drafting.masking.queries import masked_row
from ideas.drafting.models import Idea
from ideas.lock import read_once
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.evaluation import rules
from workflows.evaluation.models import BenefitReading, Evaluation
from workflows.gates.conflicts import conflicts
from workflows.gates.leading import who_leads


def open_evaluation(idea: Idea) -> Evaluation | None:
    """The one being written."""
    return (
        Evaluation.objects.filter(idea=idea, delivered_at=None, ended_at=None)
        .select_related("evaluator", "run_owner")
        .first()
    )


def newest(idea: Idea) -> Evaluation | None:
    """The last one that was not ended, delivered or still being written."""
    return (
        Evaluation.objects.filter(idea=idea, ended_at=None)
        .select_related("evaluator", "run_owner")
        .order_by("-number")
        .first()
    )


def delivered(idea: Idea) -> Evaluation | None:
    """The last one delivered; an act that holds the idea's lock asks once."""
    given = Evaluation.objects.filter(idea=idea, delivered_at__isnull=False)
    rows = given.select_related("evaluator", "run_owner").order_by("-number")
    return read_once(idea.pk, DELIVERED, rows.first)


# The name by which an act keeps what `delivered` gave; whoever delivers one says so.
DELIVERED = "evaluation delivered"


def has_link(idea: Idea, person: Person) -> bool:
    """Whether someone has a hard conflict: team, its managers and direct reports, sponsor, a link declared."""
    return bool(conflicts(person, idea, "G4").hard)


def is_independent(idea: Idea, person: Person) -> bool:
    """Whether someone may evaluate now."""
    return person.is_active and not has_link(idea, person)


def leads(idea: Idea, by: Actor) -> bool:
    """Whether someone who leads acts, or the deputy of an absent one who was never in the team either."""
    return by.principal in who_leads(idea) and not roles.was_ever_in_team(idea, by.human)


def sealed_plan(idea: Idea) -> dict[str, Any]:
    """The sealed plan, or an empty one."""
    plan = getattr(idea, "pilot_plan", None)
    return (plan.sealed if plan is not None else None) or {"indicators": []}


def reading_points(idea: Idea) -> list[rules.ReadingPoint]:
    """All readings of the idea's pilot."""
    plan = getattr(idea, "pilot_plan", None)
    if plan is None:
        return []
    rows = plan.indicators.exclude(readings=None).values_list(
        "key", "readings__check_in__on", "readings__check_in_id", "readings__value"
    )
    return [rules.ReadingPoint(str(key), on, order, value) for key, on, order, value in rows]


def compared(idea: Idea) -> list[dict[str, Any]]:
    """Readings beside the sealed targets, as they are now."""
    return rules.compare(sealed_plan(idea), reading_points(idea))


# --- The benefits of a service -----------------------------------------------------------------------------------


def benefits_of(idea: Idea, passages: Sequence[str]) -> list[BenefitReading]:
    """The readings of a service, read or to come, in their order; without the passages masked for a reader.

    An act, which reads for no reader, says so with `()`.
    """
    rows = BenefitReading.objects.filter(idea=idea).select_related("read_by").order_by("months")
    return [masked_row(row, ["lines", "note"], passages) for row in rows]


def promised(idea: Idea) -> list[dict[str, Any]]:
    """The indicators as the investment was decided on them: what its evaluation froze; none without one."""
    found = delivered(idea)
    return (found.compared or []) if found is not None else []


def read_benefits_for(idea: Idea) -> list[Person]:
    """Who reads the benefits now: whoever runs the service; who leads once that person has left."""
    found = delivered(idea)
    owner = found.run_owner if found is not None else None
    return [owner] if owner is not None and owner.is_active else who_leads(idea)


def is_time_to_read(idea: Idea, reading: BenefitReading) -> bool:
    """Whether it is to be read by now, or in a few days."""
    today = clock.today(idea.programme.entity.time_zone)
    return reading.read_at is None and reading.due_on - rules.ASKED_BEFORE <= today


def benefits_asked() -> list[UUID]:
    """Readings that wait for somebody, by key."""
    found = BenefitReading.objects.filter(Exists(_waiting()), read_at=None)
    return list(found.order_by("idea_id", "pk").values_list("key", flat=True))


def benefits_to_ask() -> QuerySet[BenefitReading]:
    """Readings whose time has come, and which wait for nobody."""
    due = BenefitReading.objects.filter(read_at=None, due_on__lte=clock.today() + rules.ASKED_BEFORE)
    return due.exclude(Exists(_waiting()))


def _waiting() -> QuerySet[WorkItem]:
    """The open work items of the reading in the outer row."""
    key = Concat(Value("read_benefits:"), Cast(OuterRef("key"), CharField()), output_field=CharField())
    return WorkItem.objects.filter(key=key, closed_at=None)
