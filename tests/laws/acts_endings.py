"""Handed in, completed, taken back, held and woken; stopped and looked at again; sent up; an author followed."""

from datetime import timedelta

from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.models import Department
from tests.journey.test_routes import PHOTO
from tests.laws import who
from tests.laws.acts_gates import by_lead, chain
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen
from workflows.journey import actions as journey


def ideas(seen: Seen, *states: str) -> list[Row]:
    return [row for row in seen.idea if row.state in states]


def _team(seen: Seen, idea: Row, *roles: str) -> who.Rights:
    return dict.fromkeys(sorted(who.authors(seen, idea.id, *roles)))


def leads_alone(seen: Seen, idea: Row) -> who.Rights:
    """The leads in person: this is not lent."""
    return {pk: None for pk, lent in by_lead(seen, idea).items() if lent is None}


@act(lambda seen: ideas(seen, "draft"), weight=5)
def submit(game: Game, idea: Row) -> Try:
    route = game.picks.of(["standard", "local", "fast"])
    service = Department.objects.get(pk=game.city.service.pk) if route == "local" else None

    def run(by: Actor) -> object:
        return journey.submit(idea=idea.key, by=by, route=route, service=service)

    return Try(f"submission, {route}", _team(game.seen, idea, "author"), run, chain(idea))


def _back(seen: Seen) -> list[Row]:
    lapsed = {row.idea_id for row in seen.hold if row.woken_at is None and row.cause == "lapsed_rework"}
    return [row for row in ideas(seen, "live", "held") if row.holder == "author" or row.id in lapsed]


@act(_back, weight=10)
def resubmit(game: Game, idea: Row) -> Try:
    rights = _team(game.seen, idea)
    return Try("the completed text", rights, lambda by: journey.resubmit(idea=idea.key, by=by), chain(idea))


@act(lambda seen: ideas(seen, "live", "held"), weight=1)
def withdraw(game: Game, idea: Row) -> Try:
    rights = _team(game.seen, idea, "author")
    return Try("withdrawal", rights, lambda by: journey.withdraw(idea=idea.key, by=by), chain(idea))


@act(lambda seen: ideas(seen, "held"), weight=5)
def wake(game: Game, idea: Row) -> Try:
    said = game.picks.of(["Le local est libre.", "Le local est libre.", ""])

    def run(by: Actor) -> object:
        return journey.wake(idea=idea.key, by=by, condition_met=said)

    return Try("a hold ended by hand", leads_alone(game.seen, idea), run, chain(idea))


def windows(seen: Seen) -> list[Row]:
    return [row for row in seen.reexamination if row.closed_at is None and row.asked_at is None]


def _idea(game: Game, row: Row) -> Row:
    return game.seen.one("idea", row.idea_id)


@act(lambda seen: [row for row in windows(seen) if row.gate != "L"], weight=8)
def ask_reexamination(game: Game, window: Row) -> Try:
    idea = _idea(game, window)

    def run(by: Actor) -> object:
        return journey.ask_reexamination(idea=idea.key, by=by, grounds="Un essai a eu lieu.")

    return Try("a re-examination asked for", _team(game.seen, idea), run, chain(idea))


@act(lambda seen: [row for row in seen.reexamination if row.closed_at is None and row.asked_at], weight=8)
def answer_reexamination(game: Game, asked: Row) -> Try:
    idea, answer = _idea(game, asked), game.picks.of(["overturned", "upheld"])
    reasons = "L’essai change la lecture du dossier."

    def run(by: Actor) -> object:
        return journey.answer_reexamination(idea=idea.key, by=by, answer=answer, reasons=reasons)

    rights = who.may_reexamine(game.seen, asked)
    # Others could, but were not asked.
    able = who.able_to_reexamine(game.seen, idea.id, asked.gate)
    tempted = sorted(who.took_part(game.seen, idea.id) | set(able) - set(rights))
    return Try(f"the re-examination: {answer}", rights, run, chain(idea), tempted=tempted)


@act(windows, weight=2)
def hand_over_answer(game: Game, window: Row) -> Try:
    idea = _idea(game, window)
    day = clock.today() - timedelta(days=game.picks.of([0, 1, 30]))

    def run(by: Actor) -> object:
        return journey.hand_over_answer(idea=idea.key, by=by, on=day)

    return Try("an answer handed over", leads_alone(game.seen, idea), run, chain(idea))


@act(lambda seen: [row for row in windows(seen) if row.gate == "L"], weight=6)
def send_up(game: Game, window: Row) -> Try:
    idea = _idea(game, window)

    def run(by: Actor) -> object:
        return journey.send_up(idea=idea.key, by=by, reasons="Trois services ont la même gêne.")

    return Try("a local no sent up", _team(game.seen, idea), run, chain(idea))


def _doing(seen: Seen) -> list[Row]:
    return [row for row in ideas(seen, "live") if row.route == "local" and row.holder == "team"]


@act(_doing, weight=4)
def report_done(game: Game, idea: Row) -> Try:
    rounds = {row.id for row in game.seen.gateround if row.idea_id == idea.id and row.gate == "L"}
    said_yes = {
        row.decider_id for row in game.seen.decision if row.round_id in rounds and row.outcome == "go"
    }
    rights = dict.fromkeys(sorted(who.authors(game.seen, idea.id) | said_yes & who.active(game.seen)))

    def run(by: Actor) -> object:
        return journey.report_done(idea=idea.key, by=by, line="Six vélos roulent.", photo=PHOTO)

    return Try("done, with a photo and a line", rights, run, chain(idea))


def _asked_to_follow(seen: Seen) -> list[Row]:
    here = who.active(seen)
    return [r for r in seen.teammember if r.carry_on_due_at and not r.left_at and r.person_id in here]


@act(_asked_to_follow, weight=6)
def carry_on(game: Game, member: Row) -> Try:
    idea, yes = _idea(game, member), game.picks.of([True, True, False])
    run = journey.carry_on if yes else journey.not_carry_on
    rights = {row.person_id: None for row in _asked_to_follow(game.seen) if row.idea_id == idea.id}
    return Try(f"carrying on: {yes}", rights, lambda by: run(idea=idea.key, by=by), chain(idea))


@act(lambda seen: [row for row in seen.merge if row.undone_at is None and row.final_at is None], weight=5)
def undo_merge(game: Game, merge: Row) -> Try:
    """By a lead who is close to neither."""
    idea = _idea(game, merge)
    close = who.hard(game.seen, merge.target_id, "")
    rights = {pk: None for pk in leads_alone(game.seen, idea) if pk not in close}

    def run(by: Actor) -> object:
        return journey.undo_merge(idea=idea.key, by=by, reasons="Les deux besoins sont bien distincts.")

    return Try("a merge undone", rights, run, chain(idea))


@act(lambda seen: ideas(seen, "stopped"), weight=2)
def add_learning(game: Game, idea: Row) -> Try:
    def run(by: Actor) -> object:
        return journey.add_learning(idea=idea.key, by=by, text="Un essai d’un mois suffit à le voir.")

    return Try("what was learnt", _team(game.seen, idea), run, chain(idea))
