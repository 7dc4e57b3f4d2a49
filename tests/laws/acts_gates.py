"""A panel: seats given, left and changed; votes cast, replaced and opened."""

from typing import Any

from incubator.people.actors import Actor
from tests.journey import cast as play
from tests.laws import who
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen
from workflows.gates import actions as gates

# What a history's people lean to.
LEANING = {
    "kind": ["go", "go", "go", "go_if"],
    "strict": ["not_now", "not_now", "not_now", "go"],
    "mixed": ["go", "not_now", "go_if", "abstain"],
}


def open_rounds(seen: Seen) -> list[Row]:
    return [row for row in seen.gateround if row.state in ("seating", "open")]


def open_seats(seen: Seen) -> list[Row]:
    rounds = {row.id for row in open_rounds(seen)}
    return [row for row in seen.seat if row.state == "open" and row.round_id in rounds]


def voted(seen: Seen) -> set[int]:
    return {row.seat_id for row in seen.vote if row.in_force}


def unvoted_seats(seen: Seen) -> list[Row]:
    already = voted(seen)
    return [row for row in open_seats(seen) if row.id not in already]


def voted_seats(seen: Seen) -> list[Row]:
    already = voted(seen)
    return [row for row in open_seats(seen) if row.id in already]


def idea_of(seen: Seen, round_: int) -> Row:
    return seen.one("idea", seen.one("gateround", round_).idea_id)


def chain(idea: Row) -> tuple[str, str]:
    return "idea", str(idea.key)


def in_seat(seen: Seen, seat: Row) -> who.Rights:
    """Who acts in a seat: its holder, or whoever stands in, neither too close."""
    round_ = seen.one("gateround", seat.round_id)
    barred = who.hard(seen, round_.idea_id, round_.gate)
    return (
        {}
        if seat.person_id in barred
        else who.lent(seen, [seat.person_id] if _here(seen, seat) else [], barred)
    )


def _here(seen: Seen, seat: Row) -> bool:
    return seat.person_id in who.active(seen)


def ballot(game: Game, rules: dict[str, Any], choice: str) -> dict[str, Any]:
    """Answers to everything asked, some of them “no” or “does not apply”."""
    level = {"not_now": 1}.get(choice, 3)
    answers = play.full_vote(rules, choice, game.picks.of([level, level, 4 - level, 4]))
    for key, answer in answers["must_meets"].items():
        if game.picks.once_in(9):
            answers["must_meets"][key] = answer | {"answer": "no", "reason": "Rien ne le montre."}
    for key in answers["scores"]:
        if game.picks.once_in(12):
            answers["scores"][key] = {"not_applicable": True}
    return answers


def _leaning(game: Game, gate: str) -> list[str]:
    """As the history is minded; where an outcome is wanted that only a favourable opinion permits, favourably."""
    if any(said.startswith(f"{gate} ") and said.split(" ")[1] in who.GO_ON for said in game.wanted):
        return LEANING["kind"]
    return LEANING[game.mood]


def _vote(game: Game, seat: Row, said: str) -> Try:
    round_, idea = game.seen.one("gateround", seat.round_id), idea_of(game.seen, seat.round_id)
    choice = game.picks.of(_leaning(game, round_.gate) * 3 + ["go", "not_now", "abstain"])
    answers = ballot(game, game.rules(round_.id), choice)
    version = game.seen.one("ideacontent", idea.id, "idea_id").version - game.picks.once_in(15)

    def run(by: Actor) -> object:
        return gates.vote(seat_key=seat.key, by=by, content_version=version, **answers)

    rights, what = in_seat(game.seen, seat), f"{said} {choice} at {round_.gate}"
    return Try(
        what, rights, run, chain(idea), tempted=[seat.person_id, *who.stand_ins(game.seen, seat.person_id)]
    )


@act(unvoted_seats, weight=14)
def vote(game: Game, seat: Row) -> Try:
    return _vote(game, seat, "a vote")


@act(voted_seats, weight=2)
def vote_again(game: Game, seat: Row) -> Try:
    """Replaced, unless its holder opened the others'; also late, when the panel's time is over."""
    return _vote(game, seat, "a vote in place of another:")


@act(
    lambda seen: [row for row in unvoted_seats(seen) if seen.one("gateround", row.round_id).gate == "G0"],
    weight=4,
)
def admit(game: Game, seat: Row) -> Try:
    from tests.laws.acts_decisions import choice_of

    idea, rules = idea_of(game.seen, seat.round_id), game.rules(seat.round_id)
    choice = choice_of(game, idea, rules)
    answers = ballot(game, rules, "go")["must_meets"]
    version = game.seen.one("ideacontent", idea.id, "idea_id").version
    round_ = game.seen.one("gateround", seat.round_id)
    deciding = who.may_decide(game.seen, round_, rules)
    rights = {pk: lent for pk, lent in in_seat(game.seen, seat).items() if pk in deciding}

    def run(by: Actor) -> object:
        return gates.admit(
            seat_key=seat.key, by=by, must_meets=answers, choice=choice, content_version=version
        )

    # Both acts in one: a vote and a decision, each with its event.
    return Try(f"admission: {choice.outcome}", rights, run, chain(idea), events=2)


@act(lambda seen: [row for row in voted_seats(seen) if row.others_opened_at is None], weight=2)
def open_others(game: Game, seat: Row) -> Try:
    idea = idea_of(game.seen, seat.round_id)
    rights, tempted = in_seat(game.seen, seat), [seat.person_id]
    run = gates.open_others
    said = "opening the others’ votes"
    return Try(said, rights, lambda by: run(seat_key=seat.key, by=by), chain(idea), tempted=tempted)


@act(lambda seen: [row for row in voted_seats(seen) if row.is_chair and row.others_opened_at], weight=3)
def call_discussion(game: Game, seat: Row) -> Try:
    idea, rights = idea_of(game.seen, seat.round_id), in_seat(game.seen, seat)
    return Try(
        "a discussion", rights, lambda by: gates.call_discussion(seat_key=seat.key, by=by), chain(idea)
    )


@act(open_seats, weight=2)
def step_aside(game: Game, seat: Row) -> Try:
    idea = idea_of(game.seen, seat.round_id)
    rights = who.lent(game.seen, [seat.person_id]) if _here(game.seen, seat) else {}
    return Try("stepping aside", rights, lambda by: gates.step_aside(seat_key=seat.key, by=by), chain(idea))


def by_lead(seen: Seen, idea: Row, gate: str = "") -> who.Rights:
    return who.lent(seen, who.leading(seen, idea.id), who.hard(seen, idea.id, gate))


@act(lambda seen: [row for row in seen.gateround if row.state == "seating"], weight=2)
def seat_by_hand(game: Game, round_: Row) -> Try:
    idea = idea_of(game.seen, round_.id)
    everyone = [
        *game.city.panel,
        game.city.chair,
        game.city.other_chair,
        game.city.colleague,
        *game.city.strangers,
    ]
    person = game.person(game.picks.of(everyone).pk)
    chaired, reason = game.picks.once_in(2), game.picks.of(["Elle connaît le métier.", ""])

    def run(by: Actor) -> object:
        return gates.seat(round_key=round_.key, person=person, by=by, conflict_reason=reason, chair=chaired)

    return Try(f"seating {person.staff_number}", by_lead(game.seen, idea, round_.gate), run, chain(idea))


@act(unvoted_seats, weight=1)
def change_seat(game: Game, seat: Row) -> Try:
    round_, idea = game.seen.one("gateround", seat.round_id), idea_of(game.seen, seat.round_id)
    named = game.picks.of([None, *game.city.panel[4:], game.city.colleague])
    person = named and game.person(named.pk)

    def run(by: Actor) -> object:
        return gates.change_seat(seat_key=seat.key, by=by, reason="Il est en formation.", person=person)

    return Try("a seat changed", by_lead(game.seen, idea, round_.gate), run, chain(idea))
