"""An idea is handed in, handed in again once completed, or taken back."""

from uuid import UUID

from django.db.models import Func, OuterRef, Subquery, Value
from django.utils.translation import gettext as _

from ideas.calls.rules import is_open
from ideas.drafting import rules as drafting_rules
from ideas.drafting.actions.versions import version_payload, write_version
from ideas.drafting.models import Idea
from ideas.drafting.queries import newest_numbers
from ideas.lock import locked
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people.actors import Actor
from incubator.people.models import Department
from workflows import nodes
from workflows.gates import actions as gates
from workflows.journey import arrivals
from workflows.journey.actions.holds import resume
from workflows.journey.actions.routes import FLOWS, choose_route
from workflows.journey.actions.steps import PLACE, check_complete, last_decision, of_author, tell
from workflows.journey.models import Hold
from workflows.sessions import actions as sessions


def submit(*, idea: UUID, by: Actor, route: str = "standard", service: Department | None = None) -> Idea:
    """Give a draft its number and start the flow of the route chosen; the text is kept as a version.

    `service`: on the local route, the one whose head answers. Only an author submits: a helper types, the author
    confirms by this very act. Raises Invalid with the fields still missing, or on `route` and `service` when the
    route is not open to this idea; Conflict when it is submitted already or the call is closed.
    """
    with locked(also=["draft", "pilot_plan"], **of_author(idea, by, "author")) as found:
        if found.state != "draft":
            raise Conflict(_("This idea is submitted already. You find it in My ideas."), code="submit.twice")
        call = found.call
        if call is not None and not is_open(call.always_open, call.opens_at, call.closes_at, clock.now()):
            raise Conflict(
                _("This call is closed. Copy your text into another call."), code="submit.call_closed"
            )
        check_complete(found)
        choose_route(found, route, service)
        content = found.content = write_version(idea=found, by=by, reason=drafting_rules.SUBMITTED)
        now = clock.now()
        found.submitted_at = now
        # From the sequence, in the same statement that saves the idea.
        found.number = Func(Value("ideas_number"), function="nextval")
        effects = nodes.start(FLOWS[route], found, by)
        found.save(update_fields=[*PLACE, "service", "number", "submitted_at", "title", "pitch"])
        tell(found, "submitted", by, version_payload(content), effects)
        return found


def resubmit(*, idea: UUID, by: Actor) -> Idea:
    """Bring a completed idea back to the gate that asked for more; its text is kept as a new version.

    Handed in too late, the idea is on hold: this ends it.
    """
    with locked(also=["draft", "masked_text"], **of_author(idea, by, "author", "co_author")) as found:
        late = Hold.objects.filter(idea=found, woken_at=None, cause=Hold.Cause.LAPSED_REWORK)
        hold = late.first() if found.state == Idea.State.HELD else None
        if hold is None and nodes.station_of(found) != "with_author":
            raise Conflict(_("Nothing is asked of you for this idea now."), code="resubmit.not_asked")
        check_complete(found)
        newest = Subquery(newest_numbers(id=OuterRef("round__idea")))
        last = last_decision(found, "round__configuration", newest=newest)
        gate = hold.gate if hold else last.round.gate
        content = found.content = write_version(
            idea=found,
            by=by,
            reason=drafting_rules.RESUBMITTED,
            newest=last.newest,  # type: ignore[attr-defined] # annotated
        )
        inbox.close(f"rework:{found.key}")
        effects = (
            resume(idea=found, hold=hold, by=by) if hold else nodes.move(found, gate, by, cause=last.round)
        )
        found.save(update_fields=[*PLACE, "title", "pitch"])
        tell(found, "resubmitted", by, {"gate": gate} | version_payload(content), effects)
        return found


def withdraw(*, idea: UUID, by: Actor) -> Idea:
    """An author takes the idea back, without a reason, at any time before it ends."""
    with locked(**of_author(idea, by, "author")) as found:
        if found.state not in ("live", "held"):
            raise Conflict(
                _("This idea has ended, or was never submitted: nothing to withdraw."), code="withdraw.over"
            )
        effects = gates.void(found, "withdrawn")
        sessions.on_left(found, by)
        Hold.objects.filter(idea=found, woken_at=None).update(woken_at=clock.now(), woken_by=by.human)
        inbox.close_for_subject("idea", found.key)
        effects += arrivals.place_ended(found, "withdrawn")
        effects += nodes.move(found, "withdraw", by)
        found.save(update_fields=PLACE)
        tell(found, "withdrawn", by, {}, effects)
        return found
