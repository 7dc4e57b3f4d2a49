"""Plans and pilots for tests, made by the acts themselves."""

from datetime import date
from decimal import Decimal
from typing import Any

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.people.models import Person
from tests.sponsorship.cast import Cast, by
from workflows.pilots import actions
from workflows.pilots.models import Pilot, PilotPlan
from workflows.pilots.rules import IndicatorValues
from workflows.sponsorship import actions as sponsorship

MINUTES = IndicatorValues("Minutes perdues par tournée", "minutes", "down", Decimal(22), Decimal(12))
VISITS = IndicatorValues("Visites assurées", "%", "up", Decimal("96.5"), Decimal(99))
COMPLETE: dict[str, Any] = {
    "where": "Sainte-Anne et Danton",
    "months": 6,
    "stop_rule": "Plus de deux accidents en un mois.",
    "users_told_how": "Un mot remis à chaque tournée.",
    "minimum_readings": 2,
    "indicators": [MINUTES, VISITS],
}


def write_plan(idea: Idea, author: Person, version: int = 0, **changes: Any) -> PilotPlan:
    return actions.save_plan(
        idea=idea, version=version, values=actions.PlanValues(**(COMPLETE | changes)), by=by(author)
    )


def launch(cast: Cast, on: date, **changes: Any) -> Pilot:
    """An idea in its pilot: promised, planned, sealed, started; the gate itself is left out."""
    pledge = sponsorship.ask_sponsor(idea=cast.idea, sponsor=cast.other_director, by=by(cast.author))
    sponsorship.promise(pledge=pledge, days=20, euros=4500, cover="Relais.", by=by(cast.other_director))
    write_plan(cast.idea, cast.author, **changes)
    with locked(cast.idea.pk) as idea:
        actions.seal_plan(idea=idea, by=by(cast.dga))
        pilot, _effects = actions.start(idea=idea, sponsor=cast.other_director, on=on)
        idea.stage = "pilot"
        idea.save()
    cast.idea.refresh_from_db()
    return pilot
