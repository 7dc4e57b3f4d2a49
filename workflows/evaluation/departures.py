"""What this room does when a person leaves: an evaluator is named again."""

from datetime import date

from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from workflows.evaluation import actions
from workflows.evaluation.models import Evaluation


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`: by idea, in the order of their ids. Run again, it finds nothing to do."""
    writing = Evaluation.objects.filter(evaluator=person, delivered_at=None, ended_at=None)
    for evaluation in writing.order_by("idea_id"):
        actions.relieve(evaluation=evaluation, by=SUBSTITUTION if by.system is None else by)
