"""An idea is put on hold and taken up again where it was."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ideas import roles
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.actors import Actor
from workflows import nodes
from workflows.gates import actions as gates
from workflows.gates.models import GateRound
from workflows.journey.actions.steps import PLACE, check_lead, last_decision, tell
from workflows.journey.models import Hold
from workflows.sessions import actions as sessions
from workflows.sponsorship.queries import pledge_in_force


def pause(
    *, idea: Idea, by: Actor, cause: str, until: date | None = None, condition: str = ""
) -> list[dict[str, Any]]:
    """Hold an idea for a cause other than a decision; the caller holds its lock and appends the event."""
    gate = (
        GateRound.objects.filter(idea=idea, state__in=["seating", "open"])
        .values_list("gate", flat=True)
        .first()
    )
    if gate is None and nodes.station_of(idea) == "with_author":
        # A rework goes back to the gate that asked for it.
        gate = last_decision(idea).round.gate
        inbox.close(f"rework:{idea.key}")
    effects = gates.void(idea, cause)
    # Past the gate that gave it, a place is kept: the idea comes back to where it was.
    sessions.on_left(idea, by, gate or "")
    details = {"gate": gate or "", "cause": cause, "until": until, "condition": condition}
    effects += nodes.move(idea, "pause", by, cause=details)
    idea.save(update_fields=PLACE)
    return effects


def wake(*, idea: UUID, by: Actor, condition_met: str = "") -> Idea:
    """Wake a held idea where it was: its date has come (the clock), or a lead says the condition is met."""
    with locked(key=idea) as found:
        hold = Hold.objects.filter(idea=found, woken_at=None).first()
        if found.state != "held" or hold is None:
            raise Conflict(_("This idea is not on hold."), code="wake.not_held")
        if by.system is None:
            check_lead(found, by)
            sessions.check_not_waiting(found)
            _check_sponsor(found, hold)
            if waits_for_author(found):
                raise Conflict(
                    _(
                        "Nobody answers for this idea yet. Ask a colleague to take it over, then take it up again."
                    ),
                    code="wake.no_author",
                )
            if not condition_met.strip():
                sentence = _("Say in a line how the condition is met.")
                raise Invalid(sentence, code="wake.note", fields={"condition_met": [sentence]})
        elif hold.until is None or hold.until > clock.today(found.programme.entity.time_zone):
            raise Conflict(_("This idea waits for a later day."), code="wake.early")
        effects = resume(idea=found, hold=hold, by=by)
        tell(found, "woken", by, {"note_sha256": sha256(condition_met) if condition_met else ""}, effects)
        return found


def resume(*, idea: Idea, hold: Hold, by: Actor) -> list[dict[str, Any]]:
    """End a hold: the idea is where it was. The caller holds its lock and appends the event."""
    hold.woken_at, hold.woken_by = clock.now(), by.person
    hold.save(update_fields=["woken_at", "woken_by"])
    inbox.close(f"hold_condition:{idea.key}")
    effects = _go_back(hold, idea, by)
    idea.save(update_fields=PLACE)
    if idea.state == "live" and _lacks_sponsor(idea, hold):
        # The sponsor stepped back while the idea was on hold for something else.
        effects += pause_without_sponsor(idea, by)
    return effects


def pause_without_sponsor(idea: Idea, by: Actor) -> list[dict[str, Any]]:
    """Hold a pilot until another sponsor promises; the caller holds its lock and appends the event."""
    condition = _("Another sponsor takes over the promise.")
    return pause(idea=idea, by=by, cause=Hold.Cause.SPONSOR_LOST, condition=condition)


def _lacks_sponsor(idea: Idea, hold: Hold) -> bool:
    return hold.stage == "pilot" and not hold.gate and pledge_in_force(idea) is None


def waits_for_author(idea: Idea) -> bool:
    """Whether the idea is on hold because its authors have left, and nobody has followed them yet."""
    held = Hold.objects.filter(idea=idea, woken_at=None, cause=Hold.Cause.AUTHOR_LEFT)
    return idea.state == "held" and held.exists() and not roles.authors_now(idea)


def _check_sponsor(idea: Idea, hold: Hold) -> None:
    """Raises Conflict for a pilot without a promise in force: a sentence about one is none."""
    if _lacks_sponsor(idea, hold):
        raise Conflict(
            _("No sponsor has promised yet. Ask one on the sponsorship page, then take the pilot up again."),
            code="wake.no_sponsor",
        )


def _go_back(hold: Hold, idea: Idea, by: Actor) -> list[dict[str, Any]]:
    """To the team that was asked to complete the idea, unless its time was over or nobody of it is left."""
    lapsed = hold.cause == Hold.Cause.LAPSED_REWORK
    if hold.holder_before == Idea.Holder.AUTHOR and not lapsed and roles.authors_now(idea):
        return nodes.move(idea, "with_author", by, cause=last_decision(idea).round)
    return nodes.move(idea, hold.gate or hold.stage, by)


def lapse(*, idea: UUID, by: Actor) -> None:
    """The time to complete an idea has passed: it is held until its team completes it."""
    with locked(key=idea) as found:
        if (
            found.holder != "author"
            or found.state != "live"
            or found.due_at is None
            or clock.now() <= found.due_at
        ):
            raise Conflict(_("The team still has time."), code="lapse.early")
        gate = last_decision(found).round.gate
        inbox.close(f"rework:{found.key}")
        cause = {
            "gate": gate,
            "cause": "lapsed_rework",
            "until": None,
            "condition": _("The team completes the text."),
        }
        effects = nodes.move(found, "lapsed", by, cause=cause)
        found.save(update_fields=PLACE)
        sessions.on_left(found, by, gate)
        tell(found, "rework_lapsed", by, {"gate": gate}, effects)
