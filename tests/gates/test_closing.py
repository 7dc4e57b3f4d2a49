"""The end of a consultation: by its last vote or its time; a tie, a lack, and who can mend it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.models import Person
from tests.factories import DepartmentFactory, GateRoundFactory, IdeaFactory, PersonFactory, SeatFactory
from tests.gates import stage
from tests.journey import cast
from tests.journey.cast import act
from workflows.clock.actions import tick
from workflows.gates import actions, records, rules
from workflows.gates.models import GateRound, Seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea() -> Idea:
    return IdeaFactory(
        author=PersonFactory(department=DepartmentFactory(service=True)), live=True, stage="review"
    )


@pytest.fixture
def lead() -> Person:
    return PersonFactory(employed=True, role="programme_lead")


def panel(idea: Idea, seats: int = 3, gate: str = "G1", **changes: Any) -> GateRound:
    """The first seat chairs; all are from elsewhere."""
    PersonFactory(employed=True, mandate="dga")
    wanted = {"seats": seats, "quorum": 2} | changes
    found = GateRoundFactory(idea=idea, gate=gate, changes=wanted)
    for place in range(seats):
        SeatFactory(round=found, is_chair=place == 0, person=PersonFactory(employed=True))
    return found


def votes(round_: GateRound, *choices: str) -> None:
    for seat, choice in zip(stage.seats_of(round_), choices, strict=False):
        if choice:
            stage.cast_vote(seat, choice)


def asked(verb: str) -> list[Person]:
    return [item.person for item in WorkItem.objects.filter(verb=verb, closed_at=None).order_by("pk")]


def chair_of(round_: GateRound) -> Seat:
    return Seat.objects.select_related("person").get(round=round_, is_chair=True)


@pytest.mark.parametrize("choices", [("abstain", "go", "not_now"), ("abstain", "abstain", "abstain")])
def test_the_chair_is_asked_to_settle_what_the_votes_leave_open(idea: Idea, choices: tuple[str, ...]) -> None:
    round_ = panel(idea)
    votes(round_, *choices)
    chair = chair_of(round_)
    assert asked("casting_vote") == [chair.person]
    assert asked("decide") == []
    # Also after reading the others' votes, which closes one's own otherwise.
    actions.open_others(seat_key=chair.key, by=act(chair.person))
    with pytest.raises(Invalid), transaction.atomic():
        stage.cast_vote(chair, "abstain")
    stage.cast_vote(chair, "go")
    assert asked("casting_vote") == []
    assert len(asked("decide")) == 1
    assert records.record_of(round_, idea)["seats"]
    assert rules.opinion(records.record_of(round_, idea)).result == "go"
    assert Event.objects.filter(subject_key=idea.key, verb="vote_cast").latest("sequence").payload["casting"]
    with pytest.raises(Conflict), transaction.atomic():
        stage.cast_vote(chair, "not_now")


def test_the_chair_reads_what_is_waited_for(idea: Idea) -> None:
    round_ = panel(idea)
    votes(round_, "abstain", "go", "not_now")
    chair = chair_of(round_)
    client = Client(headers={"accept-language": "en"})
    client.force_login(chair.person)
    page = client.get(reverse("review", args=[chair.key])).text
    assert "The opinion waits for your vote" in page
    other = stage.seats_of(round_)[1]
    client.force_login(other.person)
    assert "The opinion waits" not in client.get(reverse("review", args=[other.key])).text


def test_a_tie_that_the_chair_broke_already_asks_for_the_decision(idea: Idea) -> None:
    votes(panel(idea, seats=2), "go", "not_now")
    assert asked("casting_vote") == []
    assert len(asked("decide")) == 1


def past(round_: GateRound, gate: str = "G1") -> None:
    name = "review_due_at" if gate == "G1" else "due_at"
    changes: dict[str, Any] = {name: clock.now() - timedelta(minutes=1)}
    GateRound.objects.filter(pk=round_.pk).update(review_due_at=None, due_at=clock.now() + timedelta(9))
    GateRound.objects.filter(pk=round_.pk).update(**changes)


@pytest.mark.parametrize("gate", ["G1", "G2"])
def test_with_its_quorum_a_consultation_closes_by_itself_at_its_time(idea: Idea, gate: str) -> None:
    round_ = panel(idea, gate=gate)
    votes(round_, "go", "go", "")
    tick()
    assert asked("decide") == []
    past(round_, gate)
    for _ in range(2):
        tick()
    assert len(asked("decide")) == 1
    assert Event.objects.filter(subject_key=idea.key, verb="opinion_closed").count() == 1


def test_without_its_quorum_the_lead_is_asked_once_and_a_late_vote_completes_it(
    idea: Idea, lead: Person
) -> None:
    round_ = panel(idea)
    votes(round_, "go", "", "")
    past(round_)
    for _ in range(2):
        tick()
    assert (asked("decide"), asked("complete_opinion")) == ([], [lead])
    event = Event.objects.get(subject_key=idea.key, verb="opinion_incomplete")
    assert event.payload["missing"] == ["quorum"]
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)
    page = client.get(reverse("seats", args=[round_.key])).text
    assert "The quorum is 2: 1 more vote is needed." in page
    stage.cast_vote(stage.seats_of(round_)[1], "go")
    assert (len(asked("decide")), asked("complete_opinion")) == (1, [])


def test_nothing_is_closed_before_its_time(idea: Idea) -> None:
    round_ = panel(idea)
    with pytest.raises(Conflict):
        actions.close_opinion(round_key=round_.key, by=act(PersonFactory()))


def test_a_vacant_seat_does_not_keep_a_consultation_open_past_its_time(
    idea: Idea, lead: Person, run_jobs: Any
) -> None:
    """One of the panel steps aside, nobody is left in the pool: with its quorum the opinion closes all the same."""
    round_ = panel(idea)
    votes(round_, "go", "go", "")
    left = stage.seats_of(round_)[2]
    actions.step_aside(seat_key=left.key, by=act(left.person))
    run_jobs()
    assert asked("seat_panel") == [lead]
    tick()
    assert asked("decide") == [], "the panel still has time, and a substitute may come"
    past(round_)
    for _ in range(2):
        tick()
    assert (len(asked("decide")), asked("seat_panel")) == (1, [])
    event = Event.objects.get(subject_key=idea.key, verb="opinion_closed")
    assert [(one["from"], one["to"]) for one in event.effects] == [("seating", "open")]
    (decider,) = asked("decide")
    choice = actions.Choice("go", cast.REASONS)
    assert actions.check(round_key=round_.key, by=act(decider), choice=choice).outcome == "go"


def test_the_late_vote_that_completes_a_vacant_panel_asks_for_the_decision(
    idea: Idea, lead: Person, run_jobs: Any
) -> None:
    round_ = panel(idea)
    votes(round_, "go", "", "")
    left = stage.seats_of(round_)[2]
    actions.step_aside(seat_key=left.key, by=act(left.person))
    run_jobs()
    past(round_)
    for _ in range(2):
        tick()
    assert (asked("decide"), asked("complete_opinion")) == ([], [lead])
    stage.cast_vote(stage.seats_of(round_)[1], "go")
    assert (len(asked("decide")), asked("complete_opinion"), asked("seat_panel")) == (1, [], [])
    event = Event.objects.filter(subject_key=idea.key, verb="vote_cast").latest("sequence")
    assert [one["to"] for one in event.effects] == ["cast", "open"]


def test_a_round_in_which_nobody_sits_waits_for_its_panel(idea: Idea) -> None:
    round_ = GateRoundFactory(idea=idea, gate="G1", state="seating", opened_at=None)
    past(round_)
    tick()
    assert not Event.objects.filter(subject_key=idea.key, verb__startswith="opinion").exists()
