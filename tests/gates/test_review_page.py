"""The opinion page: what it shows, what it refuses, what it never tells."""

from typing import Any

import pytest
from django.urls import reverse

from tests.gates import stage
from tests.journey.cast import Cast
from workflows.gates.models import Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_an_opinion_is_given_and_read_back(cast: Cast) -> None:
    round_ = stage.at_g1(cast)
    seat = stage.seats_of(round_)[0]
    client = stage.signed_in(seat.person)
    url = reverse("review", args=[seat.key])
    assert client.get(url).status_code == 200
    sent = stage.opinion(
        round_,
        "go_if",
        links="recognised",
        score_novelty="na",
        condition_0_text="Tester de nuit",
        condition_0_due="2030-03-01",
        comment_to_panel="À voir avec l’assurance.",
    )
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.content.decode()
    vote = Vote.objects.get(seat=seat)
    assert vote.conditions == [{"text": "Tester de nuit", "due_on": "2030-03-01"}]
    assert vote.scores["novelty"] == {"not_applicable": True}
    assert vote.recognises
    again = client.get(url)
    assert "Tester de nuit" in again.content.decode()


def test_pages_open(cast: Cast) -> None:
    round_ = stage.at_g1(cast)
    seat = stage.seats_of(round_)[0]
    client = stage.signed_in(seat.person)
    for name, key in (("reviews", None), ("step-aside", seat.key), ("review", seat.key)):
        answer: Any = client.get(reverse(name, args=[key] if key else []))
        assert answer.status_code == 200
    lead = stage.signed_in(cast.lead)
    assert lead.get(reverse("seats", args=[round_.key])).status_code == 200
    dga = stage.signed_in(cast.dga)
    page = dga.get(reverse("decide", args=[round_.key]))
    assert page.status_code == 200
    stage.all_vote(round_, "go_if")
    page = dga.get(reverse("decide", args=[round_.key]))
    assert page.status_code == 200
    sent = stage.written("go_with_conditions", condition_0_text="Tester", condition_0_due="2030-01-01")
    check = dga.post(page.request["PATH_INFO"], sent | {"step": "check"})
    assert check.status_code == 200, stage.texts(check.content.decode())
    done = dga.post(page.request["PATH_INFO"], sent)
    assert done.status_code == 302, stage.texts(done.content.decode())
    assert dga.get(page.request["PATH_INFO"]).status_code == 200
