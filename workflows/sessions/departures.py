"""What sessions do when a person leaves, or a lead's role ends or begins: what waits for a lead is asked anew, and a
seat that was not taken yet is free."""

from datetime import date

from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.people.actors import Actor
from incubator.people.models import Person, RoleGrant
from workflows.gates.leading import LEAD
from workflows.sessions import jobs
from workflows.sessions.actions.members import TO_COME
from workflows.sessions.models import SelectionSession, SessionMember

GIVING = (SelectionSession.State.SETTLED, SelectionSession.State.CLOSED)


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`: the leaver may have led, or stood in a lead's place, or been called to sit."""
    _ask_leads()
    called = SessionMember.objects.filter(person=person, arrived_at=None, session__state__in=TO_COME)
    if called.exists():
        defer(jobs.excuse_leaver.configure(), person=person.pk, at=clock.moved_to())


def on_grant_change(grant: RoleGrant, by: Actor) -> None:
    """A lead's role has ended, or is given."""
    if grant.role == LEAD:
        _ask_leads()


def _ask_leads() -> None:
    # A job: a departure must not hold the locks of sessions. Only a list that is settled asks for something.
    if SelectionSession.objects.filter(state__in=GIVING).exists():
        defer(jobs.ask_leads.configure(), at=clock.moved_to())
