"""What the journey does when a person leaves: an author's idea passes to a co-author who accepts, else it is held."""

from datetime import date

from django.db.models import Q

from ideas.drafting.models import TeamMember
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Person
from workflows.journey import actions


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`; ideas are locked in the order of their ids."""
    followed = Q(role="author") | Q(carry_on_due_at__isnull=False)
    authored = TeamMember.objects.filter(
        followed, person=person, left_at=None, idea__state__in=["draft", "live", "held"]
    )
    for key in authored.order_by("idea_id").values_list("idea__key", flat=True):
        actions.author_left(idea=key, leaver=person, by=SUBSTITUTION)
