"""A selection session, from its preparation to the place that is given up."""

from datetime import timedelta
from typing import Any

from ideas.calls.models import Call
from incubator.lib import clock
from incubator.people.actors import Actor
from tests.laws import who
from tests.laws.game import Game, Try, act
from tests.laws.seen import Row, Seen
from tests.sessions.stage import choice_for
from workflows.sessions import actions as sessions
from workflows.sessions.models import SessionIdea


def in_state(seen: Seen, *states: str) -> list[Row]:
    return [row for row in seen.selectionsession if row.state in states]


def there(seen: Seen, session: Row) -> list[Row]:
    return [row for row in seen.sessionidea if row.session_id == session.id and row.left_at is None]


def heard(seen: Seen, *states: str) -> list[tuple[Row, Row]]:
    """Lines of sessions in these states that are heard, with their sessions."""
    return [(row, s) for s in in_state(seen, *states) for row in there(seen, s) if row.hearing_at]


def on(session: Row) -> tuple[str, str]:
    return "session", str(session.key)


def leading(seen: Seen, session: Row | None = None) -> who.Rights:
    """Leads outside the teams of the session's ideas, and who stands in for one."""
    lines = [row for row in seen.sessionidea if session is not None and row.session_id == session.id]
    close: set[int] = set().union(*(who.team(seen, row.idea_id) for row in lines))
    lead = who.holding(seen, "programme_lead")
    found: who.Rights = dict.fromkeys(sorted(lead - close))
    for pk in sorted(lead - close):
        found |= {one: pk for one in sorted(who.stand_ins(seen, pk) - close) if one not in found}
    return found


def running(seen: Seen, session: Row) -> who.Rights:
    chairs = [row.person_id for row in seen.sessionmember if row.session_id == session.id and row.is_chair]
    return who.lent(seen, set(chairs) & who.active(seen)) | leading(seen, session)


def _to_prepare(seen: Seen) -> list[Row]:
    limited = {row.id for row in seen.call if row.places}
    held = {row.call_id for row in in_state(seen, "preparing", "convened", "live", "settled")}
    at_g1 = {row.idea_id for row in seen.gateround if row.gate == "G1" and row.state in ("seating", "open")}
    calls = {row.call_id for row in seen.idea if row.id in at_g1} & limited - held
    return [row for row in seen.call if row.id in calls]


@act(_to_prepare, weight=6)
def prepare(game: Game, row: Row) -> Try:
    at, quorum = clock.now() + timedelta(days=2), game.picks.of([2, 2, 1, 9])
    until, heard_most = (at + timedelta(days=game.picks.of([180, 20]))).date(), game.picks.of([3, 2])

    def run(by: Actor) -> object:
        call = Call.objects.select_related("programme__entity").get(pk=row.id)
        return sessions.prepare(
            call=call,
            by=by,
            held_at=at,
            heard=heard_most,
            quorum=quorum,
            venue="Salle du conseil",
            waiting_until=until,
        )

    return Try("a session prepared", leading(game.seen), run)


def _on_session(game: Game, session: Row, said: str, rights: who.Rights, run: Any, **more: Any) -> Try:
    return Try(said, rights, lambda by: run(session_key=session.key, by=by, **more), on(session))


@act(lambda seen: in_state(seen, "preparing", "convened", "live"), weight=4)
def call_member(game: Game, session: Row) -> Try:
    city = game.city
    person = game.person(game.picks.of([*city.panel[1:4], city.other_chair, city.elected, city.author]).pk)
    rights = leading(game.seen, session)
    return _on_session(game, session, "a member called", rights, sessions.call_member, person=person)


@act(lambda seen: [(r, s) for s in in_state(seen, "preparing") for r in there(seen, s)], weight=1)
def leave_out(game: Game, target: tuple[Row, Row]) -> Try:
    line, session = target
    idea, rights = game.seen.one("idea", line.idea_id), leading(game.seen, session)
    return _on_session(game, session, "an idea left out", rights, sessions.leave_out, idea_key=idea.key)


@act(lambda seen: in_state(seen, "preparing"), weight=9)
def convene(game: Game, session: Row) -> Try:
    return _on_session(game, session, "the session convened", leading(game.seen, session), sessions.convene)


@act(lambda seen: in_state(seen, "preparing", "convened", "live"), weight=1)
def cancel(game: Game, session: Row) -> Try:
    return _on_session(game, session, "the session cancelled", leading(game.seen, session), sessions.cancel)


@act(lambda seen: in_state(seen, "convened"), weight=12)
def open_session(game: Game, session: Row) -> Try:
    return _on_session(
        game, session, "the session opened", running(game.seen, session), sessions.open_session
    )


@act(lambda seen: in_state(seen, "preparing", "convened"), weight=1)
def postpone(game: Game, session: Row) -> Try:
    more = {"held_at": clock.now() + timedelta(days=game.picks.of([3, 400])), "venue": "Salle B"}
    return _on_session(game, session, "put off", leading(game.seen, session), sessions.postpone, **more)


def _called(seen: Seen) -> list[tuple[Row, Row]]:
    sessions_ = {row.id: row for row in in_state(seen, "preparing", "convened", "live")}
    return [(row, sessions_[row.session_id]) for row in seen.sessionmember if row.session_id in sessions_]


@act(_called, weight=1)
def excuse_member(game: Game, target: tuple[Row, Row]) -> Try:
    member, session = target
    rights = leading(game.seen, session) | dict.fromkeys({member.person_id} & who.active(game.seen))
    return _on_session(game, session, "excused", rights, sessions.excuse_member, member_key=member.key)


def _members(seen: Seen, *, present: bool) -> list[tuple[Row, Row]]:
    rows = [(m, s) for s in in_state(seen, "live") for m in seen.sessionmember if m.session_id == s.id]
    return [(m, s) for m, s in rows if (m.arrived_at is not None and m.left_at is None) == present]


def _presence(game: Game, target: tuple[Row, Row], *, present: bool) -> Try:
    member, session = target
    lent = present and bool(who.stand_ins(game.seen, member.person_id)) and game.picks.once_in(2)
    more = {"member_key": member.key, "present": present, "deputy": lent}
    return _on_session(
        game, session, f"present: {present}", running(game.seen, session), sessions.set_present, **more
    )


@act(lambda seen: _members(seen, present=False), weight=14)
def arrive(game: Game, target: tuple[Row, Row]) -> Try:
    return _presence(game, target, present=True)


@act(lambda seen: _members(seen, present=True), weight=1)
def go_out(game: Game, target: tuple[Row, Row]) -> Try:
    return _presence(game, target, present=False)


def _seats(seen: Seen, *states: str) -> list[tuple[Row, Row, Row]]:
    found = heard(seen, *states)
    return [(m, line, s) for line, s in found for m in seen.sessionmember if m.session_id == s.id]


@act(lambda seen: _seats(seen, "convened", "live"), weight=2)
def step_out(game: Game, target: tuple[Row, Row, Row]) -> Try:
    member, line, session = target
    seated = {member.person_id, member.sat_by_id} & who.active(game.seen)
    rights = running(game.seen, session) | dict.fromkeys(sorted(seated))
    more = {"idea_key": game.seen.one("idea", line.idea_id).key, "member_key": member.key}
    return _on_session(game, session, "a member steps out", rights, sessions.step_out, **more)


def _to_vote(seen: Seen) -> list[tuple[Row, Row, Row]]:
    done = {(row.member_id, row.line_id) for row in seen.roomvote if row.in_force}
    there_now = {m.id for m, _session in _members(seen, present=True)}
    return [
        (m, line, s)
        for m, line, s in _seats(seen, "live")
        if m.id in there_now and (m.id, line.id) not in done
    ]


def _room_vote(game: Game, target: tuple[Row, Row, Row]) -> Try:
    _member, line, session = target
    out = {(row.member_id, row.line_id) for row in game.seen.steppingout}
    barred = who.hard(game.seen, line.idea_id, session.gate)
    rights: who.Rights = {}
    for m in game.seen.sessionmember:
        if m.session_id == session.id and (m.id, line.id) not in out and m.person_id not in barred:
            sits = m.sat_by_id if m.sat_by_id and m.left_at is None else m.person_id
            rights |= {sits: None} if sits in who.active(game.seen) - barred else {}
    more = {"idea_key": game.seen.one("idea", line.idea_id).key, "level": game.picks.of([3, 4, 2, 1, None])}
    return _on_session(game, session, "a level given", rights, sessions.vote_in_room, **more)


@act(_to_vote, weight=16)
def vote_in_room(game: Game, target: tuple[Row, Row, Row]) -> Try:
    return _room_vote(game, target)


@act(lambda seen: _seats(seen, "live"), weight=2)
def vote_in_room_again(game: Game, target: tuple[Row, Row, Row]) -> Try:
    return _room_vote(game, target)


@act(lambda seen: heard(seen, "convened", "live", "settled"), weight=1)
def note_reasons(game: Game, target: tuple[Row, Row]) -> Try:
    line, session = target
    more = {
        "idea_key": game.seen.one("idea", line.idea_id).key,
        "reasons": "Bien préparé.",
        "criterion": "value",
    }
    rights = running(game.seen, session)
    return _on_session(game, session, "reasons noted", rights, sessions.note_reasons, **more)


@act(lambda seen: in_state(seen, "live"), weight=6)
def settle(game: Game, session: Row) -> Try:
    return _on_session(game, session, "the list settled", running(game.seen, session), sessions.settle)


def _undecided(seen: Seen) -> list[tuple[Row, list[Row]]]:
    issued = {row.round_id for row in seen.decision if row.issued_at}
    found = [
        (s, [row for row in there(seen, s) if row.round_id not in issued]) for s in in_state(seen, "settled")
    ]
    return [(session, lines) for session, lines in found if lines]


@act(_undecided, weight=10)
def decide_in_session(game: Game, target: tuple[Row, list[Row]]) -> Try:
    session, lines = target
    some = lines[: game.picks.of(list(range(len(lines), 0, -1)))]
    rows = SessionIdea.objects.select_related("idea").filter(pk__in=[line.id for line in some])
    choices = {str(line.idea.key): choice_for(line) for line in rows}
    round_ = game.seen.one("gateround", some[0].round_id)
    holders = [row.holder_id for row in who.deciding(game.seen, round_, game.rules(round_.id))]
    barred: set[int] = set().union(*(who.hard(game.seen, line.idea_id, session.gate) for line in some))
    rights = who.lent(game.seen, holders, barred)
    said = f"{len(some)} decisions in the session"
    return _on_session(game, session, said, rights, sessions.decide, choices=choices)


@act(lambda seen: in_state(seen, "settled"), weight=4)
def close_session(game: Game, session: Row) -> Try:
    return _on_session(game, session, "the session closed", leading(game.seen, session), sessions.close)
