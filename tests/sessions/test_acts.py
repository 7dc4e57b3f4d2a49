"""A session from its preparation to the waiting list, on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import translation

from incubator.events.models import Event
from incubator.events.queries import verify
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import CLOCK
from tests.factories import PersonFactory, TeamMemberFactory
from tests.gates.stage import cast_vote
from tests.sessions import stage
from tests.sessions.stage import Jury, act
from workflows.gates import actions as gates
from workflows.gates.actions import Choice
from workflows.gates.models import Decision, GateRound
from workflows.gates.replay import replay as all_closed
from workflows.journey import actions as journey
from workflows.sessions import actions, replay, rules
from workflows.sessions.models import RoomVote, SelectionSession, SessionIdea, SessionMember, SteppingOut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_briefs")]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def jury() -> Jury:
    return Jury()


def verbs(session: SelectionSession) -> list[str]:
    found = Event.objects.filter(subject_kind="session", subject_key=session.key).order_by("sequence")
    return list(found.values_list("verb", flat=True))


def test_from_the_call_to_the_letters(jury: Jury, run_jobs: Any) -> None:
    """Five ideas, four heard, two places: one waits, one is below the threshold, one was not heard."""
    ideas = [stage.at_selection(jury, level) for level in (3, 3, 4, 4, 3)]
    GateRound.objects.filter(idea=ideas[4]).update(rules=_harder(ideas[4]))
    session = stage.settled(jury, [4, 3, 1, 2], heard=4)
    assert [line.idea for line in stage.heard(session)] == ideas[:4]
    assert stage.results(session) == ["selected", "selected", "not_selected", "waiting", "not_heard"]
    assert session.record is not None
    assert session.record["outcome"] == rules.outcome(session.record)
    assert set(_asked("decide_session")) == {jury.dga}
    stage.decide_all(session, jury)
    outcomes = [Decision.objects.get(round__idea=idea, round__gate="G1").outcome for idea in ideas]
    assert outcomes == ["go", "go", "stop", "hold", "stop"]
    held = Decision.objects.get(round__idea=ideas[3], round__gate="G1")
    assert held.hold_until == session.waiting_until
    with pytest.raises(Conflict, match="letters are still being prepared"):
        actions.close(session_key=session.key, by=act(jury.lead))
    run_jobs()
    assert _asked("close_session") == [jury.lead]
    actions.close(session_key=session.key, by=act(jury.lead))
    assert not WorkItem.objects.filter(subject_kind="session", closed_at=None).exists()
    assert verbs(session)[-3:] == ["session_settled", "session_decided", "session_closed"]
    replayed = [one.differences for one in all_closed()]
    assert len(replayed) > 6, "the session, its decisions, their briefs"
    assert not any(replayed)
    SessionIdea.objects.filter(result="waiting").update(result="not_selected")
    assert [one.differences for one in replay.sessions()] == [["places"]]
    SelectionSession.objects.update(record=session.record | {"seed": "another"})
    assert "record" in next(replay.sessions()).differences
    SelectionSession.objects.update(record=None, state="void")
    for programme, since, gone in (
        ("", None, True),
        ("idees", clock.today(), True),
        ("another", None, False),
        ("", clock.today() + timedelta(days=1), False),
    ):
        found = [(one.name, one.differences) for one in replay.sessions(programme, since)]
        assert found == ([(f"session {session.key}", ["gone"])] if gone else [])
    assert not verify().broken


def _harder(idea: Any) -> dict[str, Any]:
    """Rules under which three is not enough: this panel says not now."""
    return GateRound.objects.get(idea=idea, gate="G1").rules | {"threshold": 3.5}


def _asked(verb: str) -> list[Any]:
    found = WorkItem.objects.filter(verb=verb, closed_at=None).select_related("person").order_by("pk")
    return [item.person for item in found]


# Preparing


def test_a_session_of_one_vote_does_not_hide_whose_it_is(jury: Jury) -> None:
    """The mean is published: where voters are hidden, it takes two."""
    idea = stage.at_selection(jury)
    before = Event.objects.count()
    with pytest.raises(Invalid) as refused:
        stage.prepared(jury, heard=2, quorum=1)
    assert list(refused.value.fields) == ["quorum"]
    assert (Event.objects.count(), SelectionSession.objects.exists()) == (before, False)
    found = GateRound.objects.get(idea=idea, gate="G1")
    GateRound.objects.filter(pk=found.pk).update(rules=found.rules | {"voters_hidden": False})
    assert stage.prepared(jury, heard=2, quorum=1).rules["quorum"] == 1


def test_the_decider_waits_for_the_list(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.prepared(jury)
    round_ = GateRound.objects.get(idea=idea, gate="G1")
    with pytest.raises(Conflict, match="not open now"):
        gates.decide(round_key=round_.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))
    actions.leave_out(session_key=session.key, idea_key=idea.key, by=act(jury.lead))
    assert _asked("decide") == [jury.dga]
    gates.decide(round_key=round_.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"heard": 1}, "heard"),
        ({"quorum": 0}, "quorum"),
        ({"ties": ["coin"]}, "ties"),
        ({"venue": " "}, "venue"),
        ({"held_at": clock.now() - timedelta(days=1)}, "held_at"),
        ({"waiting_until": clock.today()}, "waiting_until"),
    ],
)
def test_a_session_states_its_rules_first(jury: Jury, changes: Any, field: str) -> None:
    stage.at_selection(jury)
    at = clock.now() + timedelta(days=7)
    stated = {"held_at": at, "venue": "Salle", "waiting_until": (at + timedelta(days=9)).date()}
    with pytest.raises(Invalid) as refused:
        actions.prepare(call=jury.call, by=act(jury.lead), **(stated | {"heard": 7, "quorum": 2} | changes))
    assert field in refused.value.fields
    assert not SelectionSession.objects.exists()


def test_one_session_at_a_time_and_only_by_a_lead(jury: Jury) -> None:
    with pytest.raises(Conflict, match="No idea of this call"):
        stage.prepared(jury)
    stage.at_selection(jury)
    session = stage.prepared(jury)
    with pytest.raises(Conflict, match="already"):
        stage.prepared(jury)
    outsider = act(jury.members[1])
    with pytest.raises(NotAllowed):
        actions.convene(session_key=session.key, by=outsider)
    with pytest.raises(NotAllowed):
        actions.leave_out(session_key=session.key, idea_key=stage.lines(session)[0].idea.key, by=outsider)


def test_a_lead_of_one_of_the_teams_does_not_run_it(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.prepared(jury)
    TeamMemberFactory(idea=idea, person=jury.lead)
    with pytest.raises(NotAllowed, match="another programme lead"):
        actions.convene(session_key=session.key, by=act(jury.lead))


def test_convening_asks_for_members_a_chair_and_opinions(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.prepared(jury, quorum=4)
    with pytest.raises(Conflict, match="quorum is 4"):
        actions.convene(session_key=session.key, by=act(jury.lead))
    SelectionSession.objects.update(rules=session.rules | {"quorum": 2})
    SessionMember.objects.update(is_chair=False)
    with pytest.raises(Conflict, match="chair"):
        actions.convene(session_key=session.key, by=act(jury.lead))
    SessionMember.objects.filter(person=jury.members[0]).update(is_chair=True)
    GateRound.objects.filter(idea=idea).update(rules=stage.lines(session)[0].round.rules | {"quorum": 4})
    with pytest.raises(Conflict, match="no opinion of its panel yet"):
        actions.convene(session_key=session.key, by=act(jury.lead))


def test_who_may_be_called(jury: Jury) -> None:
    stage.at_selection(jury)
    session = stage.prepared(jury)
    for stranger in (PersonFactory(employed=True), jury.members[1]):
        with pytest.raises(Invalid):
            actions.call_member(session_key=session.key, person=stranger, by=act(jury.lead))
    elected = PersonFactory(employed=True, mandate="elected")
    actions.call_member(session_key=session.key, person=elected, by=act(jury.lead), chair=True)
    assert [one.person for one in SessionMember.objects.filter(is_chair=True)] == [elected]


def test_a_cancelled_session_gives_the_ideas_back(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.live(jury)
    actions.cancel(session_key=session.key, by=act(jury.lead))
    assert GateRound.objects.get(idea=idea, gate="G1").comparison is None
    assert _asked("decide") == [jury.dga]
    assert not WorkItem.objects.filter(subject_kind="session", closed_at=None).exists()


# In the room


def test_a_member_with_a_link_steps_out(jury: Jury) -> None:
    """Law 1, read when convened, when opened and when voting."""
    ideas = [stage.at_selection(jury), stage.at_selection(jury)]
    TeamMemberFactory(idea=ideas[0], person=jury.members[1])
    session = stage.live(jury)
    out = SteppingOut.objects.get(line__session=session)
    assert (out.member.person, out.line.idea, out.cause) == (jury.members[1], ideas[0], "link")
    vote = {"session_key": session.key, "level": 4, "by": act(jury.members[1])}
    with pytest.raises(NotAllowed, match="You step out"):
        actions.vote_in_room(idea_key=ideas[0].key, **vote)
    actions.vote_in_room(idea_key=ideas[1].key, **vote)
    TeamMemberFactory(idea=ideas[1], person=jury.members[1])
    with pytest.raises(NotAllowed, match="You step out"):
        actions.vote_in_room(idea_key=ideas[1].key, **vote)


def test_votes_in_the_room(jury: Jury) -> None:
    idea, other = stage.at_selection(jury, 4), stage.at_selection(jury, 3)
    session = stage.live(jury, heard=2)
    chair = jury.members[0]
    key = {"session_key": session.key, "idea_key": idea.key}
    with pytest.raises(NotAllowed, match="Only the members"):
        actions.vote_in_room(**key, level=3, by=act(jury.lead))
    with pytest.raises(Invalid):
        actions.vote_in_room(**key, level=5, by=act(chair))
    actions.vote_in_room(**key, level=2, by=act(chair))
    actions.vote_in_room(**key, level=None, by=act(chair))
    assert [vote.level for vote in RoomVote.objects.filter(in_force=True)] == [None]
    member = SessionMember.objects.get(person=chair)
    actions.step_out(session_key=session.key, idea_key=other.key, member_key=member.key, by=act(chair))
    with pytest.raises(NotAllowed):
        actions.vote_in_room(session_key=session.key, idea_key=other.key, level=3, by=act(chair))
    actions.set_present(session_key=session.key, member_key=member.key, present=False, by=act(jury.lead))
    with pytest.raises(Conflict, match="not noted as present"):
        actions.vote_in_room(**key, level=3, by=act(chair))


def test_stepping_out_takes_the_level_back(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    session = stage.live(jury)
    stage.all_vote(session, jury, [4])
    member = SessionMember.objects.get(person=jury.members[2])
    with pytest.raises(NotAllowed):
        actions.step_out(
            session_key=session.key, idea_key=idea.key, member_key=member.key, by=act(jury.members[1])
        )
    actions.step_out(session_key=session.key, idea_key=idea.key, member_key=member.key, by=act(jury.lead))
    assert RoomVote.objects.filter(in_force=True).count() == 2
    actions.settle(session_key=session.key, by=act(jury.members[0]))
    session.refresh_from_db()
    assert session.record is not None
    (item,) = session.record["ideas"]
    assert (len(item["votes"]), item["stepped_out"]) == (2, [str(member.key)])


def test_the_list_waits_for_the_quorum_of_every_idea(jury: Jury) -> None:
    stage.at_selection(jury)
    session = stage.live(jury, quorum=3)
    for person in jury.members[:2]:
        key = stage.heard(session)[0].idea.key
        actions.vote_in_room(session_key=session.key, idea_key=key, level=4, by=act(person))
    with pytest.raises(Conflict, match="quorum is 3"):
        actions.settle(session_key=session.key, by=act(jury.lead))


def test_written_votes_stand_once_the_shortlist_is_drawn(jury: Jury) -> None:
    idea = stage.at_selection(jury)
    stage.live(jury)
    round_ = GateRound.objects.get(idea=idea, gate="G1")
    with pytest.raises(Conflict, match="shortlist is drawn"):
        cast_vote(round_.seats.get(person=jury.readers[1]))


# Decisions and places


def test_only_a_holder_of_a_delegation_decides_and_all_or_nothing(jury: Jury) -> None:
    for level in (4, 3):
        stage.at_selection(jury, level)
    session = stage.settled(jury, [4, 1], heard=2)
    keys = [str(line.idea.key) for line in stage.lines(session)]
    good, bad = Choice("go", stage.REASONS), Choice("stop", "")
    with pytest.raises(NotAllowed):
        actions.decide(session_key=session.key, by=act(jury.lead), choices={keys[0]: good})
    with pytest.raises(Invalid) as refused:
        actions.decide(session_key=session.key, by=act(jury.dga), choices={keys[0]: good, keys[1]: bad})
    assert f"{keys[1]}-reasons" in refused.value.fields
    assert not Decision.objects.filter(issued_at__isnull=False).exists()
    with pytest.raises(Conflict, match="not open now"):
        actions.decide(session_key=session.key, by=act(jury.dga), choices={keys[1]: good})
    with pytest.raises(Conflict, match="2 ideas have no decision yet"):
        actions.close(session_key=session.key, by=act(jury.lead))


def test_a_place_given_up_goes_to_the_waiting_list(jury: Jury, run_jobs: Any) -> None:
    """First while decisions are made, then when a team withdraws months later."""
    ideas = [stage.at_selection(jury) for _ in range(4)]
    session = stage.settled(jury, [4, 3, 3, 2], heard=4)
    before = stage.results(session)
    assert before.count("selected") == 2
    first = stage.lines(session)[0]
    refused = stage.choice_for(
        first, "hold", departure_reason="Les travaux ferment le site.", hold_until=session.waiting_until
    )
    actions.decide(session_key=session.key, by=act(jury.dga), choices={str(first.idea.key): refused})
    run_jobs()
    assert stage.results(session) == ["left", "selected", "selected", "waiting"]
    stage.decide_all(session, jury)
    run_jobs()
    actions.close(session_key=session.key, by=act(jury.lead))
    with clock.moved(clock.now() + timedelta(days=30)):
        journey.withdraw(idea=ideas[1].key, by=act(ideas[1].team.get(role="author").person))
        run_jobs()
        assert stage.results(session) == ["left", "left", "selected", "selected"]
        _comes_back_and_goes_on(ideas[3], jury)
    assert not [one for one in all_closed() if one.differences]
    assert not verify().broken


@pytest.mark.parametrize("outcome", ["merge", "redirect"])
def test_an_idea_that_goes_elsewhere_gives_its_place_to_the_waiting_list(
    jury: Jury, run_jobs: Any, outcome: str
) -> None:
    ideas = [stage.at_selection(jury) for _ in range(3)]
    session = stage.settled(jury, [4, 3, 3], heard=3)
    first = stage.lines(session)[0]
    where = {"merge": {"target": ideas[2]}, "redirect": {"redirect_to": "hr"}}[outcome]
    choice = stage.choice_for(first, outcome, departure_reason="Elle se fait ailleurs.", **where)
    decision = gates.decide(round_key=first.round.key, by=act(jury.dga), choice=choice)
    if outcome == "redirect":
        assert stage.results(session).count("left") == 0
        gates.consent(decision_key=decision.key, by=act(first.idea.team.get(role="author").person))
    run_jobs()
    assert stage.results(session) == ["left", "selected", "selected"]
    assert not verify().broken


def _comes_back_and_goes_on(idea: Any, jury: Jury) -> None:
    """Held while it waited: at its gate again with the opinion it had, decided without another panel."""
    idea.refresh_from_db()
    assert (idea.state, idea.stage) == ("live", "review")
    round_ = GateRound.objects.get(idea=idea, gate="G1", state="open")
    assert (round_.number, round_.comparison["result"], round_.seats.count()) == (2, "selected", 0)
    assert _asked("decide") == [jury.dga]
    gates.decide(round_key=round_.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))
    idea.refresh_from_db()
    assert idea.stage == "sponsorship"
    decided = Decision.objects.get(round=round_)
    assert decided.round.record["opinion"]["result"] == "go"


def test_a_panel_seated_before_the_place_was_free_is_asked_no_more(run_jobs: Any) -> None:
    """Taken up again by its own date while it waits: its new panel is asked, until it moves up with the old opinion."""
    jury = Jury(seats=6)
    for level in (4, 3, 3):
        stage.at_selection(jury, level)
    session = stage.settled(jury, [4, 3, 2], heard=3)
    waiting = next(line for line in stage.lines(session) if line.result == "waiting")
    day = session.waiting_until - timedelta(days=1)
    choices = {str(line.idea.key): stage.choice_for(line) for line in stage.lines(session)}
    choices[str(waiting.idea.key)] = stage.choice_for(waiting, "hold", hold_until=day)
    actions.decide(session_key=session.key, by=act(jury.dga), choices=choices)
    with clock.moved(datetime.combine(day, time(12), UTC)):
        journey.wake(idea=waiting.idea.key, by=CLOCK)
        run_jobs()
        round_ = GateRound.objects.get(idea=waiting.idea, gate="G1", state="open")
        voter = round_.seats.select_related("round").order_by("pk").first()
        cast_vote(voter)
        assert len(_asked("vote")) == 4
        first = stage.lines(session)[0].idea
        journey.withdraw(idea=first.key, by=act(first.team.get(role="author").person))
        run_jobs()
        assert (_asked("vote"), _asked("decide")) == ([], [jury.dga])
        # One of the new panel comes close: the old panel's opinion is decided on all the same.
        TeamMemberFactory(idea=waiting.idea, person=voter.person)
        gates.decide(round_key=round_.key, by=act(jury.dga), choice=Choice("go", stage.REASONS))
        assert not round_.seats.filter(state="open").exists()
    assert not [one for one in all_closed() if one.differences]
    assert not verify().broken


def test_the_waiting_list_ends_on_its_day(jury: Jury, run_jobs: Any) -> None:
    ideas = [stage.at_selection(jury) for _ in range(3)]
    session = stage.settled(jury, [4, 3, 3], heard=3)
    stage.decide_all(session, jury)
    waiting = next(line for line in stage.lines(session) if line.result == "waiting")
    with pytest.raises(Conflict, match="moves up by itself"):
        journey.wake(idea=waiting.idea.key, by=act(jury.lead), condition_met="Nous avons trouvé une place.")
    with clock.moved(clock.now() + timedelta(days=400)):
        journey.wake(idea=waiting.idea.key, by=CLOCK)
        journey.withdraw(idea=ideas[0].key, by=act(ideas[0].team.get(role="author").person))
        run_jobs()
    assert stage.results(session).count("waiting") == 1


def test_an_idea_that_withdraws_before_the_list_is_not_on_it(jury: Jury) -> None:
    ideas = [stage.at_selection(jury) for _ in range(3)]
    session = stage.live(jury)
    journey.withdraw(idea=ideas[0].key, by=act(ideas[0].team.get(role="author").person))
    stage.all_vote(session, jury, [3, 3])
    actions.settle(session_key=session.key, by=act(jury.lead))
    assert stage.results(session) == ["left", "selected", "selected"]
    assert SessionIdea.objects.get(idea=ideas[0]).left_number is None
