"""A running process passes to a new flow class: the only way a topology changes under an idea (law 10)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ideas.lock import locked
from incubator.events.actions import effect
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor
from workflows import nodes
from workflows.journey.actions.steps import tell


def move_process(
    *, idea: UUID, from_flow: str, to_flow: str, by: Actor, renamed: Mapping[str, str] | None = None
) -> bool:
    """Move the idea's running process from one flow class to another of the same route, as one recorded act.

    `renamed`: node → its name in the new flow. False when nothing was to do: the process runs there already, or
    has ended. Raises LookupError for a flow that is none, Conflict for another route, or when the process passed a
    node that the new flow does not have; nothing is changed then.
    """
    old, new = nodes.flow_named(from_flow), nodes.flow_named(to_flow)
    if old.route != new.route:
        raise Conflict(_("A process stays on its route: these flows belong to two."), code="move.route")
    with locked(key=idea) as found:
        try:
            station = nodes.transfer(found, from_flow, to_flow, renamed or {})
        except nodes.Unmovable as unmovable:
            raise Conflict(
                _("The new flow has no place for: %(names)s.") % {"names": ", ".join(unmovable.names)},
                code="move.nodes",
            ) from unmovable
        if not station:
            return False
        effects: list[dict[str, Any]] = [effect("flow", from_flow, to_flow, station=station)]
        tell(found, "process_moved", by, {"renamed": dict(renamed or {})}, effects)
        return True
