"""What gates do when a person leaves or a delegation ends: seats are refilled, decisions asked of others."""

from datetime import date

from incubator.lib import clock
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Mandate, Person
from workflows.gates import actions, jobs
from workflows.gates.models import Seat


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`; ideas are locked in the order of their ids."""
    seats = Seat.objects.filter(person=person, state="open", round__state__in=["seating", "open"])
    for key in seats.order_by("round__idea_id", "pk").values_list("key", flat=True):
        actions.replace_leaver(seat_key=key, by=SUBSTITUTION)
    held = Mandate.objects.filter(holder=person).order_by("entity_id").values_list("entity_id", flat=True)
    for entity in held.distinct():
        _ask_anew(entity)


def on_mandate_end(mandate: Mandate, by: Actor) -> None:
    """A delegation has ended: rounds that wait for a decision are asked of whoever holds one now."""
    _ask_anew(mandate.entity_id)


def _ask_anew(entity: int) -> None:
    # A job, one round at a time: a departure must not hold the locks of all ideas under way.
    jobs.ask_anew.defer(entity=entity, at=clock.moved_to())
