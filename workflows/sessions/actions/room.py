"""In the room: who is there, who steps out, the levels given, the reasons noted. Each under the session's lock."""

from typing import Any

from django.utils.translation import gettext as _

from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.gates.actions.votes import acting
from workflows.gates.conflicts import conflicts_of
from workflows.gates.rules import reason_keys
from workflows.sessions import rules
from workflows.sessions.actions import common
from workflows.sessions.actions.members import (
    check_distance,
    check_here,
    check_present,
    check_still_sits,
    deputy_for,
    is_present,
    member_of,
    note_links,
    seat_in_room,
)
from workflows.sessions.models import RoomVote, SelectionSession, SessionIdea, SessionMember, SteppingOut

State = SelectionSession.State


def open_session(*, session_key: Any, by: Actor) -> SelectionSession:
    """The session begins: links are read again, and the members who come can vote."""
    with common.locked_session(session_key) as session:
        by = common.check_runs(session, by)
        common.check_state(session, State.CONVENED)
        members = list(common.members_of(session))
        note_links(session, members, [line for line in common.lines_of(session) if line.hearing_at])
        session.state, session.opened_at = State.LIVE, clock.now()
        session.save(update_fields=["state", "opened_at"])
        common.record(session, "session_opened", by, [effect("session", "convened", "live")])
        return session


def set_present(*, session_key: Any, member_key: Any, present: bool, by: Actor, deputy: bool = False) -> None:
    """The chair or the lead notes that a member is there, or has gone; what they voted while there stands.

    `deputy`: it is the deputy of an absent member who came. Links of whoever comes in are read at once.
    """
    with common.locked_session(session_key) as session:
        by = common.check_runs(session, by)
        common.check_state(session, State.LIVE)
        member = member_of(session, member_key)
        before = is_present(member)
        if before == present:
            return
        if present:
            check_here(member)
            member.sat_by = deputy_for(session, member) if deputy else None
            member.arrived_at, member.left_at = member.arrived_at or clock.now(), None
        else:
            member.left_at = clock.now()
        member.save(update_fields=["arrived_at", "left_at", "sat_by"])
        if present:
            note_links(session, [member], [line for line in common.lines_of(session) if line.hearing_at])
        words = {True: "present", False: "absent"}
        lent = {"deputy": str(member.sat_by.key)} if member.sat_by is not None else {}
        effects = [effect("presence", words[before], words[present], member=str(member.key), **lent)]
        common.record(session, "presence_noted", by, effects)


def step_out(*, session_key: Any, idea_key: Any, member_key: Any, by: Actor) -> None:
    """A seat is out of the room for one idea, without a reason; a level it gave no longer counts.

    Whoever sits says so, or the chair or the lead, who then keep their distance from the idea too.
    """
    with common.locked_session(session_key) as session:
        common.check_state(session, State.CONVENED, State.LIVE)
        member = member_of(session, member_key)
        line = _heard(session, idea_key)
        if by.human == member.sat_by:
            by = Actor(person=by.human, on_behalf_of=member.person)
        elif by.human != member.person:
            by = common.check_runs(session, by)
            check_distance(session, line, by)
        SteppingOut.objects.get_or_create(
            member=member, line=line, defaults={"cause": SteppingOut.Cause.OWN, "at": clock.now()}
        )
        RoomVote.objects.filter(member=member, line=line, in_force=True).update(
            in_force=False, ended_at=clock.now()
        )
        effects = [effect("stepped_out", None, str(line.idea.key), member=str(member.key))]
        common.record(session, "member_stepped_out", by, effects)


def vote_in_room(*, session_key: Any, idea_key: Any, level: int | None, by: Actor) -> RoomVote:
    """A member present, or the deputy who sits for one, gives an idea a level from 0 to 4, or abstains (None); a
    later one replaces it.

    Raises NotAllowed (not a member, a link), Conflict (not there, stepped out, not under way), Invalid (level).
    """
    with common.locked_session(session_key) as session:
        common.check_state(session, State.LIVE)
        member = seat_in_room(session, by)
        if member.person_id != by.human.pk:
            by = Actor(person=by.human, on_behalf_of=member.person)
        check_still_sits(session, member)
        line = _heard(session, idea_key)
        _check_may_vote(session, member, line, by)
        if level is not None and level not in rules.LEVELS:
            sentence = _("Give a level from 0 to 4, or abstain.")
            raise Invalid(sentence, code="room.level", fields={"level": [sentence]})
        now = clock.now()
        replaced = RoomVote.objects.filter(member=member, line=line, in_force=True).update(
            in_force=False, ended_at=now
        )
        cast = RoomVote.objects.create(member=member, line=line, level=level, cast_by=by.human, cast_at=now)
        effects = [
            effect("room_vote", None, "replaced" if replaced else "cast", member=str(member.key))
            | {"idea": str(line.idea.key)}
        ]
        # No hash of the level: with six levels to try, it would tell it. The frozen record seals the votes.
        common.record(session, "room_vote_cast", by, effects)
        return cast


def note_reasons(
    *, session_key: Any, idea_key: Any, by: Actor, reasons: str, criterion: str = "", learning: str = ""
) -> None:
    """The chair or the lead writes what the session retains of an idea: the decider finds it in the form."""
    with common.locked_session(session_key) as session:
        by = common.check_runs(session, by)
        common.check_state(session, State.CONVENED, State.LIVE, State.SETTLED)
        line = _line(session, idea_key)
        if criterion and criterion not in reason_keys(line.round.rules):
            sentence = _("Choose one of the gate’s criteria.")
            raise Invalid(sentence, code="room.criterion", fields={"criterion": [sentence]})
        check_distance(session, line, by)
        line.reasons, line.criterion, line.learning = reasons.strip(), criterion, learning.strip()
        line.save(update_fields=["reasons", "criterion", "learning"])
        common.record(
            session, "reasons_noted", by, idea=str(line.idea.key), reasons_sha256=sha256(line.reasons)
        )


def _check_may_vote(session: SelectionSession, member: SessionMember, line: SessionIdea, by: Actor) -> None:
    check_present(member)
    out = SteppingOut.objects.filter(member=member, line=line).exists()
    against = conflicts_of(acting(by), line.idea, session.gate)
    if out or any(found.hard for found in against.values()):
        raise NotAllowed(_("You step out for this idea: you do not vote on it."), code="room.stepped_out")


def _line(session: SelectionSession, idea_key: Any) -> SessionIdea:
    found = (
        SessionIdea.objects.select_related("idea__programme__entity", "round")
        .filter(session=session, idea__key=idea_key, left_at=None)
        .first()
    )
    if found is None:
        raise Conflict(_("This idea is not in the session, or has left it."), code="session.no_such_idea")
    return found


def _heard(session: SelectionSession, idea_key: Any) -> SessionIdea:
    line = _line(session, idea_key)
    if line.hearing_at is None:
        raise Conflict(_("This idea is not among those heard."), code="room.not_heard")
    return line
