"""One idea travels all five stages through the real actions; each ending is one."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people.actors import CLOCK
from tests.factories import PersonFactory, TeamMemberFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows import nodes
from workflows.evaluation import actions as evaluation
from workflows.gates import actions as gates
from workflows.gates.models import Decision, GateRound
from workflows.journey import actions as journey
from workflows.journey.models import Hold, Reexamination
from workflows.pilots import actions as pilots
from workflows.pilots.models import Pilot
from workflows.sponsorship import actions as sponsorship
from workflows.sponsorship import time_actions

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def to_sponsorship(cast: Cast, run_jobs: Run) -> Idea:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    return idea


def test_from_a_draft_to_a_service(cast: Cast, run_jobs: Run) -> None:
    idea = to_sponsorship(cast, run_jobs)
    assert (idea.state, idea.stage, idea.holder) == ("live", "sponsorship", "team")
    play.sponsored(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    assert (idea.stage, nodes.station_of(idea)) == ("pilot", "pilot")
    play.piloted(idea, cast)
    run_jobs()
    play.agree(idea, cast)
    assert idea.stage == "evaluation"
    play.evaluated(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dgs, "scale")
    assert (idea.state, idea.holder) == ("in_service", "nobody")
    assert list(GateRound.objects.filter(idea=idea).values_list("gate", flat=True).order_by("pk")) == [
        "G0",
        "G1",
        "G2",
        "G3",
        "G4",
    ]
    assert Decision.objects.filter(round__idea=idea, issued_at__isnull=False).count() == 5
    assert not WorkItem.objects.filter(subject_key=idea.key, closed_at=None).exists()
    assert events.verify().broken == []


def test_a_rework_comes_back_to_its_gate(cast: Cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    assert (idea.state, idea.holder, nodes.station_of(idea)) == ("live", "author", "with_author")
    journey.resubmit(idea=idea.key, by=act(cast.author))
    idea.refresh_from_db()
    found = play.round_of(idea)
    assert (found.gate, found.number, found.content_version) == ("G0", 2, 2)


def test_a_stop_opens_the_window_and_a_reexamination_overturns_it(cast: Cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    decision = play.pass_g0(idea, cast, "stop")
    assert idea.state == "live", "a stop at G0 waits for its second signature"
    first = decision.decider
    second = cast.other_lead if first == cast.lead else cast.lead
    gates.sign_second(decision_key=decision.key, by=act(second))
    idea.refresh_from_db()
    assert idea.state == "stopped"
    assert not WorkItem.objects.filter(subject_key=idea.key, closed_at=None).exists()
    journey.ask_reexamination(idea=idea.key, by=act(cast.author), grounds="Un essai a eu lieu.")
    journey.answer_reexamination(
        idea=idea.key, by=act(cast.dga), answer="overturned", reasons="L’essai change la lecture du dossier."
    )
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("live", "admissibility")
    assert Reexamination.objects.get(idea=idea).answer == "overturned"


def test_a_hold_wakes_by_date_where_it_was(cast: Cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "hold", hold_until=play.in_days(30))
    assert idea.state == "held"
    with pytest.raises(Conflict, match=r"plus tard|later"):
        journey.wake(idea=idea.key, by=CLOCK)
    with clock.moved(clock.now() + timedelta(days=31)):
        journey.wake(idea=idea.key, by=CLOCK)
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("live", "admissibility")
    assert Hold.objects.get(idea=idea).woken_at is not None


def open_verbs(idea: Idea) -> set[str]:
    return set(WorkItem.objects.filter(subject_key=idea.key, closed_at=None).values_list("verb", flat=True))


def test_a_hold_in_sponsorship_leaves_the_team_its_sponsor(cast: Cast, run_jobs: Run) -> None:
    idea = to_sponsorship(cast, run_jobs)
    with locked(idea.pk) as found:
        journey.pause(idea=found, by=CLOCK, cause="author_left", condition="Quelqu’un reprend.")
    journey.wake(idea=idea.key, by=act(cast.lead), condition_met="Une collègue reprend.")
    idea.refresh_from_db()
    search = idea.due_at
    assert "find_sponsor" in open_verbs(idea)
    play.promised(idea, cast)
    with locked(idea.pk) as found:
        journey.pause(idea=found, by=CLOCK, cause="author_left", condition="Quelqu’un reprend.")
    with clock.moved(clock.now() + timedelta(hours=1)):
        journey.wake(idea=idea.key, by=act(cast.lead), condition_met="Une collègue reprend.")
    idea.refresh_from_db()
    assert {"request_launch", "find_sponsor"} & open_verbs(idea) == {"request_launch"}
    (item,) = WorkItem.objects.filter(verb="request_launch", subject_key=idea.key, closed_at=None)
    assert item.due_at == idea.due_at > search
    sponsorship.request_launch(idea=idea, by=act(cast.author))
    assert not {"request_launch", "find_sponsor"} & open_verbs(idea)


def test_in_evaluation_no_time_is_asked_and_the_lead_names_who_evaluates(cast: Cast, run_jobs: Run) -> None:
    idea = to_sponsorship(cast, run_jobs)
    play.sponsored(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    idea.refresh_from_db()
    colleague = PersonFactory(department=cast.home, manager=cast.manager)
    member = TeamMemberFactory(idea=idea, person=colleague)
    release = time_actions.ask_time(member=member, days_a_month=Decimal(2), by=act(member.person))
    play.piloted(idea, cast)
    run_jobs()
    assert {"time_opinion", "sign_time_release"} & open_verbs(idea)
    play.agree(idea, cast)
    release.refresh_from_db()
    assert release.state == "withdrawn"
    assert not {"time_opinion", "sign_time_release"} & open_verbs(idea)
    last = Event.objects.filter(subject_key=idea.key, verb="decided").latest("sequence")
    assert {
        "what": "time_release",
        "from": "asked",
        "to": "withdrawn",
        "key": str(release.key),
    } in last.effects
    assert (idea.stage, idea.holder) == ("evaluation", "lead")
    assert "name_evaluator" in open_verbs(idea)
    evaluation.name_evaluator(idea=idea, evaluator=cast.evaluator, by=act(cast.lead))
    idea.refresh_from_db()
    assert idea.holder == "evaluator"


@pytest.mark.parametrize(("held_for", "asked"), [(90, "check_in"), (400, "end_pilot")])
def test_a_pilot_on_hold_asks_for_nothing_and_goes_on_with_as_much_time(
    cast: Cast, run_jobs: Run, held_for: int, asked: str
) -> None:
    idea = to_sponsorship(cast, run_jobs)
    play.sponsored(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    with locked(idea.pk) as found:
        journey.pause(idea=found, by=CLOCK, cause="author_left", condition="Quelqu’un reprend.")
    waiting = WorkItem.objects.filter(subject_key=idea.key, closed_at=None)
    assert set(waiting.values_list("verb", flat=True)) == {"hold_condition"}
    with clock.moved(clock.now() + timedelta(days=held_for)):
        journey.wake(idea=idea.key, by=act(cast.lead), condition_met="Une collègue reprend.")
        idea.refresh_from_db()
        assert (idea.state, nodes.station_of(idea)) == ("live", "pilot")
        item = waiting.get()
        assert (item.verb, item.person) == (asked, cast.author)
        assert item.due_at.date() == clock.today() + timedelta(days=30)
        assert idea.due_at > clock.now()
        pilot = Pilot.objects.get(idea=idea)
        if asked == "check_in":
            given = {"on": clock.today(), "pace": "on_track", "note": "", "readings": {}}
            pilots.record_check_in(pilot=pilot, by=act(cast.author), **given)
        else:
            pilots.end_pilot(pilot=pilot, note="Fin.", by=act(cast.author))


def test_a_withdrawal_leaves_nothing_open(cast: Cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    run_jobs()
    journey.withdraw(idea=idea.key, by=act(cast.author))
    idea.refresh_from_db()
    assert idea.state == "withdrawn"
    assert GateRound.objects.get(idea=idea).state == "void"
    assert not WorkItem.objects.filter(subject_key=idea.key, closed_at=None).exists()
    assert nodes.station_of(idea) == ""


def test_each_act_appends_one_event(cast: Cast, run_jobs: Run) -> None:
    idea = play.submit(cast)
    before = Event.objects.filter(subject_key=idea.key).count()
    run_jobs()
    play.pass_g0(idea, cast)
    verbs = list(
        Event.objects.filter(subject_key=idea.key).order_by("sequence").values_list("verb", flat=True)
    )
    assert verbs[before:] == ["panel_seated", "vote_cast", "decided"]
