"""Who is told of what happens in a pilot."""

from django.urls import reverse

from ideas import tellings
from incubator.events.models import Event
from incubator.messages.rules import Telling, audience
from workflows.pilots import queries


@audience("incident_reported")
def of_an_incident(event: Event) -> list[Telling]:
    return tellings.of_work(event, f"incident:{event.effects[0]['number']}")


@audience("pilot_ended")
def of_the_end(event: Event) -> list[Telling]:
    """The team and the sponsor, whoever ended it apart."""
    found = tellings.of_team(event, "pilot_ended", "pilot")
    idea = tellings.idea_of(event)
    sponsor = queries.sponsor_of(idea) if idea else None
    if idea and sponsor and sponsor.key != event.actor_key:
        url = reverse("pilot", args=[idea.key])
        found.append(Telling(sponsor, "pilot_ended", url, idea.title, idea.programme.key))
    return found
