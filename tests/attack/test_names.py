"""While names are hidden, no page names someone of the team, those who left it included (law 8)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from incubator.people.actors import SUBSTITUTION
from tests.factories import CallFactory, PersonFactory, TeamMemberFactory
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
