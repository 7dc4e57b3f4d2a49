"""The pilot as it runs: check-ins, incidents, its end. Each act holds the idea's lock and appends one event."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.numbers import is_measurable
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.actors import Actor
from workflows.gates import hooks
from workflows.pilots import rules
from workflows.pilots.actions.shared import (
    check_in_item,
    check_in_pilot,
    check_live_pilot,
    check_text,
    check_writes,
    end_item,
    incident_item,
    open_next,
    today_of,
)
from workflows.pilots.models import CheckIn, Incident, Indicator, Pilot, Reading


def record_check_in(
    *, pilot: Pilot, on: date, pace: str, note: str, readings: Mapping[UUID, Decimal], by: Actor
) -> CheckIn:
    """A point d'étape on a day of the pilot, with readings by indicator key.

    Raises NotAllowed (neither team nor sponsor), Conflict (not in pilot), Invalid on `on`, `pace`, `note`,
    `readings`.
    """
    with locked(pilot.idea_id) as idea:
        pilot = check_writes(idea, by)
        check_live_pilot(idea)
        indicators = {one.key: one for one in Indicator.objects.filter(plan__idea=idea)}
        _check_check_in(idea, pilot, on, pace, note, readings, indicators)
        check_in = CheckIn.objects.create(
            pilot=pilot, on=on, pace=pace, note=note, recorded_by=by.human, recorded_at=clock.now()
        )
        Reading.objects.bulk_create(
            Reading(indicator=indicators[key], check_in=check_in, value=value)
            for key, value in readings.items()
        )
        # One noted afterwards changes nothing about what follows the last.
        if pilot.ended_on is None and not pilot.check_ins.filter(on__gt=on).exists():
            open_next(idea, pilot, on)
        record(
            idea,
            "check_in_recorded",
            by,
            [effect("check_in", "", pace, key=check_in.key, readings=len(readings))],
            note_sha256=sha256(note),
        )
        return check_in


def report_incident(*, pilot: Pilot, text: str, by: Actor) -> Incident:
    """Something went wrong in the pilot; the team closes it before the end of the pilot is decided.

    Raises NotAllowed (neither team nor sponsor), Conflict (not in pilot), Invalid on `text`.
    """
    with locked(pilot.idea_id) as idea:
        pilot = check_writes(idea, by)
        check_in_pilot(idea)
        check_text("text", text, _("Say what happened, to whom, and what was done at once."))
        incident = Incident.objects.create(
            pilot=pilot, text=text, reported_by=by.human, reported_at=clock.now()
        )
        url = reverse("pilot", args=[idea.key])
        wait_for(roles.authors(idea), idea=idea, key=incident_item(incident), verb="close_incident", url=url)
        effects = [effect("incident", "", "open", number=incident.pk)]
        record(idea, "incident_reported", by, effects, text_sha256=sha256(text))
        return incident


def close_incident(*, incident: Incident, note: str, by: Actor) -> Incident:
    """What was done about it. Raises NotAllowed, Conflict (closed already, not in pilot), Invalid on `note`."""
    with locked(incident.pilot.idea_id) as idea:
        check_writes(idea, by)
        check_in_pilot(idea)
        incident = Incident.objects.get(pk=incident.pk)
        if incident.closed_at is not None:
            raise Conflict(_("This incident is closed already."))
        check_text("note", note, _("Say what was done, so that it does not happen again."))
        incident.closed_at, incident.closing_note = clock.now(), note
        incident.save()
        inbox.close(incident_item(incident))
        effects = [effect("incident", "open", "closed", number=incident.pk)]
        record(idea, "incident_closed", by, effects, note_sha256=sha256(note))
        return incident


def end_pilot(*, pilot: Pilot, note: str, by: Actor) -> Pilot:
    """The pilot ends today, as planned or early, and the idea enters the next gate.

    Raises NotAllowed (neither team nor sponsor), Conflict (not in pilot, ended already), Invalid on `note`.
    """
    with locked(pilot.idea_id) as idea:
        pilot = check_writes(idea, by)
        check_live_pilot(idea)
        if pilot.ended_on is not None:
            raise Conflict(
                _("The pilot has ended already. The idea’s page shows who decides what comes next.")
            )
        check_text("note", note, _("Say in a sentence how it ended, and what happens to those who used it."))
        pilot.ended_on = max(today_of(idea), pilot.started_on)
        pilot.ended_by, pilot.end_note = by.human, note
        pilot.save()
        inbox.close(check_in_item(pilot), end_item(pilot))
        effects = [effect("pilot", "running", "ended", on=pilot.ended_on)]
        effects += hooks.fire("stage_ready", idea=idea, by=by)
        record(idea, "pilot_ended", by, effects, note_sha256=sha256(note))
        return pilot


def _check_check_in(
    idea: Idea,
    pilot: Pilot,
    on: date,
    pace: str,
    note: str,
    readings: Mapping[UUID, Decimal],
    indicators: Mapping[UUID, Indicator],
) -> None:
    fields: dict[str, list[Any]] = {}
    if not pilot.started_on <= on <= (pilot.ended_on or today_of(idea)):
        fields["on"] = [_("Choose a day of the pilot, not in the future.")]
    if pace not in CheckIn.Pace.values:
        fields["pace"] = [_("Say how it goes.")]
    if pace == CheckIn.Pace.IN_TROUBLE and not note.strip():
        fields["note"] = [_("Say what the trouble is, and what would help.")]
    if len(note) > rules.LONGEST_TEXT:
        fields["note"] = [_("This is too long: at most %(most)s characters.") % {"most": rules.LONGEST_TEXT}]
    if not readings.keys() <= indicators.keys():
        fields["readings"] = [_("Read only the indicators of the plan.")]
    elif not all(is_measurable(value) for value in readings.values()):
        fields["readings"] = [_("Give numbers with at most three decimals.")]
    if fields:
        raise Invalid(_("The check-in needs mending before it is recorded."), fields=fields)
