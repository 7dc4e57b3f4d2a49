"""A draft is its team's alone: nobody else learns that it is there (law 8)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting import actions
from incubator.messages.models import Message
from incubator.people.actors import Actor
from tests.factories import IdeaFactory, PersonFactory

pytestmark = pytest.mark.django_db
LOST = "/messages/unknown"


def pages_of_a_lead(programme_key: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(PersonFactory(role="programme_lead", role__programme_key=programme_key))
    return client.get(LOST).text


@pytest.mark.parametrize("answered", [False, True])
def test_a_lost_mail_of_a_draft_names_it_to_no_lead(run_jobs: Callable[..., list[str]], answered) -> None:
    idea = IdeaFactory(title="Une invention secrète")
    author = idea.team.get(role="author").person
    author.email = "author@ville.example"
    author.save()
    asked = PersonFactory(email="asked@ville.example", family_name="Quidam")
    actions.invite(idea=idea, by=Actor(person=author), person=asked)
    if answered:
        actions.accept_invitation(idea=idea, by=Actor(person=asked))
    run_jobs()
    told = Message.objects.filter(subject_key=idea.key)
    assert told.filter(person=author if answered else asked).exists()
    told.update(mail=Message.Mail.UNKNOWN)
    led, all_led = pages_of_a_lead("idees"), pages_of_a_lead("")
    assert "invention" not in led + all_led
    assert "Quidam" not in led
    # Whoever leads everything still learns whom to tell another way.
    assert (author if answered else asked).family_name in all_led


def test_a_lost_mail_of_a_submitted_idea_names_it_to_its_lead(run_jobs: Callable[..., list[str]]) -> None:
    idea = IdeaFactory(title="Un vélo-cargo", live=True)
    asked = PersonFactory(email="asked@ville.example")
    actions.invite(idea=idea, by=Actor(person=idea.team.get(role="author").person), person=asked)
    run_jobs()
    Message.objects.filter(subject_key=idea.key).update(mail=Message.Mail.UNKNOWN)
    assert "vélo-cargo" in pages_of_a_lead("idees")
    assert reverse("messages-unknown") == LOST
