"""Laws 2, 3 and 10: one round, one vote, one decision with its mandate; rules that stay as they were pinned."""

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.laws import who
from tests.laws.seen import Row, Seen
from workflows.gates.models import GateRound
from workflows.gates.rules import differences

if TYPE_CHECKING:
    from tests.laws.game import Game


def _violation(message: str) -> Exception:
    from tests.laws.game import Violation

    return Violation(message)


def one_of_each(seen: Seen) -> None:
    """Law 2: one open round per idea, one vote in force per seat, one chair; what is decided has its decision."""
    rounds = Counter(row.idea_id for row in seen.gateround if row.state in ("seating", "open"))
    votes = Counter(row.seat_id for row in seen.vote if row.in_force)
    chairs = Counter(row.round_id for row in seen.seat if row.is_chair and row.state in ("open", "closed"))
    for name, counted in (("open rounds", rounds), ("votes in force", votes), ("chairs", chairs)):
        if counted and max(counted.values()) > 1:
            raise _violation(f"law 2: two {name}")
    issued = {row.round_id for row in seen.decision if row.issued_at}
    closed = {row.id for row in seen.gateround if row.state == "decided"}
    if issued != closed:
        raise _violation("law 2: decided rounds and issued decisions differ")


def decided(game: "Game", before: Seen) -> None:
    """Laws 2 and 3, for each decision issued in this step."""
    for _table, old, new in game.seen.changed(before, "decision"):
        if new is None or not new.issued_at or (old and old.issued_at):
            continue
        round_ = game.seen.one("gateround", new.round_id)
        _mandated(game, before, round_, new)
        _reasoned(game.seen, round_, new)
        _follows(game, round_, new)
        game.outcomes[f"{round_.gate} {new.outcome}"] += 1


def _mandated(game: "Game", before: Seen, round_: Row, decision: Row) -> None:
    """Law 3: by the delegation named, valid on that day for that gate, of whoever decided or of whom they stand for."""
    mandate = before.one("mandate", decision.mandate_id)
    valid = {row.id for row in who.deciding(before, round_as(before, round_), game.rules(round_.id))}
    if mandate.id not in valid:
        raise _violation(
            f"law 3: no valid mandate for {round_.gate}: {mandate.capacity} until {mandate.ends_on}"
        )
    _holds(before, mandate, decision.decider_id, decision.on_behalf_of_id)
    if decision.second_signer_id is not None:
        second = before.one("mandate", decision.second_mandate_id)
        if not who.runs(second, before.day):
            raise _violation("law 3: the second mandate is over")
        _holds(before, second, decision.second_signer_id, decision.second_on_behalf_of_id)


def round_as(seen: Seen, round_: Row) -> Row:
    """The round as it was; one that came in this very step as it is."""
    found = seen.where("gateround", id=round_.id)
    return found[0] if found else round_


def _holds(before: Seen, mandate: Row, person: int, principal: int | None) -> None:
    if mandate.holder_id != (principal or person):
        raise _violation("law 3: someone else’s mandate")
    if principal is not None and person not in who.stand_ins(before, principal):
        raise _violation("law 3: a deputy of nobody absent")


def _reasoned(seen: Seen, round_: Row, decision: Row) -> None:
    """Law 3: reasons, tied to a criterion unless it goes on; and what the author can do next."""
    onward = decision.outcome in who.GO_ON
    if len(decision.reasons.strip()) < 10 or (not onward and not decision.criterion_reasons):
        raise _violation(f"law 3: {decision.outcome} without reasons")
    if decision.departs and not decision.departure_reason.strip():
        raise _violation("law 3: a departure without its reason")
    idea = seen.one("idea", round_.idea_id)
    opened = {
        "stop": idea.state == "stopped"
        and any(r.idea_id == idea.id and not r.closed_at for r in seen.reexamination),
        "rework": idea.holder == "author" and decision.gaps and decision.author_due_at,
        "hold": idea.state == "held" and (decision.hold_until or decision.hold_condition),
        "merge": idea.state == "merged",
        "redirect": idea.state == "redirected" and decision.consented_by_id,
    }.get(decision.outcome, idea.state in ("live", "in_service"))
    if not decision.next_steps or not opened:
        raise _violation(f"law 3: nothing the author can do after {decision.outcome}")


def _follows(game: "Game", round_: Row, decision: Row) -> None:
    """Law 2: the opinion counted anew from the rows, the decision among those it leaves open, and an equal replay."""
    row = GateRound.objects.get(pk=round_.id)
    record: dict[str, Any] = row.record or {}
    if found := differences(record, departs=decision.departs):
        raise _violation(f"law 2: {round_.gate} replays otherwise: {found}")
    result = record["opinion"]["result"]
    if "seats" not in (record.get("comparison") or {}):
        unmet = _unmet(game.seen, round_, decision)
        counted = opinion(game.rules(round_.id), _ballots(game.seen, round_), unmet=unmet)
        if counted not in (result, "blocked"):
            raise _violation(f"law 2: the opinion at {round_.gate} is {result}, counted it is {counted}")
    _permitted(game, round_, decision, record, result)


def _ballots(seen: Seen, round_: Row) -> list[dict[str, Any]]:
    """The votes that count, from the rows of the tables: their content is read where it lies."""
    from workflows.gates.models import Vote

    seats = {row.id: row for row in seen.seat if row.round_id == round_.id and row.state == "closed"}
    votes = Vote.objects.filter(seat__in=list(seats), in_force=True)
    fields = ("seat_id", "choice", "scores", "must_meets")
    return [
        {**vote, "chair": seats[vote["seat_id"]].is_chair, "other": seats[vote["seat_id"]].other_department}
        for vote in votes.values(*fields)
    ]


def _unmet(seen: Seen, round_: Row, decision: Row) -> bool:
    """Whether a condition of an earlier decision on the idea is open: a fact at every gate after the first."""
    own = {row.id for row in seen.gateround if row.idea_id == round_.idea_id}
    before = {row.id for row in seen.decision if row.round_id in own and row.issued_at} - {decision.id}
    return round_.gate != "G0" and any(
        row.met_at is None for row in seen.condition if row.decision_id in before
    )


def opinion(rules: dict[str, Any], votes: list[dict[str, Any]], *, unmet: bool = False) -> str:
    """What a panel says, counted plainly; `blocked` where only a fact decides between go on and not now.

    `unmet`: a condition of an earlier decision is open.
    """
    if not rules.get("seats"):
        return "none"
    sides = Counter(vote["choice"] for vote in votes)
    for_it, against = sides["go"] + sides["go_if"], sides["not_now"]
    chair = next((vote["choice"] for vote in votes if vote["chair"]), "abstain")
    score = _score(rules, votes)
    met = [_met(rule["key"], votes) for rule in rules["must_meet"] if rule["kind"] == "judgement"]
    tied = for_it == against and chair == "abstain"
    lacking = len(votes) < rules["quorum"] or not for_it + against or None in met or tied
    lacking = lacking or (rules.get("diversity") and not any(vote["other"] for vote in votes))
    if lacking or (rules.get("criteria") and score is None):
        return "incomplete"
    if against > for_it or (for_it == against and chair == "not_now") or False in met:
        return "not_now"
    if score is not None and score < Fraction(str(rules.get("threshold", 0))):
        return "not_now"
    if unmet or any(rule["kind"] == "fact" for rule in rules["must_meet"]):
        return "blocked"
    if sides["go"] == sides["go_if"]:
        return "go" if chair == "go" else "go_if"
    return "go" if sides["go"] > sides["go_if"] else "go_if"


def _met(key: str, votes: list[dict[str, Any]]) -> bool | None:
    answers = [vote["must_meets"].get(key, {}).get("answer") for vote in votes]
    said = Counter(answer for answer in answers if answer)
    return said["yes"] > said["no"] if said else None


def _score(rules: dict[str, Any], votes: list[dict[str, Any]]) -> Fraction | None:
    total, weights = Fraction(0), 0
    for rule in rules.get("criteria", []):
        given = [
            vote["scores"].get(rule["key"], {}).get("level") for vote in votes if vote["choice"] != "abstain"
        ]
        levels = [level for level in given if level is not None]
        if levels:
            total += Fraction(sum(levels), len(levels)) * rule["weight"]
            weights += rule["weight"]
    return total / weights if weights else None


def _permitted(game: "Game", round_: Row, decision: Row, record: dict[str, Any], result: str) -> None:
    outcome, onward = decision.outcome, decision.outcome in who.GO_ON
    seen, rules = game.seen, game.rules(round_.id)
    if result == "incomplete":
        raise _violation(f"law 2: {outcome} without an opinion")
    earlier = [row for row in seen.decision if row.issued_at and row.id != decision.id]
    here = {row.id: row.gate for row in seen.gateround if row.idea_id == round_.idea_id}
    unmet = {row.decision_id for row in seen.condition if row.met_at is None}
    if onward and (
        False in record["facts"].values() or any(r.round_id in here and r.id in unmet for r in earlier)
    ):
        raise _violation(f"law 2: {outcome} while a fact is not met or a condition is open")
    reworks = [row for row in earlier if row.outcome == "rework" and here.get(row.round_id) == round_.gate]
    if outcome == "rework" and len(reworks) >= 2:
        raise _violation("law 2: a third rework")
    placed = (record.get("comparison") or {}).get("result")
    if placed not in (None, "selected") and onward:
        raise _violation("law 2: going on without a place")
    follows = {"go": onward, "go_if": onward and outcome != "go", "not_now": not onward}.get(result, True)
    if placed not in (None, "selected"):
        follows = True
    if decision.departs == follows or (not follows and rules.get("opinion") == "binding"):
        raise _violation(f"law 2: {outcome} after {result}, departing: {decision.departs}")


def pinned(before: Seen, seen: Seen, events: list[Row]) -> None:
    """Law 10: flows and rules stay as they were pinned; a first round takes the newest published."""
    verbs = {event.verb for event in events}
    outcomes = {row.outcome for row in seen.decision}
    for _table, old, new in seen.changed(before, "process"):
        if old and new and old.flow_class != new.flow_class and "process_moved" not in verbs:
            raise _violation("law 10: a process runs in another flow")
    ways = {"submitted", "sent_up"} | ({"decided"} if "to_programme" in outcomes else set())
    if len(seen.ideaprocess) > len(before.ideaprocess) and not verbs & ways:
        raise _violation(f"law 10: a new process by {sorted(verbs)}")
    rounds: dict[tuple[int, str], Row] = {}
    for row in seen.gateround:
        first = rounds.setdefault((row.idea_id, row.gate), row)
        if (first.configuration_id, first.rules_md5) != (row.configuration_id, row.rules_md5):
            raise _violation(f"law 10: {row.gate} is held again under other rules")
    for _table, old, new in seen.changed(before, "gateround"):
        if old and new and (old.rules_md5, old.configuration_id) != (new.rules_md5, new.configuration_id):
            raise _violation(f"law 10: the rules of an open round at {new.gate} changed")
        if old is None and new is not None and new.number == 1:
            published = [r for r in seen.gateconfiguration if r.gate == new.gate and r.state == "published"]
            if [row.id for row in published] != [new.configuration_id]:
                raise _violation(f"law 10: a first round at {new.gate} under an old configuration")
