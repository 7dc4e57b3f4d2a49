"""While names are hidden, no page names someone of the team, those who left it included (law 8)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.people.actors import SUBSTITUTION
from tests.factories import CallFactory, IdeaFactory, PersonFactory, TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.gates import actions as gates
from workflows.gates.models import Seat
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db


def test_the_owner_of_a_condition_stays_the_team_once_he_has_left_it(
    run_jobs: Callable[..., list[str]],
) -> None:
    cast = Cast()
    cast.call = CallFactory(authors_hidden=True)
    idea = play.submit(cast)
    run_jobs()
    heir = TeamMemberFactory(idea=idea, role="co_author").person
    round_ = play.round_of(idea)
    seat = Seat.objects.select_related("person").get(round=round_, state="open")
    answers = play.full_vote(round_.rules, "go_if")
    gates.vote(seat_key=seat.key, by=act(seat.person), content_version=idea.content.version, **answers)
    owned = [("Compter les trajets", cast.author, play.in_days(40))]
    decision = play.decide(idea, seat.person, "go_with_conditions", conditions=owned)
    journey.author_left(idea=idea.key, leaver=cast.author, by=SUBSTITUTION)
    client = Client(headers={"accept-language": "en"})
    client.force_login(PersonFactory())
    condition = decision.conditions.get()
    for url in (reverse("decide", args=[round_.key]), reverse("condition", args=[condition.key])):
        page = client.get(url)
        assert page.status_code == 200
        assert "the team" in page.text
        for person in (cast.author, heir):
            assert person.family_name not in page.text


def test_the_team_of_a_closed_idea_is_named_only_when_all_of_it_wish_so() -> None:
    idea = IdeaFactory(live=True)
    author = idea.team.get(role="author").person
    other = TeamMemberFactory(idea=idea).person
    url, wish = reverse("idea", args=[idea.key]), reverse("idea-name", args=[idea.key])
    reader, team = Client(headers={"accept-language": "en"}), {}
    reader.force_login(PersonFactory())
    for person in (author, other):
        team[person] = Client(headers={"accept-language": "en"})
        team[person].force_login(person)
    assert team[author].post(wish, {"shown": "yes"}).status_code == 409
    Idea.objects.filter(pk=idea.pk).update(state="stopped", ended_at=idea.submitted_at)

    def named() -> bool:
        page = reader.get(url).text
        return author.family_name in page or other.family_name in page

    assert not named()
    assert "Show my name" in team[author].get(url).text
    assert "Show my name" not in reader.get(url).text
    assert reader.post(wish, {"shown": "yes"}).status_code == 404
    assert team[author].post(wish, {"shown": "perhaps"}).status_code == 422
    assert team[author].post(wish, {"shown": "yes"}).status_code == 302
    assert not named()
    assert "once everyone of the team" in team[author].get(url).text
    team[other].post(wish, {"shown": "yes"})
    assert named()
    team[other].post(wish, {"shown": "no"})
    assert not named()
