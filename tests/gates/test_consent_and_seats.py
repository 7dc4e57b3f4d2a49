"""A seat is left while a redirect waits for its author: the substitute votes, the author answers, nobody is stuck."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from incubator.people.models import Person, RoleGrant
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.clock.actions import tick
from workflows.gates import actions
from workflows.gates.models import Decision, GateRound, Seat
from workflows.gates.replay import replay

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _english(the_city_s_language: None) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def round_(cast: Cast) -> GateRound:
    """At selection, all five against; a redirect waits for the author."""
    found = stage.at_g1(cast)
    stage.all_vote(found, "not_now")
    play.decide(found.idea, cast.dga, "redirect", redirect_to="prevention_adviser")
    assert asked("consent") == [cast.author]
    return found


def asked(verb: str) -> list[Person]:
    items = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person")
    return [item.person for item in items.order_by("person__staff_number")]


def leave(round_: GateRound, count: int = 1) -> None:
    for seat in [seat for seat in stage.seats_of(round_) if not seat.is_chair][:count]:
        actions.step_aside(seat_key=seat.key, by=act(seat.person))


def nobody_else_sits() -> None:
    RoleGrant.objects.filter(role="panel_member").update(ends_at=clock.now())


def consents(round_: GateRound, cast: Cast) -> None:
    actions.consent(decision_key=round_.decision.key, by=act(cast.author))


def test_a_vote_that_can_no_longer_change_is_shown_without_its_form(round_: GateRound, run_jobs: Run) -> None:
    """What is awaited is said in the same words whatever was decided: only chair, decider and lead read that."""
    Person.objects.update(language="en")
    seat, other = [seat for seat in stage.seats_of(round_) if not seat.is_chair][:2]
    client, page = stage.signed_in(seat.person), reverse("review", args=[seat.key])
    shown = client.get(page).text
    assert "waits for a signature or a consent before it counts" in shown
    for gone in (
        "Send my vote",
        "Change my vote",
        "You may change it until",
        "you can no longer change yours",
    ):
        assert gone not in shown
    assert client.post(page, stage.opinion(round_)).status_code == 409
    actions.step_aside(seat_key=other.key, by=act(other.person))
    run_jobs()
    Person.objects.update(language="en")
    late = Seat.objects.select_related("person").get(round=round_, substitute_for__isnull=False)
    assert "Send my vote" in stage.signed_in(late.person).get(reverse("review", args=[late.key])).text


def test_a_vote_is_shown_with_its_form_before_a_decision_is_written(cast: Cast) -> None:
    found = stage.at_g1(cast)
    stage.all_vote(found, "not_now")
    Person.objects.update(language="en")
    seat = stage.seats_of(found)[0]
    shown = stage.signed_in(seat.person).get(reverse("review", args=[seat.key])).text
    assert "Change my vote" in shown
    assert "waits for a signature" not in shown


def test_the_substitute_votes_and_the_author_consents(round_: GateRound, cast: Cast, run_jobs: Run) -> None:
    leave(round_)
    run_jobs()
    seat = Seat.objects.select_related("person", "round").get(round=round_, substitute_for__isnull=False)
    with pytest.raises(Conflict) as refused:
        consents(round_, cast)
    assert refused.value.code == "consent.panel_votes"
    sent = stage.opinion(round_, "not_now", comment_to_authors="Relève de la prévention.")
    posted = stage.signed_in(seat.person).post(reverse("review", args=[seat.key]), sent)
    assert (posted.status_code, asked("vote"), asked("decide")) == (302, [], [])
    assert asked("consent") == [cast.author]
    with pytest.raises(Conflict) as refused:
        stage.cast_vote(seat)
    assert refused.value.code == "vote.decided"
    consents(round_, cast)
    assert not WorkItem.objects.filter(subject_key=round_.idea.key, closed_at=None).exists()
    assert not [one for one in replay() if one.differences]


def test_a_vacant_seat_keeps_no_author_from_the_page(round_: GateRound, cast: Cast, run_jobs: Run) -> None:
    nobody_else_sits()
    leave(round_)
    run_jobs()
    page = stage.signed_in(cast.author).get(reverse("consent", args=[round_.key]))
    assert page.status_code == 200
    consents(round_, cast)
    assert Decision.objects.get(round=round_).issued_at is not None


def test_without_its_quorum_the_author_reads_a_sentence_of_theirs(
    round_: GateRound, cast: Cast, run_jobs: Run
) -> None:
    nobody_else_sits()
    leave(round_, 3)
    run_jobs()
    with pytest.raises(Conflict) as refused:
        consents(round_, cast)
    assert refused.value.code == "consent.opinion"
    assert "choose another" not in str(refused.value.sentence)
    actions.decline_consent(decision_key=round_.decision.key, by=act(cast.author))
    assert asked("decide") == [], "nobody can decide on what the panel has not said"
    assert asked("seat_panel") == [cast.lead, cast.other_lead]
    with clock.moved(clock.now() + timedelta(days=90)):
        tick()
        assert asked("complete_opinion") == [cast.lead, cast.other_lead]


def test_after_the_panels_time_a_no_asks_who_can_complete_it(
    round_: GateRound, cast: Cast, run_jobs: Run
) -> None:
    nobody_else_sits()
    leave(round_, 3)
    run_jobs()
    with clock.moved(clock.now() + timedelta(days=90)):
        actions.decline_consent(decision_key=round_.decision.key, by=act(cast.author))
        assert (asked("decide"), asked("complete_opinion")) == ([], [cast.lead, cast.other_lead])


def test_a_no_to_a_panel_whose_quorum_stands_opens_the_round_again_for_the_writer(
    round_: GateRound, cast: Cast, run_jobs: Run
) -> None:
    nobody_else_sits()
    leave(round_)
    run_jobs()
    with clock.moved(clock.now() + timedelta(days=90)):
        actions.decline_consent(decision_key=round_.decision.key, by=act(cast.author))
        round_.refresh_from_db()
        assert (round_.state, asked("decide")) == ("open", [cast.dga])
        play.decide(round_.idea, cast.dga, "rework")


def test_the_chair_may_settle_what_a_substitutes_vote_left_tied(
    round_: GateRound, cast: Cast, run_jobs: Run
) -> None:
    leave(round_, 2)
    run_jobs()
    chair = next(seat for seat in stage.seats_of(round_) if seat.is_chair)
    chair.votes.update(choice="abstain", scores={})
    for seat in stage.seats_of(round_):
        if seat.substitute_for_id is not None:
            stage.cast_vote(seat)
    assert (asked("casting_vote"), asked("decide")) == ([chair.person], [])
    stage.cast_vote(chair, "not_now")
    assert (asked("casting_vote"), asked("decide"), asked("consent")) == ([], [], [cast.author])
    consents(round_, cast)


def test_a_draft_beside_a_vacant_seat_lapses_with_its_writers_delegation(
    round_: GateRound, cast: Cast, run_jobs: Run
) -> None:
    """Nobody is asked to decide on a panel that is not complete; once its time is over, it is asked for."""
    nobody_else_sits()
    leave(round_)
    run_jobs()
    people.end_mandate(mandate=cast.dga.mandates.get(), by=IMPORT)
    run_jobs()
    assert not Decision.objects.filter(round=round_).exists()
    assert (asked("consent"), asked("decide")) == ([], [])
    successor = PersonFactory(employed=True, mandate="dga")
    with clock.moved(clock.now() + timedelta(days=90)):
        tick()
        assert asked("decide") == [successor]
