"""What gates do when a person leaves or a delegation ends: seats are refilled, decisions asked of others."""

from datetime import date

from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from workflows.gates import actions
from workflows.gates.models import GateRound, Seat


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`; ideas are locked in the order of their ids."""
    seats = Seat.objects.filter(person=person, state="open", round__state__in=["seating", "open"])
    for key in seats.order_by("round__idea_id", "pk").values_list("key", flat=True):
        actions.replace_leaver(seat_key=key, by=SUBSTITUTION)
    ask_anew()


def on_mandate_end(mandate: object, by: Actor) -> None:
    """A delegation has ended: rounds that wait for a decision are asked of whoever holds one now."""
    ask_anew()


def ask_anew() -> None:
    """Ask every open round's decision again of all who may decide it; who has the item already keeps it."""
    for key in GateRound.objects.filter(state="open").order_by("idea_id").values_list("key", flat=True):
        actions.ask_again(round_key=key)
