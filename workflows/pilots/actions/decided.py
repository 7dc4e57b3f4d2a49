"""Parts of a gate's decision, or of a hold's end: under its lock, told by its event, of which they append none."""

from datetime import date

from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from ideas.lock import is_locked
from incubator.events.actions import effect
from incubator.lib import working_days
from incubator.lib.refusals import Conflict
from incubator.people.models import Person
from workflows.pilots import queries, rules
from workflows.pilots.actions.shared import Effects, ask_next, open_next
from workflows.pilots.models import Pilot


def start(*, idea: Idea, sponsor: Person, on: date) -> tuple[Pilot, Effects]:
    """The pilot begins on G2's go, for the months of the sealed plan; the first check-in waits for the team.

    Raises Conflict when the plan is not sealed or the pilot has begun.
    """
    assert is_locked(idea.pk), "the pilot begins inside the decision"
    plan = queries.plan_at_hand(idea)
    if plan is None or plan.sealed_at is None or getattr(idea, "pilot", None) is not None:
        raise Conflict(_("A pilot begins once, with a sealed plan."), code="pilot.start")
    pilot = Pilot.objects.create(
        idea=idea, sponsor=sponsor, started_on=on, planned_end_on=_planned_end(idea, on, plan.months)
    )
    ask_next(idea, pilot, on)
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
    months = idea.pilot_plan.months
    before = pilot.planned_end_on
    pilot.planned_end_on, pilot.extended_once = _planned_end(idea, max(before, on), months), True
    pilot.ended_on = pilot.ended_by = None
    pilot.end_note = ""
    pilot.save()
    open_next(idea, pilot, on)
    return [effect("pilot_end", before, pilot.planned_end_on)]


def go_on(*, pilot: Pilot, on: date) -> date:
    """The pilot goes on after a hold: the next check-in counts from then. Gives the day by which it ends."""
    assert is_locked(pilot.idea_id), "the pilot goes on inside the act that ends the hold"
    if pilot.ended_on is None:
        open_next(pilot.idea, pilot, on)
    return rules.ends_by(pilot.planned_end_on, on)


def _planned_end(idea: Idea, start: date, months: int) -> date:
    end = working_days.add_months(start, months)
    return min(end, start + rules.FAST_LASTS) if idea.route == "fast" else end
