"""The pilot from its plan to its end. Each act holds the idea's lock and appends one event.

`seal_plan`, `start` and `extend` are parts of a gate's decision: they return effects and append nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import is_locked, locked
from incubator.events.actions import effect
from incubator.events.rules import canonical, sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates import hooks
from workflows.pilots import queries, rules, sentences
from workflows.pilots.models import CheckIn, Incident, Indicator, Pilot, PilotPlan, Reading

Effects = list[dict[str, Any]]


@dataclass(frozen=True)
class PlanValues:
    """A plan as the team saves it; it may be incomplete, but each indicator is whole."""

    where: str = ""
    months: int = rules.MONTHS
    stop_rule: str = ""
    users_told_how: str = ""
    minimum_readings: int = 2
    indicators: Sequence[rules.IndicatorValues] = ()


def save_plan(*, idea: Idea, version: int, values: PlanValues, by: Actor) -> PilotPlan:
    """Save the plan on top of `version` (0: there was none). The indicators replace the former ones.

    Raises NotAllowed (not the team), Conflict (sealed, being decided, or saved by someone else meanwhile:
    code `plan.version`), Invalid on `months`, `minimum_readings`, `indicators`, texts that are too long.
    """
    with locked(idea.pk) as idea:
        if not roles.is_author(idea, by.human):
            raise NotAllowed(_("Only the team writes the pilot plan."))
        plan = queries.plan_of(idea)
        _check_open_to_change(idea, plan)
        if version != (plan.version if plan else 0):
            raise Conflict(
                _("A colleague has saved the plan since you opened it. Compare both texts, then save again."),
                code="plan.version",
            )
        _check_values(values, _most_months(idea))
        plan = plan or PilotPlan(idea=idea, version=0)
        plan.version += 1
        plan.saved_at = clock.now()
        for name in ("where", "months", "stop_rule", "users_told_how", "minimum_readings"):
            setattr(plan, name, getattr(values, name))
        plan.save()
        _replace_indicators(plan, values.indicators)
        data = queries.plan_data(queries.plan_of(idea))
        if not rules.plan_gaps(data):
            inbox.close(f"write_plan:{idea.key}")
        record(
            idea,
            "plan_saved",
            by,
            [effect("plan", plan.version - 1, plan.version)],
            sha256=sha256(canonical(data)),
        )
        return plan


def record_check_in(
    *, pilot: Pilot, on: date, pace: str, note: str, readings: Mapping[UUID, Decimal], by: Actor
) -> CheckIn:
    """A point d'étape on a day of the pilot, with readings by indicator key.

    Raises NotAllowed (neither team nor sponsor), Conflict (not in pilot), Invalid on `on`, `pace`, `note`,
    `readings`.
    """
    with locked(pilot.idea_id) as idea:
        pilot = _check_writes(idea, by)
        _check_live_pilot(idea)
        indicators = {one.key: one for one in Indicator.objects.filter(plan__idea=idea)}
        _check_check_in(idea, pilot, on, pace, note, readings, indicators)
        check_in = CheckIn.objects.create(
            pilot=pilot, on=on, pace=pace, note=note, recorded_by=by.human, recorded_at=clock.now()
        )
        Reading.objects.bulk_create(
            Reading(indicator=indicators[key], check_in=check_in, value=value)
            for key, value in readings.items()
        )
        if pilot.ended_on is None:
            _open_next(idea, pilot, on)
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
        pilot = _check_writes(idea, by)
        _check_in_pilot(idea)
        _check_text("text", text, _("Say what happened, to whom, and what was done at once."))
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
        _check_writes(idea, by)
        _check_in_pilot(idea)
        incident = Incident.objects.get(pk=incident.pk)
        if incident.closed_at is not None:
            raise Conflict(_("This incident is closed already."))
        _check_text("note", note, _("Say what was done, so that it does not happen again."))
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
        pilot = _check_writes(idea, by)
        _check_live_pilot(idea)
        if pilot.ended_on is not None:
            raise Conflict(
                _("The pilot has ended already. The idea’s page shows who decides what comes next.")
            )
        _check_text("note", note, _("Say in a sentence how it ended, and what happens to those who used it."))
        pilot.ended_on = max(_today(idea), pilot.started_on)
        pilot.ended_by, pilot.end_note = by.human, note
        pilot.save()
        inbox.close(check_in_item(pilot), end_item(pilot))
        effects = [effect("pilot", "running", "ended", on=pilot.ended_on)]
        effects += hooks.fire("stage_ready", idea=idea, by=by)
        record(idea, "pilot_ended", by, effects, note_sha256=sha256(note))
        return pilot


# --- Parts of a gate's decision: under its lock, told by its event ----------------------------------------------


def seal_plan(*, idea: Idea, by: Actor) -> Effects:
    """Freeze the plan's text at G2's go; its SHA-256 goes into the decision's event.

    Raises Conflict when the plan is incomplete or sealed already.
    """
    assert is_locked(idea.pk), "the plan is sealed inside the decision"
    plan = queries.plan_of(idea)
    data = queries.plan_data(plan)
    gaps = rules.plan_gaps(data)
    if plan is None or data is None or gaps:
        raise Conflict(
            _("The pilot plan is not complete: %(gaps)s.")
            % {"gaps": "; ".join(str(sentences.GAPS[code]) for code in gaps)},
            code="plan.gaps",
        )
    if plan.sealed_at is not None:
        raise Conflict(_("The pilot plan is sealed already."), code="plan.sealed")
    plan.sealed, plan.sealed_sha256, plan.sealed_at = data, sha256(canonical(data)), clock.now()
    plan.save()
    return [effect("plan", plan.version, "sealed", sha256=plan.sealed_sha256)]


def start(*, idea: Idea, sponsor: Person, on: date) -> tuple[Pilot, Effects]:
    """The pilot begins on G2's go, for the months of the sealed plan; the first check-in waits for the team.

    Raises Conflict when the plan is not sealed or the pilot has begun.
    """
    assert is_locked(idea.pk), "the pilot begins inside the decision"
    plan = queries.plan_of(idea)
    if plan is None or plan.sealed_at is None or Pilot.objects.filter(idea=idea).exists():
        raise Conflict(_("A pilot begins once, with a sealed plan."), code="pilot.start")
    pilot = Pilot.objects.create(
        idea=idea, sponsor=sponsor, started_on=on, planned_end_on=_planned_end(idea, on, plan.months)
    )
    _open_next(idea, pilot, on)
    return pilot, [effect("pilot", "", "running", until=pilot.planned_end_on)]


def extend(*, pilot: Pilot, on: date) -> Effects:
    """The pilot's one extension, decided at G3 or G4: as many months again as the plan has, from its planned end
    or from `on`, whichever is later; it runs again if it had ended. `pilot` is changed in place.

    Raises Conflict when it was extended before.
    """
    idea = pilot.idea
    assert is_locked(idea.pk), "the pilot is extended inside the decision"
    if pilot.extended_once:
        raise Conflict(_("A pilot can be extended once, and this one has been."), code="pilot.extended")
    months = pilot.idea.pilot_plan.months
    before = pilot.planned_end_on
    pilot.planned_end_on, pilot.extended_once = _planned_end(idea, max(before, on), months), True
    pilot.ended_on = pilot.ended_by = None
    pilot.end_note = ""
    pilot.save()
    _open_next(idea, pilot, on)
    return [effect("pilot_end", before, pilot.planned_end_on)]


# --- Keys of work items --------------------------------------------------------------------------------------


def check_in_item(pilot: Pilot) -> str:
    return f"check-in:{pilot.pk}"


def end_item(pilot: Pilot) -> str:
    return f"end-pilot:{pilot.pk}"


def incident_item(incident: Incident) -> str:
    return f"incident:{incident.pk}"


# --- Checks --------------------------------------------------------------------------------------------------


def _check_open_to_change(idea: Idea, plan: PilotPlan | None) -> None:
    if plan is not None and plan.sealed_at is not None:
        raise Conflict(_("The plan was sealed when the pilot was launched: it can be read, not changed."))
    if not queries.is_time_to_plan(idea):
        raise Conflict(_("The plan is written during sponsorship. The idea’s page shows where it is."))
    if queries.launch_is_decided_on(idea):
        raise Conflict(_("The launch is being decided on this plan: it cannot change now."))


def _most_months(idea: Idea) -> int:
    """In the fast lane a pilot lasts at most 60 calendar days: two months, cut to the day when it starts."""
    return rules.FAST_MONTHS if idea.route == "fast" else rules.MOST_MONTHS


def _planned_end(idea: Idea, start: date, months: int) -> date:
    end = rules.add_months(start, months)
    return min(end, start + rules.FAST_LASTS) if idea.route == "fast" else end


def _check_values(values: PlanValues, most_months: int) -> None:
    fields: dict[str, list[Any]] = {}
    if not 1 <= values.months <= most_months:
        fields["months"] = [_("A pilot lasts 1 to %(most)s months.") % {"most": most_months}]
    if not 1 <= values.minimum_readings <= rules.MOST_READINGS:
        fields["minimum_readings"] = [_("Ask for 1 to %(most)s readings.") % {"most": rules.MOST_READINGS}]
    if len(values.where) > 200:
        fields["where"] = [_("This is too long: at most %(most)s characters.") % {"most": 200}]
    for name in ("stop_rule", "users_told_how"):
        if len(getattr(values, name)) > rules.LONGEST_TEXT:
            most = {"most": rules.LONGEST_TEXT}
            fields[name] = [_("This is too long: at most %(most)s characters.") % most]
    if len(values.indicators) > rules.MOST_INDICATORS:
        most = {"most": rules.MOST_INDICATORS}
        fields["indicators"] = [_("Keep to %(most)s indicators: those that decide.") % most]
    elif any(rules.indicator_errors(one) for one in values.indicators):
        fields["indicators"] = [_("Mend the indicators.")]
    if fields:
        raise Invalid(_("The plan needs mending before it is saved."), fields=fields)


def _check_writes(idea: Idea, by: Actor) -> Pilot:
    """The idea's pilot, for its team or sponsor. Raises NotAllowed, or Conflict without a pilot."""
    if not queries.runs_pilot(idea, by.principal):
        raise NotAllowed(_("The pilot is written by its team and its sponsor."))
    roles.check_stands_in(by)
    pilot = queries.pilot_of(idea)
    if pilot is None:
        raise Conflict(_("The pilot has not begun."))
    return pilot


def _check_in_pilot(idea: Idea) -> None:
    if idea.stage != Idea.Stage.PILOT or idea.state not in (Idea.State.LIVE, Idea.State.HELD):
        raise Conflict(_("This idea is not in its pilot now. Its page shows where it is."))


def _check_live_pilot(idea: Idea) -> None:
    _check_in_pilot(idea)
    if idea.state == Idea.State.HELD:
        raise Conflict(_("The pilot is on hold. It goes on where it was when the hold ends."))


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
    if not pilot.started_on <= on <= (pilot.ended_on or _today(idea)):
        fields["on"] = [_("Choose a day of the pilot, not in the future.")]
    if pace not in CheckIn.Pace.values:
        fields["pace"] = [_("Say how it goes.")]
    if pace == CheckIn.Pace.IN_TROUBLE and not note.strip():
        fields["note"] = [_("Say what the trouble is, and what would help.")]
    if len(note) > rules.LONGEST_TEXT:
        fields["note"] = [_("This is too long: at most %(most)s characters.") % {"most": rules.LONGEST_TEXT}]
    if not readings.keys() <= indicators.keys():
        fields["readings"] = [_("Read only the indicators of the plan.")]
    elif not all(rules.is_measurable(value) for value in readings.values()):
        fields["readings"] = [_("Give numbers with at most three decimals.")]
    if fields:
        raise Invalid(_("The check-in needs mending before it is recorded."), fields=fields)


def _check_text(field: str, text: str, missing: str) -> None:
    if not text.strip():
        raise Invalid(missing, fields={field: [missing]})
    if len(text) > rules.LONGEST_TEXT:
        sentence = _("This is too long: at most %(most)s characters.") % {"most": rules.LONGEST_TEXT}
        raise Invalid(sentence, fields={field: [sentence]})


# --- Writing -------------------------------------------------------------------------------------------------


def _today(idea: Idea) -> date:
    return clock.today(idea.programme.entity.time_zone)


def _replace_indicators(plan: PilotPlan, indicators: Sequence[rules.IndicatorValues]) -> None:
    # Nothing points to an indicator before the plan is sealed.
    plan.indicators.all().delete()
    Indicator.objects.bulk_create(
        Indicator(plan=plan, position=position, **one._asdict()) for position, one in enumerate(indicators, 1)
    )


def _open_next(idea: Idea, pilot: Pilot, after: date) -> None:
    """The next check-in waits for the team, or the pilot's end when no check-in comes before it."""
    inbox.close(check_in_item(pilot), end_item(pilot))
    day = rules.next_check_in(after, pilot.planned_end_on)
    key, verb = (check_in_item(pilot), "check_in") if day else (end_item(pilot), "end_pilot")
    wait_for(
        roles.authors(idea),
        idea=idea,
        key=key,
        verb=verb,
        url=reverse("pilot", args=[idea.key]),
        due_at=working_days.end_of_day(day or pilot.planned_end_on, idea.programme.entity.time_zone),
    )
