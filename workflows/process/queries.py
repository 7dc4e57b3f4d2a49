"""How many ideas are at each step now, and how many of them are late.

Only what every employee can list in the portfolio is counted, the same for every reader: no confidential idea, no
draft, nothing withdrawn. So a count tells nobody what they could not read one by one (law 8).
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from ideas.drafting.queries import late
from incubator.lib.reference import defaults
from workflows.gates.configuration.document import document_from
from workflows.gates.configuration.reading import in_force
from workflows.gates.models import GateConfiguration
from workflows.journey.models import IdeaProcess
from workflows.process import drawing

COUNTED = ("live", "held", "stopped", "merged", "in_service")


def counts(programme: Programme | None = None) -> Mapping[str, drawing.Count]:
    """Ideas by the stored name of the step they are at (`workflows/flows.StandardFlow.pilot`), in one query."""
    ideas = Idea.objects.filter(state__in=COUNTED, confidential=False)
    if programme is not None:
        ideas = ideas.filter(programme=programme)
    rows = (
        IdeaProcess.objects.filter(finished=None, idea__in=ideas, task__finished=None)
        .order_by()
        .values_list("task__flow_task")
        .annotate(Count("pk"), late=Count("pk", filter=late("idea__")))
    )
    return {_name(node): drawing.Count(number, behind) for node, number, behind in rows if node is not None}


def _name(node: object) -> str:
    """The stored name of a node; viewflow gives the node itself."""
    return f"{node.flow_class}.{node.name}"  # type: ignore[attr-defined]


def programmes() -> list[Programme]:
    """The staff programmes that run, few of them."""
    return list(Programme.objects.filter(closed_on=None, kind=Programme.Kind.STAFF).order_by("pk")[:12])


Rules = dict[str, object]


def rules_in_force(programme: Programme | None, unchanged: Mapping[str, Rules]) -> dict[str, Rules]:
    """The published rules of each gate of this programme, the defaults where it has published none."""
    published = GateConfiguration.objects.filter(programme=programme, state="published") if programme else []
    own = {found.gate: found.rules for found in published}
    return {gate: own.get(gate, rules) for gate, rules in unchanged.items()}


def settings_in_force(programme: Programme | None) -> dict[str, Any]:
    """The defaults, with what this programme has changed of its delays."""
    return defaults() | (in_force(programme) if programme else document_from(defaults()))
