"""The pilot plan: saved by its team, sealed by G2's decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record
from ideas.drafting.models import Idea
from ideas.lock import is_locked, locked
from incubator.events.actions import effect
from incubator.events.rules import canonical, sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.pilots import queries, rules, sentences
from workflows.pilots.actions.shared import Effects
from workflows.pilots.models import Indicator, PilotPlan


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
        plan = queries.plan_of(idea, passages=())
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
        data = queries.plan_data(queries.plan_of(idea, passages=()))
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


def seal_plan(*, idea: Idea, by: Actor) -> Effects:
    """Freeze the plan's text at G2's go; its SHA-256 goes into the decision's event.

    Raises Conflict when the plan is incomplete or sealed already.
    """
    assert is_locked(idea.pk), "the plan is sealed inside the decision"
    plan = queries.plan_at_hand(idea)
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


def _replace_indicators(plan: PilotPlan, indicators: Sequence[rules.IndicatorValues]) -> None:
    # Nothing points to an indicator before the plan is sealed.
    plan.indicators.all().delete()
    Indicator.objects.bulk_create(
        Indicator(plan=plan, position=position, **one._asdict()) for position, one in enumerate(indicators, 1)
    )
