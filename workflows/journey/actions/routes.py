"""The three routes: chosen when an idea is submitted, changed only by an act that says so."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ideas import roles
from ideas.drafting.models import Attachment, Idea
from ideas.drafting.uploads import Clean
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock, files
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Department, Person
from workflows import nodes
from workflows.gates import authority
from workflows.gates.configuration import defaults
from workflows.gates.models import Decision
from workflows.journey import arrivals, rules, windows
from workflows.journey.actions.steps import PLACE, of_author, tell
from workflows.journey.models import Done, Reexamination

FLOWS = {
    "local": "workflows/flows.LocalFlow",
    "fast": "workflows/flows.FastFlow",
    "standard": "workflows/flows.StandardFlow",
}
LONGEST_LINE = 300


def closed_routes(idea: Idea) -> dict[str, str]:
    """For each route the code of why this draft cannot take it, '' where it can (`rules.closed`)."""
    limited = idea.call is not None and idea.call.has_limits
    needs = {"euros": idea.draft.needs_euros, "days": idea.draft.needs_days}
    limits = defaults()["routes"]["fast"]
    return {route: rules.closed(route, compared=limited, limits=limits, **needs) for route in rules.ROUTES}


def choose_route(idea: Idea, route: str, service: Department | None) -> None:
    """Check that the route is open to this idea, and name the service asked. Raises Invalid on `route`, `service`."""
    if closed_routes(idea).get(route, "unknown"):
        sentence = _("This route is not open to the idea as it stands. Choose another one.")
        raise Invalid(sentence, code="route.closed", fields={"route": [sentence]})
    idea.service = service if route == "local" else None
    if route != "local":
        return
    if service is None:
        sentence = _("Name the service that can do it.")
        raise Invalid(sentence, code="route.service", fields={"service": [sentence]})
    if service.entity_id != idea.programme.entity_id or not authority.heads_for(idea):
        sentence = _(
            "Nobody in this service can answer you: its head is your own manager, too close to the team, or holds no"
            " delegation. Name another service, or choose the standard route."
        )
        raise Invalid(sentence, code="route.nobody", fields={"service": [sentence]})


def send_up(*, idea: UUID, by: Actor, reasons: str) -> Idea:
    """After a local no, within its window, the team sends the idea up: it enters the standard route at G0.

    Raises Conflict (no local no, or too late), Invalid on `reasons`.
    """
    with locked(**of_author(idea, by, "author", "co_author")) as found:
        window = Reexamination.objects.filter(idea=found, gate="L", closed_at=None).first()
        if found.state != "stopped" or window is None:
            raise Conflict(
                _("Only after a no of a service can an idea be sent up, while there is time."),
                code="send_up.not_now",
            )
        now = clock.now()
        if now > windows.end_of(window, found):
            raise Conflict(_("The time to send this idea up is over."), code="send_up.late")
        if len(reasons.strip()) < 10:
            sentence = _("Say in a sentence why the programme should look at it.")
            raise Invalid(sentence, code="send_up.reasons", fields={"reasons": [sentence]})
        window.asked_at, window.asked_by, window.grounds = now, by.human, reasons.strip()
        window.closed_at = now
        window.save()
        found.ended_at = None
        effects = nodes.move(found, "sent_up", by)
        found.save(update_fields=PLACE)
        tell(found, "sent_up", by, {"reasons_sha256": sha256(window.grounds)}, effects)
        return found


def may_send_up(idea: Idea, window: Reexamination | None) -> bool:
    """Whether a local no can still be sent up; the window is as `window_of` gives it."""
    return (
        idea.state == "stopped"
        and window is not None
        and window.gate == "L"
        and window.closed_at is None
        and clock.now() <= window.window_until
    )


def may_report_done(idea: Idea, person: Person) -> bool:
    """Whoever answered yes and the team may say that it is done, while the service is doing it."""
    if idea.route != "local" or idea.state != "live" or idea.holder != "team":
        return False
    answered = Decision.objects.filter(round__idea=idea, round__gate="L", outcome="go", decider=person)
    return roles.is_author(idea, person) or answered.exists()


def report_done(*, idea: UUID, by: Actor, line: str, photo: Clean) -> Idea:
    """The service has done it: a photo and a line; the idea is in service and its process ends.

    Raises NotAllowed (neither the team nor who answered), Conflict (nothing being done), Invalid on `line`, `photo`.
    """
    sha = files.put(photo.content)
    with locked(key=idea) as found:
        if nodes.station_of(found) != "doing":
            raise Conflict(
                _("No service is doing this idea now. Its page shows where it is."), code="done.not_now"
            )
        if not may_report_done(found, by.human):
            raise NotAllowed(
                _("The team, or whoever answered for the service, says that it is done."), code="done.who"
            )
        _check_done(line, photo)
        now = clock.now()
        kept, _new = Attachment.objects.get_or_create(
            idea=found,
            sha256=sha,
            removed_at=None,
            defaults={
                "name": photo.name,
                "content_type": photo.content_type,
                "size": len(photo.content),
                "added_by": by.human,
                "added_at": now,
            },
        )
        Done.objects.create(idea=found, line=line.strip(), photo=kept, reported_by=by.human, reported_at=now)
        inbox.close_for_subject("idea", found.key)
        effects: list[dict[str, Any]] = [effect("done", None, "reported", sha256=sha)]
        effects += arrivals.place_ended(found, "in_service")
        effects += nodes.move(found, "done", by)
        found.save(update_fields=PLACE)
        tell(found, "done_reported", by, {"line_sha256": sha256(line.strip()), "photo_sha256": sha}, effects)
        return found


def _check_done(line: str, photo: Clean) -> None:
    fields = {}
    if not 0 < len(line.strip()) <= LONGEST_LINE:
        fields["line"] = [_("Say in one line what was done (at most 300 characters).")]
    if not photo.content_type.startswith("image/"):
        fields["photo"] = [_("Attach a photo: a picture, not a document.")]
    if fields:
        raise Invalid(_("A photo and a line say that it is done."), code="done.incomplete", fields=fields)
