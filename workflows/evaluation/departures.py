"""What this room does when a person leaves, or a lead comes or goes: an evaluator is named again, whoever leads reads
the benefits of a service that nobody runs any more."""

from datetime import date

from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person, RoleGrant
from workflows.evaluation import actions, jobs
from workflows.evaluation.models import Evaluation


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`: by idea, in the order of their ids. Run again, it finds nothing to do."""
    writing = Evaluation.objects.filter(evaluator=person, delivered_at=None, ended_at=None)
    for evaluation in writing.order_by("idea_id"):
        actions.relieve(evaluation=evaluation, by=SUBSTITUTION if by.system is None else by)


def on_grant_change(grant: RoleGrant, by: Actor) -> None:
    """Handler of `people.departures`, for a role given or taken back."""
    if grant.role == "programme_lead":
        defer(jobs.ask_readers.configure(), at=clock.moved_to())
