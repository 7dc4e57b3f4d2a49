"""What the acts of a pilot share: who writes it, when, and what waits next."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import wait_for
from ideas.drafting.models import Idea
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.pilots import queries, rules
from workflows.pilots.models import Incident, Pilot

Effects = list[dict[str, Any]]


def check_in_item(pilot: Pilot) -> str:
    return rules.check_in_item(pilot.pk)


def end_item(pilot: Pilot) -> str:
    return f"end-pilot:{pilot.pk}"


def incident_item(incident: Incident) -> str:
    return f"incident:{incident.pk}"


def check_writes(idea: Idea, by: Actor) -> Pilot:
    """The idea's pilot, for its team or sponsor. Raises NotAllowed, or Conflict without a pilot."""
    if not queries.runs_pilot(idea, by.principal):
        raise NotAllowed(_("The pilot is written by its team and its sponsor."))
    roles.check_stands_in(by)
    pilot = queries.pilot_of(idea, passages=())
    if pilot is None:
        raise Conflict(_("The pilot has not begun."))
    return pilot


def check_in_pilot(idea: Idea) -> None:
    if idea.stage != Idea.Stage.PILOT or idea.state not in (Idea.State.LIVE, Idea.State.HELD):
        raise Conflict(_("This idea is not in its pilot now. Its page shows where it is."))


def check_live_pilot(idea: Idea) -> None:
    check_in_pilot(idea)
    if idea.state == Idea.State.HELD:
        raise Conflict(_("The pilot is on hold. It goes on where it was when the hold ends."))


def check_text(field: str, text: str, missing: str) -> None:
    if not text.strip():
        raise Invalid(missing, fields={field: [missing]})
    if len(text) > rules.LONGEST_TEXT:
        sentence = _("This is too long: at most %(most)s characters.") % {"most": rules.LONGEST_TEXT}
        raise Invalid(sentence, fields={field: [sentence]})


def zone_of(idea: Idea) -> str:
    return idea.programme.entity.time_zone


def today_of(idea: Idea) -> date:
    return clock.today(zone_of(idea))


def open_next(idea: Idea, pilot: Pilot, after: date) -> None:
    """In place of what waited: `ask_next`."""
    inbox.close(check_in_item(pilot), end_item(pilot))
    ask_next(idea, pilot, after)


def rest(pilot: Pilot) -> None:
    """On hold, nothing of the pilot can be recorded but incidents: no check-in nor end is asked for."""
    inbox.close(check_in_item(pilot), end_item(pilot))


def ask_next(idea: Idea, pilot: Pilot, after: date) -> None:
    """The next check-in waits for the team, or the pilot's end when no check-in comes before it."""
    day = rules.next_check_in(after, pilot.planned_end_on)
    key, verb = (check_in_item(pilot), "check_in") if day else (end_item(pilot), "end_pilot")
    wait_for(
        roles.authors(idea),
        idea=idea,
        key=key,
        verb=verb,
        url=reverse("pilot", args=[idea.key]),
        due_at=working_days.end_of_day(day or rules.ends_by(pilot.planned_end_on, after), zone_of(idea)),
    )
