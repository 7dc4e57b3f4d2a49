"""Places are limits, links count until the list is settled, and nobody reads ahead of their own decision."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from ideas.lock import is_locked
from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people.actors import CLOCK
from incubator.people.models import Person
from tests.factories import TeamMemberFactory
from tests.gates.stage import signed_in, texts
from tests.platform.jobs import Run
from tests.platform.kept import kept
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates import actions as gates
from workflows.gates.actions import Choice
from workflows.gates.models import GateRound
from workflows.journey import actions as journey
from workflows.sessions import actions
from workflows.sessions.actions import limits, settling
from workflows.sessions.models import RoomVote, SelectionSession, SteppingOut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def jury() -> Jury:
    return Jury()


def settled(_run_jobs: Run) -> tuple[Jury, SelectionSession]:
    jury = Jury()
    for _ in range(3):
        stage.at_selection(jury)
    return jury, stage.settled(jury, [4, 3, 3], heard=3)


@pytest.fixture(scope="module")
def kept_list(request: pytest.FixtureRequest) -> Iterator[tuple[Jury, SelectionSession]]:
    yield from kept(request, settled)


@pytest.mark.parametrize(
    ("result", "gate", "outcome", "given_up"),
    [
        ("selected", "G1", "stop", True),
        ("selected", "G1", "hold", True),
        ("selected", "G1", "rework", False),
        ("selected", "G1", "go", False),
        ("waiting", "G1", "hold", False),
        ("waiting", "G1", "stop", True),
        ("selected", "G2", "rework", False),
        ("selected", "G3", "hold", False),
        ("selected", "G4", "go", False),
        # It may be looked at again: its place is free when the stop is final.
        ("selected", "G3", "stop", False),
        ("selected", "G3", "redirect", True),
        ("selected", "G1", "merge", True),
        ("waiting", "G1", "merge", True),
    ],
)
def test_which_decisions_give_a_place_up(
    kept_list: tuple[Jury, SelectionSession], result: str, gate: str, outcome: str, given_up: bool
) -> None:
    jury, session = deepcopy(kept_list)
    line = next(line for line in stage.lines(session) if line.result == result)
    round_ = SimpleNamespace(gate=gate, comparison=line.round.comparison if gate == "G1" else None)
    decision: Any = SimpleNamespace(key="decision", round=round_, outcome=outcome)
    settling.on_decided(line.idea, act(jury.dga), decision)
    line.refresh_from_db()
    assert (line.left_at is not None) == given_up


def test_a_team_that_completes_its_text_keeps_its_place_and_is_not_compared_again(
    jury: Jury, run_jobs: Run
) -> None:
    jury.call.places = 3
    jury.call.save()
    for _ in range(2):
        stage.at_selection(jury)
    session = stage.settled(jury, [4, 3], heard=3)
    first, second = stage.lines(session)
    rework = stage.choice_for(second, "rework", gaps=["Le plan"], departure_reason="Le plan manque.")
    choices = {str(first.idea.key): stage.choice_for(first, "go"), str(second.idea.key): rework}
    actions.decide(session_key=session.key, by=act(jury.dga), choices=choices)
    run_jobs()
    actions.close(session_key=session.key, by=act(jury.lead))
    author = second.idea.team.get(role="author").person
    journey.resubmit(idea=second.idea.key, by=act(author))
    with pytest.raises(Conflict) as refused:
        stage.prepared(jury, heard=3)
    assert refused.value.code == "session.empty"
    assert limits.left(jury.call, "G1")["places"] == 1
    come = stage.at_selection(jury)
    prepared = stage.prepared(jury, heard=3)
    assert prepared.rules["places"] == 1
    assert [line.idea for line in stage.lines(prepared)] == [come]


def test_a_link_that_appears_after_the_vote_voids_it(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.live(jury)
    stage.all_vote(session, jury, [4])
    TeamMemberFactory(idea=idea, person=jury.members[1])
    actions.settle(session_key=session.key, by=act(jury.lead))
    session.refresh_from_db()
    assert session.record is not None
    (item,) = session.record["ideas"]
    assert len(item["votes"]) == 2
    assert SteppingOut.objects.get(line__session=session).member.person == jury.members[1]
    void = RoomVote.objects.get(in_force=False)
    assert (void.member.person, void.level) == (jury.members[1], 4)


def test_the_event_of_a_vote_tells_nothing_of_its_level(jury: Jury) -> None:
    stage.at_selection(jury)
    session = stage.live(jury)
    stage.all_vote(session, jury, [4])
    payloads = [
        event.payload for event in Event.objects.filter(subject_key=session.key, verb="room_vote_cast")
    ]
    assert len(payloads) == 3
    assert not any("vote_sha256" in payload for payload in payloads)


def test_an_idea_without_a_place_does_not_pass_the_list_by_coming_back(jury: Jury, run_jobs: Any) -> None:
    """Held while it waited, woken by the clock: the round it comes back to knows that it has no place."""
    for _ in range(3):
        stage.at_selection(jury)
    session = stage.settled(jury, [4, 3, 3], heard=3)
    stage.decide_all(session, jury)
    waiting = next(line for line in stage.lines(session) if line.result == "waiting")
    with clock.moved(clock.now() + timedelta(days=400)):
        journey.wake(idea=waiting.idea.key, by=CLOCK)
        round_ = GateRound.objects.get(idea=waiting.idea, gate="G1", number=2)
        assert round_.comparison is not None
        assert (round_.comparison["result"], round_.comparison["carried"]) == ("waiting", True)
        GateRound.objects.filter(pk=round_.pk).update(state="open", due_at=clock.now(), review_due_at=None)
        with pytest.raises(Conflict, match="not open now"):
            gates.decide(round_key=round_.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))


def test_what_is_left_is_read_once_no_idea_can_be_decided_any_more(
    jury: Jury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision that ends between the look and the lock may have taken a place."""
    ideas, held = [stage.at_selection(jury) for _ in range(2)], []
    left = limits.left

    def looked(*asked: Any) -> Any:
        held.append([is_locked(idea.pk) for idea in ideas])
        return left(*asked)

    monkeypatch.setattr(limits, "left", looked)
    stage.prepared(jury)
    assert held == [[True, True]]


def test_who_decides_alone_on_an_idea_of_a_limited_call_reads_what_is_left(jury: Jury) -> None:
    ideas = [stage.at_selection(jury) for _ in range(2)]
    first, second = (GateRound.objects.get(gate="G1", idea=idea) for idea in ideas)
    left = "no selection session compares it. Left at this gate: 2 places"
    Person.objects.filter(pk=jury.dga.pk).update(language="en")
    assert left in texts(signed_in(jury.dga).get(reverse("decide", args=[first.key])).text)
    gates.decide(round_key=first.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))
    again = texts(signed_in(jury.dga).get(reverse("decide", args=[second.key])).text)
    assert left.replace("2 places", "1 place") in again
