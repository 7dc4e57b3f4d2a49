"""The opinion page: what it shows, what it refuses, what it never tells."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ideas.drafting.models import IdeaContent
from incubator.lib import clock
from incubator.people.once import new_key
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast
from workflows.gates.models import GateRound, Seat, Vote

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


def url(seat: Seat) -> str:
    return reverse("review", args=[seat.key])


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    return stage.at_g1(cast)


def test_before_one_s_own_vote_nothing_of_others_is_in_the_response(round_: GateRound) -> None:
    seats = stage.seats_of(round_)
    before = stage.signed_in(seats[0].person).get(url(seats[0])).content.decode()
    for seat in seats[1:]:
        stage.cast_vote(seat, "not_now", 0, comment_to_panel="Mot d’un autre")
    after = stage.signed_in(seats[0].person).get(url(seats[0])).content.decode()
    assert "Mot d’un autre" not in after

    def plain(html: str) -> str:
        return re.sub(
            r'(name="(csrfmiddlewaretoken|request_key|page)" value=)"[^"]*"|X-CSRFToken[^}]*', "", html
        )

    assert plain(after) == plain(before)
    for seat in seats[1:]:
        assert str(seat.person) not in after
    assert stage.signed_in(seats[0].person).get(reverse("others", args=[seats[0].key])).status_code == 302


def test_the_others_are_opened_unnamed_and_one_s_own_is_final(round_: GateRound) -> None:
    seats = stage.seats_of(round_)
    for number, seat in enumerate(seats):
        stage.cast_vote(seat, "go", number % 5, comment_to_panel=f"Mot {number}")
    client = stage.signed_in(seats[0].person)
    others = reverse("others", args=[seats[0].key])
    assert client.post(others, {"request_key": new_key()}).status_code == 302
    said = client.get(others).content.decode()
    assert all(f"Mot {number}" in said for number in range(5))
    assert not [seat for seat in seats[1:] if str(seat.person) in said or str(seat.key) in said]
    order = [int(number) for number in re.findall(r"Mot (\d)", said)][1:]
    assert sorted(order) == [1, 2, 3, 4]
    page = client.get(url(seats[0])).content.decode()
    assert 'name="choice"' not in page
    assert client.post(url(seats[0]), stage.opinion(round_)).status_code == 409


def test_errors_name_each_field_and_keep_what_was_typed(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    client = stage.signed_in(seat.person)
    sent = stage.opinion(
        round_,
        "go_if",
        links="",
        score_value="",
        must_meet_opinions="no",
        condition_0_text="Ma condition",
        comment_to_panel="Mot gardé",
        comment_to_authors="x" * 10_001,
    )
    answer = client.post(url(seat), sent)
    said = answer.content.decode()
    assert answer.status_code == 422
    for name in (
        "links_0",
        "score_value_0",
        "must_meet_opinions_reason",
        "condition_0_text",
        "comment_to_authors",
    ):
        assert f'href="#id_{name}"' in said, name
    assert "Ma condition" in said
    assert "Mot gardé" in said
    assert not Vote.objects.filter(seat=seat).exists()
    nul = client.post(url(seat), stage.opinion(round_, comment_to_panel="a\x00b"))
    assert nul.status_code == 422


def test_a_question_left_open_is_named_and_the_gate_s_own(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    sent = stage.opinion(round_, must_meet_opinions_reason="Un mot déjà")
    del sent["must_meet_opinions"]
    answer = stage.signed_in(seat.person).post(url(seat), sent)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_must_meet_opinions_0"' in said
    assert "Un mot déjà" in said
    assert "ne pose pas l’une de ces questions" not in said


def test_rows_are_added_without_script_and_nothing_is_sent(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    sent = stage.opinion(round_, "go_if", add="condition", condition_0_text="Une")
    answer = stage.signed_in(seat.person).post(url(seat), sent)
    assert answer.status_code == 200
    assert 'name="condition_1_text"' in answer.content.decode()
    assert not Vote.objects.filter(seat=seat).exists()


def test_a_new_version_is_shown_and_confirmed_with_the_answers_kept(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    client = stage.signed_in(seat.person)
    sent = stage.opinion(round_, comment_to_panel="Mot gardé")
    IdeaContent.objects.filter(idea=round_.idea).update(version=2)
    answer = client.post(url(seat), sent)
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "Mot gardé" in said
    assert 'name="content_version" value="2"' in said
    assert "from=1&amp;to=2" in said
    assert client.post(url(seat), sent | {"content_version": "2"}).status_code == 302


def test_stepping_aside_asks_for_no_reason(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    client = stage.signed_in(seat.person)
    answer = client.post(url(seat), stage.opinion(round_, links="aside"))
    assert answer["Location"] == reverse("step-aside", args=[seat.key])
    key = {"request_key": new_key()}
    first, again = (client.post(answer["Location"], key) for _ in range(2))
    assert first["Location"] == again["Location"] == reverse("reviews")
    assert client.get(url(seat)).status_code == 409
    assert client.get(reverse("reviews")).status_code == 200


def test_forged_keys_and_other_people_find_nothing(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    stranger = stage.signed_in(PersonFactory(employed=True))
    for name in ("review", "others", "step-aside"):
        assert stranger.get(reverse(name, args=[seat.key])).status_code in (302, 404)
        assert stranger.post(reverse(name, args=[seat.key]), stage.opinion(round_)).status_code == 404
    assert stranger.get("/reviews/00000000-0000-4000-8000-000000000000").status_code == 404
    assert not Vote.objects.filter(seat=seat).exists()


def test_a_double_click_votes_once(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    client, sent = stage.signed_in(seat.person), stage.opinion(round_)
    first, again = (client.post(url(seat), sent) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert Vote.objects.filter(seat=seat).count() == 1


def test_a_late_voter_is_told(cast: Cast, round_: GateRound) -> None:
    seats = stage.seats_of(round_)
    for seat in seats[1:]:
        stage.cast_vote(seat)
    GateRound.objects.filter(pk=round_.pk).update(review_due_at=clock.now())
    steps.decide(round_.idea, cast.dga)
    answer = stage.signed_in(seats[0].person).post(url(seats[0]), stage.opinion(round_))
    assert answer.status_code == 409


def test_after_the_panel_s_time_the_page_says_that_a_vote_still_counts(round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    url, client = reverse("review", args=[seat.key]), stage.signed_in(seat.person)
    said = "Le délai de la consultation est passé\N{NO-BREAK SPACE}; votre vote compte encore, jusqu’à la décision."
    assert said not in client.get(url).text
    GateRound.objects.filter(pk=round_.pk).update(review_due_at=clock.now() - timedelta(minutes=1))
    assert said in client.get(url).text
    GateRound.objects.filter(pk=round_.pk).update(state="void", closed_at=clock.now())
    assert said not in client.get(url).text


def test_masked_names_are_absent(cast: Cast, round_: GateRound) -> None:
    seat = stage.seats_of(round_)[0]
    client = stage.signed_in(seat.person)
    assert str(cast.author) in client.get(url(seat)).content.decode()
    GateRound.objects.filter(pk=round_.pk).update(rules=round_.rules | {"authors_hidden": True})
    said = client.get(url(seat)).content.decode()
    assert str(cast.author) not in said
    assert cast.author.family_name not in said


@pytest.mark.parametrize("last", [False, True])
def test_a_vote_stays_within_its_queries(round_: GateRound, last: bool) -> None:
    """Session and person included; the transaction's own begin and end are not queries."""
    seats = stage.seats_of(round_)
    for seat in seats[1:] if last else ():
        stage.cast_vote(seat)
    client, sent = stage.signed_in(seats[0].person), stage.opinion(round_)
    with CaptureQueriesContext(connection) as asked:
        assert client.post(url(seats[0]), sent).status_code == 302
    said = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) <= 14, "\n".join(one[:90] for one in said)
