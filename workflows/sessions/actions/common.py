"""What the acts of a session share: its lock, who may run it, its one event.

Locks are always taken in one order: ideas by their id, then the session's row.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.calls.models import Programme
from ideas.drafting.models import EVER_IN_TEAM, Idea, TeamMember
from ideas.lock import locked_in_order
from incubator.events.actions import Subject, append, append_each
from incubator.events.models import Event
from incubator.inbox import actions as inbox
from incubator.lib.refusals import Conflict, NotAllowed, NotFound
from incubator.messages.actions import defer_telling
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.journal import Entry
from incubator.people.models import Person
from workflows.gates import leading, pools
from workflows.gates.actions.rounds import days_to_decide, due_after
from workflows.gates.leading import LEAD
from workflows.gates.models import GateRound
from workflows.sessions.models import SelectionSession, SessionIdea, SessionMember

State = SelectionSession.State


@contextmanager
def locked_session(key: Any) -> Iterator[SelectionSession]:
    """A transaction that holds the session's row and yields it freshly read, with its call and entity."""
    with transaction.atomic():
        held = SelectionSession.objects.select_for_update(no_key=True, of=("self",)).filter(key=key)
        pk = held.values_list("pk", flat=True).first()
        if pk is None:
            raise NotFound(_("There is no such session, or it is not open to you."))
        yield SelectionSession.objects.select_related("call__programme__entity").get(pk=pk)


@contextmanager
def locked_with_ideas(key: Any) -> Iterator[tuple[SelectionSession, list[SessionIdea]]]:
    """The session and its lines that have not left, each with its locked idea and its round, by the idea's number."""
    there = SessionIdea.objects.filter(session__key=key, left_at=None)
    with locked_in_order(*there.values_list("idea_id", flat=True)) as ideas, locked_session(key) as session:
        held = {idea.pk: idea for idea in ideas}
        lines = list(lines_of(session))
        if {line.idea_id for line in lines} - set(held):
            raise Conflict(_("An idea has just joined this session. Try again."), code="session.changed")
        for line in lines:
            line.idea = line.round.idea = held[line.idea_id]
        yield session, lines


def lines_of(session: SelectionSession) -> Iterable[SessionIdea]:
    """The ideas that are still in the session, by number."""
    return (
        SessionIdea.objects.filter(session=session, left_at=None)
        .select_related("idea__programme__entity", "round")
        .order_by("idea__number", "pk")
    )


def members_of(session: SelectionSession) -> QuerySet[SessionMember]:
    """Everyone called to sit, with whoever sits for them, in the order in which they were called."""
    found = SessionMember.objects.filter(session=session).select_related("person", "sat_by")
    return found.order_by("pk")


def leads(programme: Programme) -> QuerySet[Person]:
    return grants.holders(LEAD, entity=programme.entity, programme_key=programme.key)


def who_leads(session: SelectionSession) -> list[Person]:
    """The leads of the programme who were never in the team of one of the ideas, by staff number; without any, whoever
    stands in their place."""
    programme, ideas = session.call.programme, ideas_of(session)
    team = TeamMember.objects.filter(EVER_IN_TEAM, idea__in=ideas.order_by())
    found = list(leads(programme).exclude(pk__in=team.values("person")))
    return found or leading.in_place_of_leads(programme, list(ideas))


def ideas_of(session: SelectionSession) -> QuerySet[Idea]:
    """Every idea that is, or was, in the session."""
    found = Idea.objects.filter(session_lines__session=session)
    return found.select_related("programme__entity").order_by("pk")


def check_lead(session: SelectionSession, by: Actor) -> Actor:
    """The actor as `lead_of` says. Raises NotAllowed for anyone else."""
    acting = acting_for(by)
    found = lead_of(session, by, acting)
    if found is None:
        _lead(session.call.programme, by, acting)
        raise NotAllowed(
            _("You belong to the team of one of these ideas: another programme lead runs this session."),
            code="session.lead_in_team",
        )
    return found


def lead_of(session: SelectionSession, by: Actor, acting: Sequence[Person]) -> Actor | None:
    """The actor as a lead of the programme, or for an absent one, neither ever in the team of one of the ideas.

    Without a lead it is whoever stands in their place, or a deputy, both distant from the ideas; else None.
    `acting`: as `acting_for` says.
    """
    programme = session.call.programme
    if right := next((one for one in acting if _is_lead(one, programme)), None):
        near = TeamMember.objects.filter(
            EVER_IN_TEAM, person__in=[by.human, right], idea__session_lines__session=session
        )
        return None if near.exists() else _in_place_of(right, by)
    instead = {one.pk for one in who_leads(session)}
    right = next((one for one in acting if one.pk in instead), None)
    if right is None or not leading.free(ideas_of(session), [by.human]):
        return None
    return _in_place_of(right, by)


def check_leads(programme: Programme, by: Actor) -> Actor:
    """The actor as a lead of this programme, or naming the absent lead they stand in for. Raises NotAllowed."""
    return _lead(programme, by, acting_for(by))


def _lead(programme: Programme, by: Actor, acting: Sequence[Person]) -> Actor:
    for one in acting:
        if _is_lead(one, programme):
            return _in_place_of(one, by)
    raise NotAllowed(
        _("A programme lead prepares and runs a selection session. Ask the programme team."),
        code="session.not_lead",
    )


def _is_lead(person: Person, programme: Programme) -> bool:
    return grants.holds(person, LEAD, entity=programme.entity, programme_key=programme.key)


def acting_for(by: Actor) -> list[Person]:
    """Whose rights are the actor's today: one's own and those lent by absences, or of whom the actor names alone."""
    who = [by.human, *grants.stands_in_for(by.human)]
    return who if by.on_behalf_of is None else [one for one in who if one == by.on_behalf_of]


def check_runs(session: SelectionSession, by: Actor) -> Actor:
    """The actor as the session's chair, as the chair's deputy, or as a lead of its programme. Raises NotAllowed."""
    chair = SessionMember.objects.filter(session=session, is_chair=True).select_related("person").first()
    stands_in = chair is not None and chair.person in (by.human, *grants.stands_in_for(by.human))
    if chair is not None and stands_in and pools.may_sit(chair.person, session.call.programme):
        return _in_place_of(chair.person, by)
    return check_lead(session, by)


def _in_place_of(holder: Person, by: Actor) -> Actor:
    """The record names both: who acts, and whose right it is."""
    return by if holder == by.human else Actor(person=by.human, on_behalf_of=holder)


def check_state(session: SelectionSession, *states: str) -> None:
    """Raises Conflict with where the session is when it is none of these."""
    if session.state not in states:
        raise Conflict(
            _("This session is %(state)s: this can no longer be done, or not yet.")
            % {"state": session.get_state_display()},
            code="session.state",
        )


def record(
    session: SelectionSession, verb: str, by: Actor, effects: Sequence[dict[str, Any]] = (), **payload: Any
) -> Event:
    """The act's one event on the session's chain, and the job that tells who has to know."""
    event = append(
        subject=Subject("session", session.key), verb=verb, by=by, payload=payload, effects=effects
    )
    defer_telling(event)
    return event


def record_on_ideas(
    entries: Iterable[tuple[Idea, list[dict[str, Any]]]], verb: str, by: Actor, session: SelectionSession
) -> None:
    """One event on each idea's chain, in a few statements whatever their number."""
    payload = {"session": str(session.key)}
    append_each([Entry("idea", idea.key, verb, payload, effects) for idea, effects in entries], by)


def time_to_act(session: SelectionSession) -> datetime:
    """Until when what is asked now is due: the days that the gate leaves for its decision."""
    compared = GateRound.objects.filter(session_lines__session=session).order_by("pk")
    rules = compared.values_list("rules", flat=True).first() or {}
    due: datetime = due_after(session.call.programme.entity, days_to_decide(rules))
    return due


def ask(session: SelectionSession, persons: Iterable[Person], verb: str, due_at: Any = None) -> None:
    """Open the work item `<verb>:<session>` for these persons; who has it already keeps it as it is."""
    inbox.open_for(
        persons,
        key=f"{verb}:{session.key}",
        verb=verb,
        subject_kind="session",
        subject_key=session.key,
        subject_title=session.call.title_fr,
        url=reverse("session", args=[session.key]),
        due_at=due_at,
    )
