"""Who is told of what happens in a team: whoever is asked, and the team of the answer."""

from ideas import tellings
from ideas.drafting.models import TeamMember
from ideas.drafting.queries import invitation_key
from incubator.events.models import Event
from incubator.messages.rules import Telling, audience


@audience("drafted", "invited")
def of_an_invitation(event: Event) -> list[Telling]:
    """Whoever is asked to join, or for whom a helper has begun an idea."""
    asked = event.payload.get("person") or event.payload.get("author")
    open_to = TeamMember.objects.filter(
        idea__key=event.subject_key, person__key=asked, accepted_at=None, declined_at=None
    )
    return tellings.of_work(event, *(invitation_key(member) for member in open_to))


@audience("invitation_accepted")
def of_a_yes(event: Event) -> list[Telling]:
    return tellings.of_team(event, "joined", "idea-team")


@audience("invitation_declined")
def of_a_no(event: Event) -> list[Telling]:
    return tellings.of_team(event, "declined", "idea-team")
