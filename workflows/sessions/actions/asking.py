"""A lead comes or goes: what sessions ask of a lead is asked of whoever leads now, and of nobody else.

Nothing changes by it, so no event is written. Before its list is settled a session asks nothing of leads.
"""

from typing import Any

from django.db.models import Q

from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from workflows.gates.actions import ask_again
from workflows.gates.models import GateRound
from workflows.sessions.actions import common, places, settling
from workflows.sessions.models import SelectionSession

State = SelectionSession.State


def ask_leads(*, session_key: Any) -> None:
    """Of a settled session: to close it, or, while nobody holds a delegation, to decide. Run twice, it asks once."""
    with common.locked_session(session_key) as session:
        if session.state != State.SETTLED:
            return
        verb = "decide_session" if places.undecided(session) else "close_session"
        if verb == "decide_session" and settling.deciders(session):
            return
        people = common.who_leads(session)
        due = WorkItem.objects.filter(key=f"{verb}:{session.key}", closed_at=None).values_list("due_at")
        common.ask(session, people, verb, next((at for (at,) in due), None) or common.time_to_act(session))
        if people:
            inbox.narrow(f"{verb}:{session.key}", people)


def ask_moved_up() -> None:
    """The decision on each idea that moved up, of whoever may make it now, or leads while nobody may."""
    lines = Q(session_lines__moved_up_at__isnull=False, session_lines__left_at=None)
    rounds = GateRound.objects.filter(lines, state__in=["seating", "open"]).order_by("idea_id")
    for key in rounds.values_list("key", flat=True).distinct():
        ask_again(round_key=key)
