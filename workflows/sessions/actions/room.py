"""In the room: who is there, who steps out, the levels given, the reasons noted. Each under the session's lock."""

from typing import Any

from django.utils.translation import gettext as _

from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import Actor
from workflows.gates.conflicts import conflicts
from workflows.gates.rules import reason_keys
from workflows.sessions import rules
from workflows.sessions.actions import common
from workflows.sessions.actions.preparing import note_links
from workflows.sessions.models import RoomVote, SelectionSession, SessionIdea, SessionMember, SteppingOut

State = SelectionSession.State


def open_session(*, session_key: Any, by: Actor) -> SelectionSession:
    """The session begins: links are read again, and the members who come can vote."""
    with common.locked_session(session_key) as session:
        common.check_runs(session, by)
        common.check_state(session, State.CONVENED)
        members = list(SessionMember.objects.filter(session=session).select_related("person").order_by("pk"))
        note_links(session, members, [line for line in common.lines_of(session) if line.hearing_at])
        session.state, session.opened_at = State.LIVE, clock.now()
        session.save(update_fields=["state", "opened_at"])
        common.record(session, "session_opened", by, [effect("session", "convened", "live")])
        return session


def set_present(*, session_key: Any, member_key: Any, present: bool, by: Actor) -> None:
    """The chair or the lead notes that a member is there, or has gone; what they voted while there stands."""
    with common.locked_session(session_key) as session:
        common.check_runs(session, by)
        common.check_state(session, State.LIVE)
        member = _member(session, key=member_key)
        before = is_present(member)
        if before == present:
            return
        if present:
            member.arrived_at, member.left_at = member.arrived_at or clock.now(), None
        else:
            member.left_at = clock.now()
        member.save(update_fields=["arrived_at", "left_at"])
        words = {True: "present", False: "absent"}
        effects = [effect("presence", words[before], words[present], member=str(member.key))]
        common.record(session, "presence_noted", by, effects)


def step_out(*, session_key: Any, idea_key: Any, member_key: Any, by: Actor) -> None:
    """A member leaves the room for one idea, without a reason; a level they gave it no longer counts."""
    with common.locked_session(session_key) as session:
        common.check_state(session, State.CONVENED, State.LIVE)
        member = _member(session, key=member_key)
        if member.person_id != by.human.pk:
            common.check_runs(session, by)
        line = _heard(session, idea_key)
        SteppingOut.objects.get_or_create(
            member=member, line=line, defaults={"cause": SteppingOut.Cause.OWN, "at": clock.now()}
        )
        RoomVote.objects.filter(member=member, line=line, in_force=True).update(
            in_force=False, ended_at=clock.now()
        )
        effects = [effect("stepped_out", None, str(line.idea.key), member=str(member.key))]
        common.record(session, "member_stepped_out", by, effects)


def vote_in_room(*, session_key: Any, idea_key: Any, level: int | None, by: Actor) -> RoomVote:
    """A member present gives an idea a level from 0 to 4, or abstains (None); a later one replaces it.

    Raises NotAllowed (not a member, a link), Conflict (not there, stepped out, not under way), Invalid (level).
    """
    with common.locked_session(session_key) as session:
        common.check_state(session, State.LIVE)
        member = SessionMember.objects.filter(session=session, person=by.human).first()
        if member is None:
            raise NotAllowed(_("Only the members of this session vote in it."), code="room.not_member")
        line = _heard(session, idea_key)
        _check_may_vote(session, member, line, by)
        if level is not None and level not in rules.LEVELS:
            sentence = _("Give a level from 0 to 4, or abstain.")
            raise Invalid(sentence, code="room.level", fields={"level": [sentence]})
        now = clock.now()
        replaced = RoomVote.objects.filter(member=member, line=line, in_force=True).update(
            in_force=False, ended_at=now
        )
        cast = RoomVote.objects.create(member=member, line=line, level=level, cast_at=now)
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
        common.check_runs(session, by)
        common.check_state(session, State.CONVENED, State.LIVE, State.SETTLED)
        line = _line(session, idea_key)
        if criterion and criterion not in reason_keys(line.round.rules):
            sentence = _("Choose one of the gate’s criteria.")
            raise Invalid(sentence, code="room.criterion", fields={"criterion": [sentence]})
        line.reasons, line.criterion, line.learning = reasons.strip(), criterion, learning.strip()
        line.save(update_fields=["reasons", "criterion", "learning"])
        common.record(
            session, "reasons_noted", by, idea=str(line.idea.key), reasons_sha256=sha256(line.reasons)
        )


def is_present(member: SessionMember) -> bool:
    return member.arrived_at is not None and member.left_at is None


def _check_may_vote(session: SelectionSession, member: SessionMember, line: SessionIdea, by: Actor) -> None:
    if not is_present(member):
        raise Conflict(
            _("You are not noted as present. Ask the chair or the lead, then vote."), code="room.absent"
        )
    out = SteppingOut.objects.filter(member=member, line=line).exists()
    if out or conflicts(by.human, line.idea, session.gate).hard:
        raise NotAllowed(_("You step out for this idea: you do not vote on it."), code="room.stepped_out")


def _member(session: SelectionSession, key: Any) -> SessionMember:
    found = SessionMember.objects.select_related("person").filter(session=session, key=key).first()
    if found is None:
        raise Conflict(_("This person is not a member of the session."), code="room.no_such_member")
    return found


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
