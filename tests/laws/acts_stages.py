"""From selection to launch: a sponsor, time, money, a plan."""

from decimal import Decimal
from typing import Any

from ideas.drafting.models import Idea, TeamMember
from incubator.people.actors import Actor
from tests.laws import who
from tests.laws.acts_endings import ideas
from tests.laws.acts_gates import chain
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen
from workflows.pilots import actions as pilots
from workflows.pilots.actions import PlanValues
from workflows.pilots.rules import IndicatorValues
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions
from workflows.sponsorship.models import Pledge, TimeRelease


def in_stage(seen: Seen, *stages: str) -> list[Row]:
    return [row for row in ideas(seen, "live", "held") if row.stage in stages]


def at_work(seen: Seen, stage: str) -> list[Row]:
    """Live in this stage, and before no gate."""
    rounds = {row.idea_id for row in seen.gateround if row.state in ("seating", "open")}
    return [row for row in ideas(seen, "live") if row.stage == stage and row.id not in rounds]


def promised(seen: Seen) -> set[int]:
    return {row.idea_id for row in seen.pledge if row.state == "signed"}


def fresh(idea: Row) -> Idea:
    return Idea.objects.get(pk=idea.id)


def team_and_leads(seen: Seen, idea: Row) -> who.Rights:
    return who.lent(seen, who.authors(seen, idea.id) | who.leads(seen, idea.id))


def _seeking(seen: Seen) -> list[Row]:
    return [row for row in in_stage(seen, "sponsorship", "pilot") if row.id not in promised(seen)]


@act(_seeking, weight=8)
def ask_sponsor(game: Game, idea: Row) -> Try:
    sponsor = game.picks.of(
        [game.city.sponsor, game.city.director, game.city.dga, game.city.author, game.city.finance]
    )

    def run(by: Actor) -> object:
        return sponsorship.ask_sponsor(idea=fresh(idea), sponsor=game.person(sponsor.pk), by=by)

    return Try("a sponsor asked", team_and_leads(game.seen, idea), run, chain(idea))


def _pledge(game: Game, row: Row, said: str, run: Any) -> Try:
    """An answer of the person asked, or of whoever stands in and is not of the team."""
    idea = game.seen.one("idea", row.idea_id)
    rights = who.lent(game.seen, [row.sponsor_id], who.team(game.seen, idea.id))
    if row.sponsor_id not in who.active(game.seen):
        rights = {}
    return Try(said, rights, lambda by: run(pledge=Pledge.objects.get(pk=row.id), by=by), chain(idea))


@act(lambda seen: seen.where("pledge", state="asked"), weight=8)
def promise(game: Game, row: Row) -> Try:
    def run(**act: Any) -> object:
        return sponsorship.promise(days=20, euros=900, cover="Un relais par équipe", **act)

    return _pledge(game, row, "a promise", run)


@act(lambda seen: seen.where("pledge", state="asked"), weight=2)
def decline_pledge(game: Game, row: Row) -> Try:
    return _pledge(game, row, "no promise", sponsorship.decline_pledge)


def _kept(seen: Seen) -> list[Row]:
    there = {row.id for row in in_stage(seen, "sponsorship", "pilot")}
    return [row for row in seen.where("pledge", state="signed") if row.idea_id in there]


@act(_kept, weight=2)
def withdraw_pledge(game: Game, row: Row) -> Try:
    return _pledge(game, row, "a promise taken back", sponsorship.withdraw_pledge)


@act(lambda seen: seen.where("pledge", state="asked"), weight=1)
def take_back_question(game: Game, row: Row) -> Try:
    idea = game.seen.one("idea", row.idea_id)

    def run(by: Actor) -> object:
        return sponsorship.take_back_question(pledge=Pledge.objects.get(pk=row.id), by=by)

    return Try("a sponsor asked no more", team_and_leads(game.seen, idea), run, chain(idea))


def _timely(seen: Seen) -> list[Row]:
    ids = {row.id for stage in ("sponsorship", "pilot") for row in at_work(seen, stage)}
    asked = {row.member_id for row in seen.timerelease if row.state in ("asked", "disputed", "signed")}
    here = who.active(seen)
    members = [row for row in seen.teammember if row.idea_id in ids and row.id not in asked]
    return [row for row in members if row.accepted_at and not row.left_at and row.person_id in here]


@act(_timely, weight=8)
def ask_time(game: Game, member: Row) -> Try:
    def run(by: Actor) -> object:
        row = TeamMember.objects.select_related("idea").get(pk=member.id)
        return time_actions.ask_time(member=row, days_a_month=Decimal("2"), by=by)

    return Try("time asked for", {member.person_id: None}, run, chain(game.seen.one("idea", member.idea_id)))


def _release(game: Game, row: Row, said: str, people: set[int | None], run: Any, *, lent: bool = True) -> Try:
    idea = game.seen.one("idea", game.seen.one("teammember", row.member_id).idea_id)
    own = {pk for pk in people if pk is not None} & who.active(game.seen)
    rights = who.lent(game.seen, own, who.team(game.seen, idea.id)) if lent else dict.fromkeys(own)

    def tried(by: Actor) -> object:
        return run(release=TimeRelease.objects.select_related("member").get(pk=row.id), by=by)

    return Try(said, rights, tried, chain(idea))


def _waits(seen: Seen, whom: str) -> list[Row]:
    if whom == "arbiter":
        return seen.where("timerelease", state="disputed")
    asked = seen.where("timerelease", state="asked")
    return [row for row in asked if (row.manager_id is not None and not row.opinion) == (whom == "manager")]


@act(lambda seen: _waits(seen, "manager"), weight=8)
def time_opinion(game: Game, row: Row) -> Try:
    opinion = game.picks.of(["favourable", "favourable", "reserved"])

    def run(**act: Any) -> object:
        return time_actions.give_time_opinion(opinion=opinion, note="Deux absents en mai.", **act)

    return _release(game, row, f"an opinion on time: {opinion}", {row.manager_id}, run)


@act(lambda seen: _waits(seen, "director"), weight=8)
def sign_time(game: Game, row: Row) -> Try:
    return _release(game, row, "time signed", {row.director_id}, time_actions.sign_time_release)


@act(lambda seen: _waits(seen, "director"), weight=2)
def refuse_time(game: Game, row: Row) -> Try:
    def run(**act: Any) -> object:
        return time_actions.refuse_time_release(note="Le service est à deux.", **act)

    return _release(game, row, "time refused", {row.director_id}, run)


@act(lambda seen: _waits(seen, "arbiter"), weight=8)
def arbitrate_time(game: Game, row: Row) -> Try:
    signed = game.picks.of([True, False])
    dgas = {mandate.holder_id for mandate in who.mandates(game.seen, ["dga"])} - {
        row.manager_id,
        row.director_id,
    }

    def run(**act: Any) -> object:
        return time_actions.arbitrate_time(released=signed, note="Un renfort vient en mai.", **act)

    return _release(game, row, f"time settled: {signed}", set(dgas), run)


@act(lambda seen: [row for row in seen.timerelease if row.state != "withdrawn"], weight=1)
def take_back_time(game: Game, row: Row) -> Try:
    member = game.seen.one("teammember", row.member_id).person_id
    return _release(game, row, "time asked for no more", {member}, time_actions.take_back_time, lent=False)


def _budgets(seen: Seen) -> list[tuple[Row, str]]:
    said = {(row.idea_id, row.gate) for row in seen.budgetline}
    found = [(row, "G2") for row in in_stage(seen, "sponsorship") if row.id in promised(seen)]
    found += [(row, "G4") for row in in_stage(seen, "evaluation")]
    return [(idea, gate) for idea, gate in found if (idea.id, gate) not in said]


@act(_budgets, weight=8)
def confirm_budget(game: Game, target: tuple[Row, str]) -> Try:
    idea, gate = target
    team = who.team(game.seen, idea.id)
    close = team | who.managers(game.seen, team)
    holders = [
        {row.holder_id for row in who.mandates(game.seen, [one])} - close for one in ("finance", "dgs")
    ]
    rights = who.lent(game.seen, holders[0] or holders[1], team)
    none = game.picks.of([False, True])

    def run(by: Actor) -> object:
        said = {"euros": 900, "reference": "2026-61-12", "none_needed": none}
        return sponsorship.confirm_budget(idea=fresh(idea), gate=gate, by=by, **said)

    return Try(f"the budget line of {gate}", rights, run, chain(idea))


def _plannable(seen: Seen) -> list[Row]:
    sealed = {row.idea_id for row in seen.pilotplan if row.sealed_at or row.where}
    fast = [row for row in ideas(seen, "live") if row.route == "fast" and row.stage == "submission"]
    return [row for row in [*at_work(seen, "sponsorship"), *fast] if row.id not in sealed]


@act(_plannable, weight=8)
def save_plan(game: Game, idea: Row) -> Try:
    minutes = IndicatorValues("Minutes perdues", "min", "down", Decimal(22), Decimal(8))
    version = next((row.version for row in game.seen.pilotplan if row.idea_id == idea.id), 0)
    values = PlanValues(
        "Deux quartiers", game.picks.of([2, 6]), "Deux accidents", "Par affiche", 1, [minutes]
    )
    rights = dict.fromkeys(sorted(who.authors(game.seen, idea.id)))

    def run(by: Actor) -> object:
        return pilots.save_plan(idea=fresh(idea), version=version, values=values, by=by)

    return Try("the pilot plan", rights, run, chain(idea))


@act(lambda seen: [row for row in at_work(seen, "sponsorship") if row.id in promised(seen)], weight=6)
def request_launch(game: Game, idea: Row) -> Try:
    rights = dict.fromkeys(sorted(who.authors(game.seen, idea.id)))
    return Try(
        "launch asked for",
        rights,
        lambda by: sponsorship.request_launch(idea=fresh(idea), by=by),
        chain(idea),
    )
