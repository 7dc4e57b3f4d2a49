"""Reads of evaluations, and of the pilot they are about (through the idea: its room stands beside this one)."""

from typing import Any

from ideas import roles
from ideas.drafting.models import Idea
from ideas.lock import read_once
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.evaluation import rules
from workflows.evaluation.models import Evaluation
from workflows.gates.conflicts import conflicts
from workflows.gates.models import GateRound


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
    """Whether a lead acts, or the deputy of an absent one who was never in the team either."""
    return roles.is_lead(idea, by.principal) and not roles.was_ever_in_team(idea, by.human)


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


def is_at_gate(idea: Idea) -> bool:
    waiting = [GateRound.State.SEATING, GateRound.State.OPEN]
    return GateRound.objects.filter(idea=idea, state__in=waiting).exists()
