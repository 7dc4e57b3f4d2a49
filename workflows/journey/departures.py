"""What the journey does when a person leaves: a sole author's idea passes to a co-author, else it is held."""

from datetime import date

from ideas.drafting.models import TeamMember
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from workflows.journey import actions


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`; ideas are locked in the order of their ids."""
    authored = TeamMember.objects.filter(
        person=person, role="author", left_at=None, idea__state__in=["live", "held"]
    )
    for key in authored.order_by("idea_id").values_list("idea__key", flat=True):
        actions.author_left(idea=key, leaver=person, by=SUBSTITUTION)
