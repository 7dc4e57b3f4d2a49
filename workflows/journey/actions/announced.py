"""What the journey answers when gates and stage rooms announce something."""

from typing import Any

from ideas.drafting.models import Idea
from incubator.inbox import actions as inbox
from incubator.people.actors import Actor
from workflows import nodes
from workflows.gates import actions as gates
from workflows.gates.models import Decision
from workflows.gates.rules import GO_ON
from workflows.journey import arrivals
from workflows.journey.actions.holds import pause_without_sponsor, resume
from workflows.journey.actions.merging import settle_merges
from workflows.journey.actions.steps import PLACE
from workflows.journey.models import Hold


def stage_ready(idea: Idea, by: Actor, _cause: Any) -> list[dict[str, Any]]:
    """A stage room says its work is done: on to the gate."""
    effects = nodes.move(idea, "ready", by)
    idea.save(update_fields=PLACE)
    return effects


def sponsor_lost(idea: Idea, by: Actor, _cause: Any) -> list[dict[str, Any]]:
    """A pilot without its sponsor is held until another one promises; before, the team seeks another."""
    if idea.state != "live" or idea.stage != "pilot":
        return []
    return pause_without_sponsor(idea, by)


def place_freed(idea: Idea, by: Actor, _cause: Any) -> list[dict[str, Any]]:
    """A place of a selection session is free: an idea held on its waiting list comes back to the gate."""
    hold = Hold.objects.filter(idea=idea, woken_at=None).first()
    return resume(idea=idea, hold=hold, by=by) if hold is not None and idea.state == "held" else []


def benefits_read(idea: Idea, by: Actor, _cause: Any) -> list[dict[str, Any]]:
    """The last reading of a service's benefits: nothing more can come, and its process ends."""
    inbox.close(f"late:read_benefits:{idea.key}")
    return nodes.move(idea, "benefits_read", by)


def decided(idea: Idea, _by: Actor, decision: Decision) -> list[dict[str, Any]]:
    """Conditions become their owners' work; the plan is no longer asked for beside the fast lane's gate.

    Ideas taken in stay from now on; an idea handed on has ended.
    """
    gates.ask_to_meet(decision.written, idea)
    effects = settle_merges(idea)
    if decision.outcome == "redirect":
        inbox.close_for_subject("idea", idea.key)
        effects += arrivals.place_ended(idea, "redirected")
    elif decision.round.gate == "F" and decision.outcome not in GO_ON:
        inbox.close(f"write_plan:{idea.key}")
    return effects
