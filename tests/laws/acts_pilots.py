"""From launch to a service: the pilot, its evaluation, and the benefits of what it became."""

from decimal import Decimal
from typing import Any

from incubator.lib import clock
from incubator.people.actors import Actor
from tests.laws import who
from tests.laws.acts_endings import ideas
from tests.laws.acts_gates import chain
from tests.laws.acts_stages import at_work, fresh
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen
from workflows.evaluation import actions as evaluation
from workflows.evaluation import benefit_actions as benefits
from workflows.evaluation.models import BenefitReading, Evaluation
from workflows.evaluation.rules import ASKED_BEFORE, Measured
from workflows.pilots import actions as pilots
from workflows.pilots.models import Incident, Indicator, Pilot


def _pilots(seen: Seen, *states: str) -> list[Row]:
    there = {row.id for row in ideas(seen, *(states or ("live",))) if row.stage == "pilot"}
    return [row for row in seen.pilot if row.idea_id in there]


def _runs(game: Game, pilot: Row, said: str, run: Any) -> Try:
    idea, sponsor = game.seen.one("idea", pilot.idea_id), who.sponsor(game.seen, pilot.idea_id)
    people = who.authors(game.seen, idea.id) | ({sponsor} & who.active(game.seen) if sponsor else set())
    return Try(said, who.lent(game.seen, people), run, chain(idea))


@act(_pilots, weight=4)
def check_in(game: Game, pilot: Row) -> Try:
    def run(by: Actor) -> object:
        readings = {one.key: Decimal(9) for one in Indicator.objects.filter(plan__idea=pilot.idea_id)}
        row, note = Pilot.objects.get(pk=pilot.id), "Tout roule."
        return pilots.record_check_in(
            pilot=row, on=clock.today(), pace="on_track", note=note, readings=readings, by=by
        )

    return _runs(game, pilot, "a check-in", run)


@act(lambda seen: _pilots(seen, "live", "held"), weight=2)
def report_incident(game: Game, pilot: Row) -> Try:
    def run(by: Actor) -> object:
        return pilots.report_incident(
            pilot=Pilot.objects.get(pk=pilot.id), text="Une chute sans gravité.", by=by
        )

    return _runs(game, pilot, "an incident", run)


@act(lambda seen: seen.where("incident", closed_at=None), weight=5)
def close_incident(game: Game, incident: Row) -> Try:
    def run(by: Actor) -> object:
        row = Incident.objects.select_related("pilot").get(pk=incident.id)
        return pilots.close_incident(incident=row, note="Le sol est refait.", by=by)

    return _runs(game, game.seen.one("pilot", incident.pilot_id), "an incident closed", run)


@act(lambda seen: [row for row in _pilots(seen) if row.ended_on is None], weight=5)
def end_pilot(game: Game, pilot: Row) -> Try:
    def run(by: Actor) -> object:
        return pilots.end_pilot(pilot=Pilot.objects.get(pk=pilot.id), note="Fin comme prévu.", by=by)

    return _runs(game, pilot, "the end of the pilot", run)


def _leads(seen: Seen, idea: Row) -> who.Rights:
    return who.lent(seen, who.leading(seen, idea.id))


@act(lambda seen: at_work(seen, "evaluation"), weight=6)
def name_evaluator(game: Game, idea: Row) -> Try:
    city = game.city
    chosen = game.picks.of(
        [city.evaluator, city.evaluator, city.panel[6], city.author, city.manager, city.sponsor]
    )

    def run(by: Actor) -> object:
        return evaluation.name_evaluator(idea=fresh(idea), evaluator=game.person(chosen.pk), by=by)

    return Try("an evaluator named", _leads(game.seen, idea), run, chain(idea))


def _writing(seen: Seen) -> list[Row]:
    return [row for row in seen.evaluation if row.delivered_at is None and row.ended_at is None]


@act(_writing, weight=8)
def deliver(game: Game, row: Row) -> Try:
    idea, owner = game.seen.one("idea", row.idea_id), game.person(game.city.head.pk)
    barred = who.hard(game.seen, idea.id, "G4")
    rights = dict.fromkeys({row.evaluator_id} & who.active(game.seen) - barred)
    values = {
        "findings": "De 22 à 9 minutes.",
        "effect_on_staff": "Moins de stress.",
        "run_cost_euros_a_year": 3000,
    }

    def run(by: Actor) -> object:
        found = Evaluation.objects.select_related("evaluator").get(pk=row.id)
        return evaluation.deliver(evaluation=found, advice="scale", run_owner=owner, by=by, **values)

    return Try("the evaluation", rights, run, chain(idea))


@act(_writing, weight=1)
def relieve(game: Game, row: Row) -> Try:
    idea = game.seen.one("idea", row.idea_id)
    rights = _leads(game.seen, idea) | dict.fromkeys({row.evaluator_id} & who.active(game.seen))

    def run(by: Actor) -> object:
        return evaluation.relieve(evaluation=Evaluation.objects.get(pk=row.id), by=by)

    return Try("the evaluator relieved", rights, run, chain(idea))


@act(lambda seen: [row for row in seen.evaluation if row.delivered_at], weight=1)
def name_run_owner(game: Game, row: Row) -> Try:
    idea, owner = game.seen.one("idea", row.idea_id), game.person(game.city.other_manager.pk)

    def run(by: Actor) -> object:
        return evaluation.name_run_owner(evaluation=Evaluation.objects.get(pk=row.id), run_owner=owner, by=by)

    return Try("a run owner named", _leads(game.seen, idea), run, chain(idea))


def _to_read(seen: Seen) -> list[Row]:
    until = (clock.today() + ASKED_BEFORE).isoformat()
    return [row for row in seen.benefitreading if row.read_at is None and row.due_on <= until]


@act(_to_read, weight=8)
def read_benefits(game: Game, row: Row) -> Try:
    """By whoever runs it, or stands in; once that person has left, by a lead."""
    idea = game.seen.one("idea", row.idea_id)
    here = {who.run_owner(game.seen, idea.id)} & who.active(game.seen)
    rights = who.lent(game.seen, here or who.leads(game.seen, idea.id))
    one = game.picks.of([Measured(Decimal(9)), Measured(None, "La caisse est en panne.")])

    def run(by: Actor) -> object:
        found = BenefitReading.objects.get(pk=row.id)
        return benefits.read_benefits(reading=found, measured=[one], note="", by=by)

    return Try(f"benefits after {row.months} months", rights, run, chain(idea))
