"""Who is told of what happens in sponsorship. Nothing here says what a manager thinks of the time (law 8)."""

from django.urls import reverse

from ideas import tellings
from incubator.events.models import Event
from incubator.messages.rules import Telling, audience
from workflows.sponsorship.models import TimeRelease


def _key(event: Event) -> str:
    return str(event.effects[0]["key"])


@audience("sponsor_asked")
def of_a_question(event: Event) -> list[Telling]:
    return tellings.of_work(event, f"pledge:{_key(event)}")


@audience("pledge_signed")
def of_a_promise(event: Event) -> list[Telling]:
    key = event.subject_key
    asked = tellings.of_work(event, f"budget:{key}:G2", f"route:{key}")
    return tellings.of_team(event, "pledged", "sponsorship") + asked


@audience("pledge_declined")
def of_a_refusal(event: Event) -> list[Telling]:
    return tellings.of_team(event, "pledge_declined", "sponsorship")


@audience("pledge_withdrawn")
def of_a_loss(event: Event) -> list[Telling]:
    key = event.subject_key
    return tellings.of_work(event, f"find_sponsor:{key}", f"hold_condition:{key}")


@audience(
    "time_asked", "time_asked_again", "time_opinion_given", "time_silence_recorded", "time_release_refused"
)
def of_time_in_turn(event: Event) -> list[Telling]:
    """Only whoever is waited for: the manager, then the director, then the arbiter."""
    return tellings.of_work(event, f"time:{_key(event)}")


@audience("time_release_signed", "time_arbitrated", "time_asked_in_vain")
def of_an_answer_on_time(event: Event) -> list[Telling]:
    """The member alone: team-mates read on the page whether it is signed."""
    release = TimeRelease.objects.select_related("member__person").filter(key=_key(event)).first()
    idea = tellings.idea_of(event)
    if release is None or idea is None:
        return []
    url = reverse("sponsorship", args=[idea.key])
    return [Telling(release.member.person, "time_answered", url, idea.title, idea.programme.key)]


@audience("evaluation_delivered")
def of_the_next_line(event: Event) -> list[Telling]:
    return tellings.of_work(event, f"budget:{event.subject_key}:G4")
