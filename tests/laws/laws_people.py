"""Law 1: nobody too close acts, with a mandate or without. Law 11: nothing goes through the author's manager."""

from tests.laws import who
from tests.laws.seen import Row, Seen

OF_TIME = ("time_opinion", "sign_time_release", "arbitrate_time")


def _violation(message: str) -> Exception:
    from tests.laws.game import Violation

    return Violation(message)


def _fresh(before: Seen, seen: Seen, table: str) -> list[Row]:
    return [new for _table, old, new in seen.changed(before, table) if old is None and new is not None]


def acted(before: Seen, seen: Seen) -> None:
    """Who acted in this step was distant at that moment."""
    for vote in _fresh(before, seen, "vote"):
        seat = seen.one("seat", vote.seat_id)
        round_ = seen.one("gateround", seat.round_id)
        _check(before, round_, {vote.cast_by_id, seat.person_id}, "voted")
        if vote.cast_by_id != seat.person_id and vote.cast_by_id not in who.stand_ins(before, seat.person_id):
            raise _violation("law 1: a vote in someone else’s seat")
    for seat in _fresh(before, seen, "seat"):
        _check(seen, seen.one("gateround", seat.round_id), {seat.person_id}, "was seated")
    for _table, old, new in seen.changed(before, "decision"):
        if new is not None and new.issued_at and not (old and old.issued_at):
            _decided(before, seen, new)
    for _table, old, new in seen.changed(before, "reexamination"):
        if new is None or not new.answered_by_id or (old and old.answered_by_id):
            continue
        may = who.may_reexamine(before, old) if old else {}
        if new.answered_by_id not in may or may[new.answered_by_id] != new.answered_on_behalf_of_id:
            raise _violation("law 1: a re-examination by someone close, without mandate, or who took part")
    _in_the_room(before, seen)


def _decided(before: Seen, seen: Seen, decision: Row) -> None:
    round_ = seen.one("gateround", decision.round_id)
    signed = {decision.decider_id, decision.on_behalf_of_id, decision.second_signer_id}
    _check(before, round_, signed | {decision.second_on_behalf_of_id}, "decided")
    seats = {row.id: row for row in seen.seat if row.round_id == round_.id and row.state == "closed"}
    voters = {row.cast_by_id for row in seen.vote if row.in_force and row.seat_id in seats}
    holders = {seats[row.seat_id].person_id for row in seen.vote if row.in_force and row.seat_id in seats}
    _check(before, round_, voters | holders, "had a vote counted")


def _in_the_room(before: Seen, seen: Seen) -> None:
    """Levels in a session: given by someone distant; none of someone close in a list that is settled."""
    lines = {row.id: row for row in seen.sessionidea}
    members = {row.id: row for row in seen.sessionmember}
    settled = {
        new.id
        for _table, old, new in seen.changed(before, "selectionsession")
        if new is not None and new.state == "settled" and (old is None or old.state != "settled")
    }
    gates = {row.id: row.gate for row in seen.selectionsession}
    given = {vote.id for vote in _fresh(before, seen, "roomvote")}
    for vote in seen.roomvote:
        line, member = lines[vote.line_id], members[vote.member_id]
        # A level on an idea that has left the session stands in no list: it counts for nothing.
        listed = line.session_id in settled and line.left_at is None
        if not (vote.id in given or (vote.in_force and listed)):
            continue
        if {member.person_id, vote.cast_by_id} & who.hard(before, line.idea_id, gates[line.session_id]):
            raise _violation("law 1: a level of someone too close")


def _check(seen: Seen, round_: Row, people: set[int | None], did: str) -> None:
    close = people & who.hard(seen, round_.idea_id, round_.gate)
    if close:
        raise _violation(
            f"law 1: someone too close {did} at {round_.gate}: {sorted(pk for pk in close if pk)}"
        )


def distant(seen: Seen) -> None:
    """Once the worker has been: no open seat is someone's who has come too close since."""
    for seat in seen.seat:
        round_ = seen.one("gateround", seat.round_id)
        if seat.state == "open" and round_.state in ("seating", "open"):
            _check(seen, round_, {seat.person_id}, "still sits")


def asked(before: Seen, seen: Seen) -> None:
    """Law 11: a manager is asked of an idea only about time, once a member asked for it, or by its team itself.

    Whoever was named to run a service reads its benefits as such: no right or delay of its authors waits for it.
    """
    keys = {str(row.key): row for row in seen.idea}
    known = {row.id for row in before.workitem}
    own_role = who.holding(seen, "programme_lead")
    for item in seen.workitem:
        idea = keys.get(item.subject_key)
        if item.id in known or idea is None or item.person_id in own_role:
            continue
        if item.verb == "read_benefits" and item.person_id == who.run_owner(seen, idea.id):
            continue
        team = who.team(seen, idea.id)
        if item.person_id in who.managers(seen, team) - team and not _about_time(seen, idea, item):
            raise _violation(f"law 11: the manager of a member is asked to {item.verb}")


def _about_time(seen: Seen, idea: Row, item: Row) -> bool:
    if item.verb == "answer_invitation":
        return True  # only authors invite
    if item.verb == "answer_pledge":
        asked = [row for row in seen.pledge if item.key == f"pledge:{row.key}"]
        return any(row.asked_by_id in who.team(seen, idea.id) for row in asked)
    members = {row.id for row in seen.teammember if row.idea_id == idea.id}
    releases = [row for row in seen.timerelease if row.member_id in members and item.key == f"time:{row.key}"]
    return item.verb in OF_TIME and bool(releases)
