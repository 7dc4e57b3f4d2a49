"""A vote that comes while a decision waits for its second signature may turn the opinion: it is marked again."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from incubator.inbox.models import WorkItem
from incubator.lib.refusals import Conflict
from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.gates import actions
from workflows.gates.models import Condition, Decision, GateRound, Seat
from workflows.gates.replay import replay
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def signer() -> Person:
    return PersonFactory(employed=True, mandate="dga")


def stopped_by_two(cast: Cast, *votes: str, **more: Any) -> tuple[GateRound, Decision]:
    """At selection, where the programme wants a second signature for a stop: it waits for another decider."""
    round_ = stage.at_g1(cast)
    round_.rules["second_signature_for"] = {"stop": "another_lead"}
    round_.save(update_fields=["rules"])
    stage.all_vote(round_, *votes)
    return round_, play.decide(round_.idea, cast.dga, "stop", **more)


def turned(round_: GateRound, run_jobs: Run, before: str, after: str) -> None:
    """One of those who voted so steps aside, and the substitute votes otherwise."""
    gone = next(
        seat
        for seat in stage.seats_of(round_)
        if not seat.is_chair and seat.votes.get(in_force=True).choice == before
    )
    actions.step_aside(seat_key=gone.key, by=act(gone.person))
    run_jobs()
    stage.cast_vote(Seat.objects.select_related("person", "round").get(substitute_for=gone), after)


def test_what_would_now_depart_from_the_opinion_is_not_signed(
    cast: Cast, signer: Person, run_jobs: Run
) -> None:
    round_, draft = stopped_by_two(cast, "go", "go", "not_now", "not_now", "not_now")
    turned(round_, run_jobs, "not_now", "go")
    with pytest.raises(Conflict) as refused:
        actions.sign_second(decision_key=draft.key, by=act(signer))
    assert refused.value.code == "sign.opinion_changed"
    actions.decline(decision_key=draft.key, by=act(signer))
    again = play.decide(round_.idea, cast.dga, "stop", departure_reason="Le budget n’y est pas.")
    actions.sign_second(decision_key=again.key, by=act(signer))
    assert Decision.objects.get(key=again.key).departs
    assert not [one for one in replay() if one.differences]


def test_a_declined_signature_asks_for_no_decision_while_a_seat_is_free(
    cast: Cast, signer: Person, run_jobs: Run
) -> None:
    round_, draft = stopped_by_two(cast, "go", "go", "not_now", "not_now", "not_now")
    gone = next(seat for seat in stage.seats_of(round_) if not seat.is_chair)
    actions.step_aside(seat_key=gone.key, by=act(gone.person))
    actions.decline(decision_key=draft.key, by=act(signer))
    assert not WorkItem.objects.filter(verb="decide", closed_at=None).exists()
    run_jobs()
    assert not WorkItem.objects.filter(verb="decide", closed_at=None).exists()
    stage.cast_vote(Seat.objects.select_related("person", "round").get(substitute_for=gone), "not_now")
    asked = WorkItem.objects.filter(verb="decide", closed_at=None).values_list("person", flat=True)
    assert set(asked) == {cast.dga.pk, signer.pk}


def test_a_draft_goes_with_the_round_that_is_left(cast: Cast, signer: Person) -> None:
    round_ = stage.at_g1(cast)
    round_.rules["second_signature_for"] = {"go_with_conditions": "another_lead"}
    round_.save(update_fields=["rules"])
    stage.all_vote(round_, "go")
    condition = ("Un référent est nommé.", PersonFactory(employed=True), date(2030, 1, 8))
    play.decide(round_.idea, cast.dga, "go_with_conditions", conditions=[condition])
    assert Condition.objects.exists()
    journey.withdraw(idea=round_.idea.key, by=act(cast.author))
    round_.refresh_from_db()
    assert round_.state == "void"
    assert not Decision.objects.filter(round=round_).exists()
    assert not Condition.objects.exists()


def test_what_departs_no_more_says_so(cast: Cast, signer: Person, run_jobs: Run) -> None:
    round_, draft = stopped_by_two(
        cast, "go", "go", "go", "not_now", "not_now", departure_reason="Le budget n’y est pas."
    )
    assert draft.departs
    turned(round_, run_jobs, "go", "not_now")
    actions.sign_second(decision_key=draft.key, by=act(signer))
    signed = Decision.objects.get(key=draft.key)
    assert (signed.departs, signed.departure_reason) == (False, "")
    assert not [one for one in replay() if one.differences]
