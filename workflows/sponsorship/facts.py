"""The facts this room knows for must-meets, its conflicts, and what it does when others announce something."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas import joining
from ideas.drafting.models import Idea
from incubator.inbox.wording import Ask, declare
from incubator.people import departures
from workflows.gates import hooks
from workflows.gates.conflicts import register_source
from workflows.gates.facts import register_fact
from workflows.sponsorship import actions, queries
from workflows.sponsorship.departures import on_departure, on_left, on_mandate_change


def pledge(idea: Idea, gate: str) -> bool:
    """A sponsor who is still here has promised days, euros and cover."""
    sponsor = queries.sponsor_of(idea)
    return sponsor is not None and sponsor.is_active


def time_release(idea: Idea, gate: str) -> bool:
    return queries.time_is_released(idea, gate)


def budget_line(idea: Idea, gate: str) -> bool:
    """Finance has confirmed the line of this gate; at launch, since the promise in force was signed."""
    confirmed_at = queries.answered(idea, gate).line_confirmed_at
    if confirmed_at is None or gate != "G2":
        return confirmed_at is not None
    promised = queries.pledge_in_force(idea)
    return promised is not None and promised.answered_at is not None and confirmed_at >= promised.answered_at


def procurement_route(idea: Idea, gate: str) -> bool:
    """Procurement has named the route since the promise in force was signed, or none is needed for so little."""
    if queries.pledge_in_force(idea) is None:
        return False
    return not queries.route_is_asked(idea) or queries.procurement_route(idea) is not None


def sponsor_conflict(ideas: Sequence[Idea], gate: str) -> dict[tuple[int, int], tuple[str, bool]]:
    """The sponsor has no vote at G4 (hard) and sits at G3 only with a reason (soft)."""
    if gate not in ("G3", "G4"):
        return {}
    return dict.fromkeys(queries.sponsors_of(ideas), ("sponsor", gate == "G4"))


def register() -> None:
    """Called once, when the application starts."""
    from workflows.sponsorship import tellings  # noqa: F401  declares its audiences

    register_fact("pledge", pledge)
    register_fact("time_release", time_release)
    register_fact("budget_line", budget_line)
    register_fact("procurement_route", procurement_route)
    register_source(sponsor_conflict)
    departures.on_departure(on_departure)
    joining.on_left(on_left)
    departures.on_mandate_end(on_mandate_change)
    departures.on_mandate_given(on_mandate_change)
    hooks.on("stage_ready", actions.finance_before_investment)
    declare(
        "request_launch", Ask(_("Ask for the launch of “%(title)s”"), pgettext_lazy("work item", "Launch"))
    )
    declare(
        "name_route",
        Ask(
            _("Name the procurement route of “%(title)s”"),
            pgettext_lazy("work item", "Route"),
            lent=True,
            hint=_("How what is promised may be bought, in a sentence."),
        ),
    )
    declare(
        "arbitrate_time",
        Ask(_("Settle the refusal of time for “%(title)s”"), pgettext_lazy("work item", "Settle"), lent=True),
    )
    declare(
        "find_arbiter",
        Ask(
            _("Find who settles a refusal of time for “%(title)s”"),
            pgettext_lazy("work item", "See"),
            lent=True,
            hint=_("No deputy director general can: a delegation has to be given."),
        ),
    )
