"""What a team adds to the learning sheet of its stopped idea, named as the idea's authors are."""

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea, TeamMember
from incubator.events.models import Event
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.journey import actions
from workflows.journey.models import LearningNote

pytestmark = pytest.mark.django_db
TEXT = "Le garage du pôle prête un abri : demander avant d’acheter."


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def idea(cast: Cast) -> Idea:
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now")
    play.decide(round_.idea, cast.dga, "stop")
    return Idea.objects.get()


def page(person: Person, name: str, idea: Idea) -> tuple[int, str]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    answer = client.get(reverse(name, args=[idea.key]))
    return answer.status_code, stage.texts(answer.content.decode())


def test_the_team_adds_and_everyone_reads(cast: Cast, idea: Idea) -> None:
    assert "Add to the learning sheet" in page(cast.author, "idea", idea)[1]
    url = reverse("idea-learning", args=[idea.key])
    client = stage.signed_in(cast.author)
    assert client.post(url, {"text": "Non"}).status_code == 422
    assert client.post(url, {"text": TEXT}).status_code == 302
    colleague = PersonFactory(employed=True)
    status, text = page(colleague, "idea", idea)
    assert (status, TEXT in text, "Added by the team" in text) == (200, True, True)
    assert cast.author.family_name not in text
    assert page(colleague, "idea-learning", idea)[0] == 404
    assert "Add to the learning sheet" not in text
    event = Event.objects.get(verb="learning_added")
    assert (event.effects, TEXT in str(event.payload)) == ([], False)


@pytest.mark.parametrize("reader", ["author", "lead"])
def test_the_page_of_a_stopped_idea_takes_at_most_12_queries(cast: Cast, idea: Idea, reader, at_most) -> None:
    actions.add_learning(idea=idea.key, by=act(cast.author), text=TEXT)
    page(cast.lead, "idea", idea)  # content types are read once in a process
    client = stage.signed_in(getattr(cast, reader))
    with at_most(12):
        answer = client.get(reverse("idea", args=[idea.key]))
    assert TEXT in answer.text


def test_the_name_shows_once_all_of_the_team_wish_so(cast: Cast, idea: Idea) -> None:
    actions.add_learning(idea=idea.key, by=act(cast.author), text=TEXT)
    TeamMember.objects.filter(idea=idea).update(wishes_name_shown=True)
    assert f"Added by {cast.author}" in page(PersonFactory(employed=True), "idea", idea)[1]


def test_only_where_there_is_a_learning_sheet(cast: Cast, idea: Idea) -> None:
    with pytest.raises(Invalid):
        actions.add_learning(idea=idea.key, by=act(cast.author), text="x" * 2_001)
    Idea.objects.update(state="live")
    with pytest.raises(Conflict):
        actions.add_learning(idea=idea.key, by=act(cast.author), text=TEXT)
    assert not LearningNote.objects.exists()
