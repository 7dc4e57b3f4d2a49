"""What a call promises is given once: past its gate a place is kept, and all sessions of a call share its limits."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from ideas.calls.models import Call
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.queries import verify
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid
from incubator.people.actors import CLOCK
from incubator.people.models import Mandate, Person
from tests.factories import MandateFactory, PersonFactory, TeamMemberFactory
from tests.platform.kept import kept
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows import nodes
from workflows.gates import actions as gates
from workflows.gates import hooks
from workflows.gates.actions import Choice
from workflows.gates.models import Decision, GateRound
from workflows.gates.replay import replay as all_closed
from workflows.journey import actions as journey
from workflows.journey.actions.steps import PLACE
from workflows.sessions import actions
from workflows.sessions.actions import limits
from workflows.sessions.models import SelectionSession, SessionIdea

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]
Run = Callable[..., Any]
Over = tuple[Jury, SelectionSession]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def jury() -> Jury:
    return Jury()


def three(run_jobs: Run) -> Over:
    """Three ideas for two places, closed: two have one, one waits."""
    with translation.override("en"):
        jury = Jury()
        return jury, closed(jury, run_jobs, 4, 3, 2)


@pytest.fixture(scope="module")
def kept_three(request: pytest.FixtureRequest) -> Iterator[Over]:
    yield from kept(request, three)


@pytest.fixture
def over(kept_three: Over) -> Over:
    return deepcopy(kept_three)


def compared(jury: Jury, *levels: int, **stated: Any) -> SelectionSession:
    """One idea for each level, all heard, the list settled."""
    for _level in levels:
        stage.at_selection(jury)
    return stage.settled(jury, levels, heard=max(len(levels), jury.places or 1), **stated)


def closed(jury: Jury, run_jobs: Run, *levels: int) -> SelectionSession:
    session = compared(jury, *levels)
    stage.decide_all(session, jury)
    run_jobs()
    actions.close(session_key=session.key, by=act(jury.lead))
    return session


def author_of(idea: Idea) -> Person:
    found: Person = idea.team.get(role="author").person
    return found


def replayed_without_a_difference() -> bool:
    return not [one for one in all_closed() if one.differences] and not verify().broken


# A pause


@pytest.mark.parametrize("at_launch", [False, True])
def test_a_pause_after_its_gate_keeps_the_place(over: Over, run_jobs: Run, at_launch: bool) -> None:
    """The author leaves during sponsorship, or at launch: on waking, places and envelope are what they were."""
    jury, session = over
    before = stage.results(session)
    line = stage.lines(session)[0]
    with locked(line.idea_id) as idea:
        if at_launch:
            nodes.move(idea, "ready", act(jury.lead))
            idea.save(update_fields=PLACE)
    journey.author_left(idea=line.idea.key, leaver=author_of(line.idea), by=CLOCK)
    line.idea.refresh_from_db()
    assert line.idea.state == "held"
    run_jobs()
    assert stage.results(session) == before == ["selected", "selected", "waiting"]
    TeamMemberFactory(idea=line.idea, role="author", person=PersonFactory(employed=True))
    journey.wake(idea=line.idea.key, by=act(jury.lead), condition_met="Une collègue reprend l’idée.")
    line.idea.refresh_from_db()
    assert (line.idea.state, line.idea.stage) == ("live", "sponsorship")
    assert limits.left(jury.call, "G1")["places"] == 0
    assert replayed_without_a_difference()


def test_a_sponsor_lost_in_pilot_keeps_the_place(over: Over, run_jobs: Run) -> None:
    _jury, session = over
    line = stage.lines(session)[0]
    with locked(line.idea_id) as idea:
        # Straight to the pilot's station: only the pause is looked at.
        task = nodes.open_task(idea)
        task.flow_task = type(task.flow_task.flow_class.instance).pilot
        task.save()
        idea.stage = "pilot"
        hooks.fire("sponsor_lost", idea=idea, by=CLOCK)
        idea.save()
    run_jobs()
    assert stage.results(session) == ["selected", "selected", "waiting"]


def test_a_pause_at_its_own_gate_frees_the_place(jury: Jury, run_jobs: Run) -> None:
    session = compared(jury, 4, 3, 2)
    line = stage.lines(session)[0]
    journey.author_left(idea=line.idea.key, leaver=author_of(line.idea), by=CLOCK)
    run_jobs()
    assert stage.results(session) == ["left", "selected", "selected"]
    # Taken up again it is at its gate, and has no place.
    TeamMemberFactory(idea=line.idea, role="author", person=PersonFactory(employed=True))
    journey.wake(idea=line.idea.key, by=act(jury.lead), condition_met="Une collègue reprend l’idée.")
    back = GateRound.objects.get(idea=line.idea, gate="G1", state="seating")
    assert back.comparison is not None
    assert back.comparison["result"] == "not_selected"
    assert replayed_without_a_difference()


# A stop at a later gate


def stopped_at_launch(jury: Jury, idea: Idea) -> None:
    with locked(idea.pk) as found:
        nodes.move(found, "ready", act(jury.lead))
        round_ = GateRound.objects.get(idea=found, gate="G2")
        mandate = Mandate.objects.get(holder=jury.dga)
        decision = Decision.objects.create(
            round=round_,
            outcome="stop",
            reasons=stage.REASONS,
            decider=jury.dga,
            mandate=mandate,
            capacity="dga",
            mandate_reference=mandate.reference,
            next_steps=["reexamination"],
            drafted_at=clock.now(),
            issued_at=clock.now(),
        )
        GateRound.objects.filter(pk=round_.pk).update(
            state="decided", closed_at=clock.now(), record={"seats": []}, record_sha256="0"
        )
        nodes.move(found, "stop", act(jury.dga), cause=decision)
        actions.on_decided(found, act(jury.dga), decision)
        found.save(update_fields=PLACE)


def test_a_stop_frees_a_place_when_it_is_final(over: Over, run_jobs: Run) -> None:
    jury, session = over
    idea = stage.lines(session)[0].idea
    stopped_at_launch(jury, idea)
    run_jobs()
    assert stage.results(session) == ["selected", "selected", "waiting"]
    with clock.moved(clock.now() + timedelta(days=30)):
        journey.close_window(idea=idea.key, by=CLOCK)
        run_jobs()
    assert stage.results(session) == ["left", "selected", "selected"]


def test_a_stop_that_is_overturned_has_kept_its_place(over: Over, run_jobs: Run) -> None:
    jury, session = over
    idea = stage.lines(session)[0].idea
    dgs = PersonFactory(employed=True)
    MandateFactory(holder=dgs, capacity="dgs")
    stopped_at_launch(jury, idea)
    journey.ask_reexamination(idea=idea.key, by=act(author_of(idea)), grounds="Le chiffrage a été mal lu.")
    answer = {"answer": "overturned", "reasons": "Le chiffrage tient, il faut relire."}
    journey.answer_reexamination(idea=idea.key, by=act(dgs), **answer)
    run_jobs()
    assert stage.results(session) == ["selected", "selected", "waiting"]


def test_a_stop_without_a_place_leaves_the_list_as_it_is(jury: Jury, run_jobs: Run) -> None:
    session = closed(jury, run_jobs, 4, 1)
    stopped = stage.lines(session)[1].idea
    with clock.moved(clock.now() + timedelta(days=30)):
        journey.close_window(idea=stopped.key, by=CLOCK)
    assert stage.results(session) == ["selected", "not_selected"]


# Limits of a call


def test_a_call_with_agent_days_only_is_held_under_them(run_jobs: Run) -> None:
    """Twenty days each, forty in all: two fit; a place given up is given to who waits."""
    jury = Jury(places=None, euros=None, days=40)
    for _number in range(3):
        idea = stage.at_selection(jury)
        type(idea.content).objects.filter(pk=idea.content.pk).update(needs_days=20, needs_euros=9_000_000)
    session = stage.settled(jury, [4, 3, 2], heard=3)
    assert stage.results(session) == ["selected", "selected", "waiting"]
    first = stage.lines(session)[0]
    held = stage.choice_for(
        first, "hold", departure_reason="Les travaux ferment le site.", hold_until=session.waiting_until
    )
    actions.decide(session_key=session.key, by=act(jury.dga), choices={str(first.idea.key): held})
    run_jobs()
    assert stage.results(session) == ["left", "selected", "selected"]
    assert replayed_without_a_difference()


def test_a_list_binds_when_its_call_has_lost_its_limits(jury: Jury, run_jobs: Run) -> None:
    session = compared(jury, 4, 3, 2)
    Call.objects.update(places=None, envelope_euros=None)
    first = stage.lines(session)[0]
    stopped = stage.choice_for(first, "stop", departure_reason="Le besoin a disparu.")
    gates.decide(round_key=first.round.key, by=act(jury.dga), choice=stopped)
    run_jobs()
    assert stage.results(session) == ["left", "selected", "selected"]


def test_the_next_in_order_waits_while_it_is_larger_than_what_is_left(run_jobs: Run) -> None:
    """Nobody passes it, and when enough is free it moves up by itself."""
    jury = Jury(places=None, euros=100)
    for euros in (60, 50, 40):
        idea = stage.at_selection(jury)
        type(idea.content).objects.filter(pk=idea.content.pk).update(needs_euros=euros)
    session = stage.settled(jury, [4, 3, 2], heard=3)
    assert stage.results(session) == ["selected", "waiting", "waiting"]
    journey.withdraw(idea=stage.lines(session)[0].idea.key, by=act(author_of(stage.lines(session)[0].idea)))
    run_jobs()
    assert stage.results(session) == ["left", "selected", "selected"]
    assert replayed_without_a_difference()


def test_a_second_session_has_what_the_first_left(jury: Jury, run_jobs: Run) -> None:
    first = closed(jury, run_jobs, 4, 1)
    stage.at_selection(jury)
    second = stage.prepared(jury)
    assert second.rules["places"] == 1
    taken = sum(line.euros for line in SessionIdea.objects.filter(session=first, result="selected"))
    assert second.rules["envelope_euros"] == 100_000 - taken
    actions.leave_out(session_key=second.key, idea_key=stage.lines(second)[0].idea.key, by=act(jury.lead))
    alone = GateRound.objects.get(session_lines__session=second)
    gates.decide(round_key=alone.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))
    actions.cancel(session_key=second.key, by=act(jury.lead))
    stage.at_selection(jury)
    with pytest.raises(Invalid) as refused:
        stage.prepared(jury)
    assert "All places of this call are taken." in str(refused.value.fields["places"])


def test_nobody_passes_a_waiting_list_by_a_new_session(over: Over, run_jobs: Run) -> None:
    jury, session = over
    late = stage.at_selection(jury)
    with pytest.raises(Conflict, match="still on a waiting list"):
        stage.prepared(jury)
    waiting = stage.lines(session)[2].idea
    with clock.moved(clock.now() + timedelta(days=400)):
        journey.withdraw(
            idea=stage.lines(session)[0].idea.key, by=act(author_of(stage.lines(session)[0].idea))
        )
        journey.wake(idea=waiting.key, by=CLOCK)
        second = stage.prepared(jury)
        assert {line.idea for line in stage.lines(second)} == {waiting, late}
        assert second.rules["places"] == 1
        # Compared anew, it is on the old list no longer.
        assert stage.results(session) == ["left", "selected", "left"]
        run_jobs()
        assert replayed_without_a_difference()


def test_a_place_freed_in_time_is_given_by_a_worker_that_comes_late(over: Over, run_jobs: Run) -> None:
    _jury, session = over
    leaver = stage.lines(session)[0].idea
    journey.withdraw(idea=leaver.key, by=act(author_of(leaver)))
    with clock.moved(clock.now() + timedelta(days=400)):
        actions.move_up(session_key=session.key)
    assert stage.results(session) == ["left", "selected", "selected"]
    assert replayed_without_a_difference()


def test_a_place_is_freed_once(jury: Jury, run_jobs: Run) -> None:
    """Held by the decision and withdrawn afterwards: one place, one idea that moves up, whatever runs twice."""
    session = compared(jury, 4, 3, 2, 2)
    first = stage.lines(session)[0]
    held = stage.choice_for(
        first, "hold", departure_reason="Les travaux ferment le site.", hold_until=session.waiting_until
    )
    actions.decide(session_key=session.key, by=act(jury.dga), choices={str(first.idea.key): held})
    journey.withdraw(idea=first.idea.key, by=act(author_of(first.idea)))
    with pytest.raises(Conflict):
        journey.withdraw(idea=first.idea.key, by=act(author_of(first.idea)))
    run_jobs()
    assert actions.move_up(session_key=session.key) == []
    now = stage.results(session)
    assert (now[0], now.count("selected"), now.count("waiting")) == ("left", 2, 1)
    assert SessionIdea.objects.filter(session=session, left_number__isnull=False).count() == 1
    assert replayed_without_a_difference()


def test_a_session_at_launch_frees_nothing_of_selection(jury: Jury, run_jobs: Run) -> None:
    """An idea in two sessions of its call: a hold at launch is left there, its place of G1 is kept."""
    first = closed(jury, run_jobs, 4, 3)
    for line in stage.lines(first):
        with locked(line.idea_id) as idea:
            nodes.move(idea, "ready", act(jury.lead))
            idea.save(update_fields=PLACE)
    Call.objects.update(places=2)
    second = stage.prepared(jury, gate="G2")
    assert (second.gate, second.rules["places"]) == ("G2", 2)
    gone = stage.lines(second)[0].idea
    journey.author_left(idea=gone.key, leaver=author_of(gone), by=CLOCK)
    assert stage.results(second) == ["left", ""]
    assert stage.results(first) == ["selected", "selected"]
    journey.withdraw(idea=stage.lines(second)[1].idea.key, by=act(author_of(stage.lines(second)[1].idea)))
    assert stage.results(second) == ["left", "left"]
    assert stage.results(first) == ["selected", "left"]
