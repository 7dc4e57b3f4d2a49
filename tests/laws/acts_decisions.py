"""Decisions: every outcome, permitted or not, second signatures, conditions."""

from datetime import timedelta
from typing import Any

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.people.actors import Actor
from incubator.people.models import Department
from tests.journey import cast as play
from tests.laws import who
from tests.laws.acts_gates import by_lead, chain, idea_of, open_rounds, unvoted_seats
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen
from workflows.gates import actions as gates
from workflows.gates.actions import Choice

ONWARD = {"G4": ["scale", "transfer", "extend"], "G3": ["go", "go_with_conditions", "extend"], "L": ["go"]}
BACK = {"L": ["stop", "to_programme"], "F": ["rework", "hold", "stop", "to_programme", "merge", "redirect"]}
BACK["G0"] = BACK["G1"] = ["rework", "hold", "stop", "stop", "merge", "redirect"]


def choice_of(game: Game, idea: Row, rules: dict[str, Any]) -> Choice:
    """An outcome as the history leans, with all that it asks for; now and then something lacks, or does not fit."""
    gate, picks = rules["gate"], game.picks
    onward, back = ONWARD.get(gate, ["go", "go_with_conditions"]), BACK.get(gate, ["rework", "hold", "stop"])
    leaning = {"kind": [onward, onward, back], "strict": [back, back, onward]}.get(game.mood, [onward, back])
    outcome = picks.of(picks.of(leaning))
    hoped = [said.split(" ")[1] for said in game.wanted if said.startswith(f"{gate} ")]
    if hoped and picks.of([False, True, True]):
        outcome = picks.of(hoped)
    if picks.once_in(25):
        outcome = picks.of(["go", "extend", "scale", "to_programme", "merge", "redirect", "nonsense"])
    keys = [rule["key"] for rule in [*rules["must_meet"], *rules.get("criteria", [])]]
    by_date = picks.once_in(2)
    conditional = outcome == "go_with_conditions" or (
        outcome in who.GO_ON and gate == "G4" and picks.once_in(3)
    )
    owner = game.person(picks.of([game.city.lead, game.city.dgs]).pk)
    asked = [rule["key"] for rule in rules["must_meet"] if rule["kind"] == "judgement"]
    handed = picks.of(["service", "hr", "safety_register"]) if outcome == "redirect" else ""
    others = [row for row in game.seen.idea if row.state in ("live", "held") and row.id != idea.id]
    target = picks.of(others) if outcome == "merge" and others else None
    return Choice(
        target=Idea.objects.get(pk=target.id) if target else None,
        redirect_to=handed,
        service=Department.objects.get(pk=game.city.service.pk) if handed == "service" else None,
        outcome=outcome,
        reasons=play.REASONS if not picks.once_in(25) else "non",
        criterion_reasons={picks.of(keys): "Il manque un constat d’usagers."}
        if outcome not in who.GO_ON
        else {},
        departure_reason="Le dossier dit davantage que les notes.",
        conditions=[("Tester de nuit", owner, clock.today() + timedelta(days=20))] if conditional else [],
        gaps=["Chiffrer le besoin"],
        learning="Le besoin existe ; la solution est à revoir.",
        hold_until=clock.today() + timedelta(days=picks.of([10, 40])) if by_date else None,
        hold_condition="" if by_date else "Le local est libre.",
        answers={} if rules.get("seats") else dict.fromkeys(asked, "no" if picks.once_in(9) else "yes"),
    )


def undecided(seen: Seen) -> list[Row]:
    drafted = {row.round_id for row in seen.decision}
    return [row for row in seen.gateround if row.state == "open" and row.id not in drafted]


def ready(seen: Seen) -> list[Row]:
    """Rounds whose panel has voted, or had its time; in a session, whose list is settled."""
    late = seen.now.isoformat()
    waiting = {row.round_id for row in unvoted_seats(seen)}
    found = [
        row for row in undecided(seen) if row.id not in waiting or (row.review_due_at or row.due_at) <= late
    ]
    return [row for row in found if not row.comparison or row.comparison["result"]]


def _decide(game: Game, round_: Row) -> Try:
    rules, idea = game.rules(round_.id), idea_of(game.seen, round_.id)
    choice = choice_of(game, idea, rules)

    def run(by: Actor) -> object:
        return gates.decide(round_key=round_.key, by=by, choice=choice)

    rights, holders = who.may_decide(game.seen, round_, rules), who.deciding(game.seen, round_, rules)
    tempted = sorted({row.holder_id for row in holders} & who.hard(game.seen, idea.id, round_.gate))
    return Try(f"{choice.outcome} at {round_.gate}", rights, run, chain(idea), tempted=tempted)


@act(ready, weight=14)
def decide(game: Game, round_: Row) -> Try:
    return _decide(game, round_)


@act(undecided, weight=1)
def decide_early(game: Game, round_: Row) -> Try:
    return _decide(game, round_)


def drafts(seen: Seen) -> list[Row]:
    """Decisions that wait for a second signature."""
    found = [row for row in seen.decision if row.issued_at is None]
    return [row for row in found if not _waits_for_consent(seen, row)]


def _waits_for_consent(seen: Seen, draft: Row) -> bool:
    """A redirect, signed where it needs to be: by sponsor and lead nowhere, for it is not open to them."""
    return bool(draft.outcome == "redirect" and draft.issued_at is None)


def handed_on(seen: Seen) -> list[Row]:
    return [row for row in seen.decision if _waits_for_consent(seen, row)]


def _consent(game: Game, draft: Row, said: str, run: Any) -> Try:
    idea = idea_of(game.seen, draft.round_id)
    rights = dict.fromkeys(sorted(who.authors(game.seen, idea.id)))
    return Try(said, rights, lambda by: run(decision_key=draft.key, by=by), chain(idea))


@act(handed_on, weight=8)
def consent(game: Game, draft: Row) -> Try:
    return _consent(game, draft, "an author consents", gates.consent)


@act(handed_on, weight=2)
def decline_consent(game: Game, draft: Row) -> Try:
    return _consent(game, draft, "an author does not consent", gates.decline_consent)


@act(undecided, weight=1)
def keep_decision(game: Game, round_: Row) -> Try:
    rights = who.may_decide(game.seen, round_, game.rules(round_.id))
    typed = {"reasons": "Il manque encore un constat."}
    run = gates.keep_decision
    return Try(
        "a decision put aside",
        rights,
        lambda by: run(round_key=round_.key, by=by, typed=typed),
        _on(game, round_),
    )


def _on(game: Game, round_: Row) -> tuple[str, str]:
    return chain(idea_of(game.seen, round_.id))


@act(open_rounds, weight=1)
def ask_expert(game: Game, round_: Row) -> Try:
    expert, due = game.person(game.city.finance.pk), clock.today() + timedelta(days=6)

    def run(by: Actor) -> object:
        asked = "Une ligne existe-t-elle pour cela ?"
        return gates.ask_expert(round_key=round_.key, expert=expert, question=asked, due_on=due, by=by)

    rights = by_lead(game.seen, idea_of(game.seen, round_.id), round_.gate)
    return Try("an expert asked", rights, run, _on(game, round_))


def _questions(seen: Seen) -> list[Row]:
    rounds = {row.id for row in open_rounds(seen)}
    found = [row for row in seen.expertquestion if row.round_id in rounds]
    return [row for row in found if row.answered_at is None and row.closed_at is None]


@act(_questions, weight=6)
def answer_expert(game: Game, question: Row) -> Try:
    round_ = game.seen.one("gateround", question.round_id)
    here = {question.expert_id} & who.active(game.seen)
    rights = who.lent(game.seen, here, who.hard(game.seen, round_.idea_id, round_.gate))
    run = gates.answer_expert
    return Try(
        "an expert answers",
        rights,
        lambda by: run(question_key=question.key, answer="Oui, la 61.", by=by),
        _on(game, round_),
    )


@act(_questions, weight=1)
def close_question(game: Game, question: Row) -> Try:
    round_ = game.seen.one("gateround", question.round_id)
    rights = by_lead(game.seen, idea_of(game.seen, round_.id), round_.gate)
    run = gates.close_question
    return Try(
        "a question closed",
        rights,
        lambda by: run(question_key=question.key, reason="Réponse trouvée ailleurs.", by=by),
        _on(game, round_),
    )


@act(drafts, weight=1)
def decide_anew(game: Game, draft: Row) -> Try:
    """The writer of a draft that waits for its second signature chooses again."""
    return _decide(game, game.seen.one("gateround", draft.round_id))


def may_sign(seen: Seen, draft: Row, rules: dict[str, Any]) -> who.Rights:
    """Whoever could be the second: a superset, for the law is that it is someone else, with a mandate, not close."""
    round_ = seen.one("gateround", draft.round_id)
    taken = {draft.decider_id, draft.on_behalf_of_id}
    holders = {row.holder_id for row in who.deciding(seen, round_, rules)}
    if not (rules["decider"] == "sponsor_and_lead" and not round_.handed_to):
        everywhere = [row.id for row in seen.department]
        for place in [None, *everywhere]:
            holders |= {row.holder_id for row in who.mandates(seen, ["director", "dga"], place)}
    rights = who.lent(seen, holders - taken, who.hard(seen, round_.idea_id, round_.gate))
    return {pk: lent for pk, lent in rights.items() if pk not in taken}


@act(drafts, weight=12)
def sign_second(game: Game, draft: Row) -> Try:
    rights = may_sign(game.seen, draft, game.rules(draft.round_id))
    idea = idea_of(game.seen, draft.round_id)
    return Try(
        f"the second signature of {draft.outcome}",
        rights,
        lambda by: gates.sign_second(decision_key=draft.key, by=by),
        chain(idea),
    )


@act(drafts, weight=2)
def decline_signature(game: Game, draft: Row) -> Try:
    rights = may_sign(game.seen, draft, game.rules(draft.round_id))
    return Try(
        "no second signature",
        rights,
        lambda by: gates.decline(decision_key=draft.key, by=by),
        chain(idea_of(game.seen, draft.round_id)),
    )


@act(
    lambda seen: [row for row in seen.gateround if (row.state, row.gate, row.handed_to) == ("open", "G3", "")]
)
def hand_over(game: Game, round_: Row) -> Try:
    rights = who.may_decide(game.seen, round_, game.rules(round_.id))
    return Try(
        "sponsor and lead do not agree",
        rights,
        lambda by: gates.hand_over(round_key=round_.key, by=by),
        chain(idea_of(game.seen, round_.id)),
    )


def open_conditions(seen: Seen) -> list[Row]:
    issued = {row.id for row in seen.decision if row.issued_at}
    return [row for row in seen.condition if row.met_at is None and row.decision_id in issued]


def _of(seen: Seen, condition: Row) -> Row:
    return idea_of(seen, seen.one("decision", condition.decision_id).round_id)


@act(lambda seen: [row for row in open_conditions(seen) if not row.met_note])
def report_condition(game: Game, condition: Row) -> Try:
    idea = _of(game.seen, condition)
    rights = dict.fromkeys(({condition.owner_id} | who.authors(game.seen, idea.id)) & who.active(game.seen))
    if condition.owner_id not in who.active(game.seen):
        rights |= by_lead(game.seen, idea)
    return Try(
        "a condition said to be met",
        rights,
        lambda by: gates.report_condition(condition_key=condition.key, by=by, note="C’est fait."),
        chain(idea),
    )


@act(open_conditions, weight=4)
def confirm_condition(game: Game, condition: Row) -> Try:
    idea = _of(game.seen, condition)
    own = {pk: None for pk, lent in by_lead(game.seen, idea).items() if lent is None}
    return Try(
        "a condition confirmed",
        own,
        lambda by: gates.confirm_condition(condition_key=condition.key, by=by),
        chain(idea),
    )
