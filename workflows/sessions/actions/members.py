"""Who sits in a session: called, excused again, lent to a deputy by an absence; and who steps out because of a link."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from incubator.events.actions import effect
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people import grants, sign_in
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from workflows.gates import pools
from workflows.gates.actions.votes import acting
from workflows.gates.conflicts import conflicts_of, conflicts_with
from workflows.sessions.actions import common
from workflows.sessions.models import RoomVote, SelectionSession, SessionIdea, SessionMember, SteppingOut

State = SelectionSession.State
# Until the list is settled: the members are still to sit, or sitting.
TO_COME = (State.PREPARING, State.CONVENED, State.LIVE)


def call_member(*, session_key: Any, person: Person, by: Actor, chair: bool = False) -> SessionMember:
    """Call someone to sit: whoever may sit on a panel, an elected member, an expert, a staff representative or
    someone of another entity among them. A member called again as the chair is the chair from now on.

    Links do not keep anyone from the session: its member steps out for the ideas concerned.
    """
    with common.locked_session(session_key) as session:
        by = common.check_lead(session, by)
        common.check_state(session, *TO_COME)
        member = SessionMember.objects.filter(session=session, person=person).first()
        if member is None:
            _check_callable(session, person)
        elif not chair or member.is_chair:
            raise _invalid(_("This person is called already."))
        if chair:
            SessionMember.objects.filter(session=session, is_chair=True).update(is_chair=False)
        before = None if member is None else "member"
        if member is None:
            member = SessionMember.objects.create(
                session=session, person=person, is_chair=chair, called_at=clock.now()
            )
            if session.state != State.PREPARING:
                note_links(session, [member], list(common.lines_of(session)))
                common.ask(session, [person], "sit_in_session", session.held_at)
        else:
            member.is_chair = True
            member.save(update_fields=["is_chair"])
        effects = [effect("member", before, "chair" if chair else "member", person=str(person.key))]
        common.record(session, "member_called", by, effects)
        return member


def excuse_member(*, session_key: Any, member_key: Any, by: Actor) -> None:
    """A member cannot come: says so, or the lead takes the name off the list. No reason is asked.

    Raises Conflict for someone who has sat already: what they voted stands.
    """
    with common.locked_session(session_key) as session:
        common.check_state(session, *TO_COME)
        member = member_of(session, member_key)
        if member.person_id != by.human.pk:
            by = common.check_lead(session, by)
        if member.arrived_at is not None:
            raise Conflict(_("This member has sat already: note that they have left."), code="room.sat")
        _take_off(session, member, by)


def excuse_leaver(*, session_key: Any, person: Person, by: Actor = SUBSTITUTION) -> None:
    """A member has left the city before sitting: off the list, and the leads are told. Run twice, nothing is left to
    do; whoever has sat stays on it, for what they voted stands."""
    with common.locked_session(session_key) as session:
        unseated = SessionMember.objects.select_related("person").filter(session=session, arrived_at=None)
        member = unseated.filter(person=person, person__is_active=False).first()
        if member is not None and session.state in TO_COME:
            _take_off(session, member, by)


def _take_off(session: SelectionSession, member: SessionMember, by: Actor) -> None:
    SteppingOut.objects.filter(member=member).delete()
    was = "chair" if member.is_chair else "member"
    member.delete()
    inbox.close_for_person(member.person, f"sit_in_session:{session.key}")
    effects = [effect("member", was, None, person=str(member.person.key))]
    common.record(session, "member_excused", by, effects)


def member_of(session: SelectionSession, key: Any) -> SessionMember:
    """Raises Conflict for someone who is no member of this session."""
    members = SessionMember.objects.select_related("person", "sat_by")
    found = members.filter(session=session, key=key).first()
    if found is None:
        raise Conflict(_("This person is not a member of the session."), code="room.no_such_member")
    return found


def deputy_for(session: SelectionSession, member: SessionMember) -> Person:
    """Who sits for a member absent today. Raises Conflict without a deputy, NotAllowed for one with a seat already:
    nobody has two votes."""
    today = clock.today(session.call.programme.entity.time_zone)
    deputies = list(grants.deputies_of(member.person, today).order_by("staff_number"))
    if not deputies:
        raise Conflict(
            _("No absence lends this seat to a deputy today. The member notes it on their account page."),
            code="room.no_deputy",
        )
    others = SessionMember.objects.filter(session=session).exclude(pk=member.pk)
    for one in deputies:
        if not others.filter(Q(person=one) | _votes_for_another(one)).exists():
            return one
    raise NotAllowed(
        _("This deputy sits, or has voted, in another seat of the session, and nobody has two votes."),
        code="room.two_votes",
    )


def seat_in_room(session: SelectionSession, by: Actor) -> SessionMember:
    """The actor's own seat, or the one lent to them by someone absent today.

    Raises NotAllowed for someone without a seat, Conflict while someone else sits in it.
    """
    today = clock.today(session.call.programme.entity.time_zone)
    rows = SessionMember.objects.filter(session=session).select_related("person", "sat_by")
    own = rows.filter(person=by.human).first()
    if own is not None:
        if is_present(own) and own.sat_by is not None:
            raise Conflict(
                _("Your deputy sits for you. Ask the chair or the lead to note you."), code="room.lent"
            )
        return own
    lent = list(rows.filter(person__in=grants.stands_in_for(by.human, today)).order_by("pk"))
    for member in lent:
        if is_present(member) and member.sat_by_id == by.human.pk:
            return member
    if lent:
        raise _not_there()
    raise NotAllowed(_("Only the members of this session vote in it."), code="room.not_member")


def sitting(member: SessionMember) -> list[Person]:
    """Whose distance a seat needs: a deputy carries the conflicts of both."""
    return [member.person, *([member.sat_by] if member.sat_by is not None else [])]


def is_present(member: SessionMember) -> bool:
    return member.arrived_at is not None and member.left_at is None


def check_here(member: SessionMember) -> None:
    """Raises Conflict for someone who has left the city: neither they nor a deputy sit any more."""
    if not member.person.is_active:
        raise Conflict(
            _("This person is no longer here, and sits no more. Call someone else."), code="room.gone"
        )


def check_present(member: SessionMember) -> None:
    if not is_present(member):
        raise _not_there()


def check_distance(session: SelectionSession, line: SessionIdea, by: Actor) -> None:
    """Raises NotAllowed for whoever has a link to this idea, or is out for it, and would have a hand in it."""
    people = acting(by)
    own = Q(member__person__in=people) | Q(member__sat_by__in=people)
    out = SteppingOut.objects.filter(own, line=line).exists()
    if out or any(found.hard for found in conflicts_of(people, line.idea, session.gate).values()):
        raise NotAllowed(
            _("You are out for this idea: someone else of the session does this."), code="room.too_close"
        )


def note_links(
    session: SelectionSession, members: Sequence[SessionMember], lines: Sequence[SessionIdea]
) -> None:
    """Seats with a link to an idea are out for it, without being asked; read again whenever someone comes in.

    A seat's links are its holder's, its deputy's, and those of whoever has voted in it.
    """
    votes = RoomVote.objects.filter(member__in=members, in_force=True).select_related("cast_by")
    people = {member.pk: {one.pk: one for one in sitting(member)} for member in members}
    for vote in votes:
        people[vote.member_id][vote.cast_by_id] = vote.cast_by
    everyone = {pk: one for own in people.values() for pk, one in own.items()}
    today = clock.today(session.call.programme.entity.time_zone)
    ideas = [line.idea for line in lines]
    against = conflicts_with(everyone.values(), ideas, session.gate, today) if ideas else {}
    out = [
        SteppingOut(member=member, line=line, cause=SteppingOut.Cause.LINK, at=clock.now())
        for line in lines
        for member in members
        if any(against[line.idea_id, pk].hard for pk in people[member.pk])
    ]
    SteppingOut.objects.bulk_create(out, ignore_conflicts=True)


def short_of_voters(
    session: SelectionSession, members: Sequence[SessionMember], heard: Sequence[SessionIdea]
) -> list[str]:
    """Numbers of the ideas on which fewer members can vote than the quorum, for want of distance."""
    out = set(SteppingOut.objects.filter(line__in=heard).values_list("member", "line"))
    return [
        line.idea.reference
        for line in heard
        if sum((member.pk, line.pk) not in out for member in members) < session.rules["quorum"]
    ]


def _check_callable(session: SelectionSession, person: Person) -> None:
    if not pools.may_sit(person, session.call.programme) or not sign_in.may_sign_in(person):
        raise _invalid(
            _(
                "In a session sit panel members, chairs, experts, staff representatives, champions, elected members"
                " and panel members of another entity. This person is none of them."
            )
        )
    if SessionMember.objects.filter(_votes_for_another(person), session=session).exists():
        raise _invalid(_("This person sits, or has voted, for someone absent, and nobody has two votes."))


def check_still_sits(session: SelectionSession, member: SessionMember) -> None:
    """Raises NotAllowed when the role that the member was called for is over: it is read at each vote."""
    if not pools.may_sit(member.person, session.call.programme):
        raise NotAllowed(
            _("The role for which this seat was given has ended: ask the lead of the session."),
            code="room.role_over",
        )


def _votes_for_another(person: Person) -> Q:
    """Seats lent to this person now, or in which a vote the person cast still stands: it does when they have left."""
    return Q(sat_by=person, left_at=None) | Q(room_votes__cast_by=person, room_votes__in_force=True)


def _not_there() -> Conflict:
    return Conflict(
        _("You are not noted as present. Ask the chair or the lead, then vote."), code="room.absent"
    )


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, code="session.member", fields={"person": [sentence]})
