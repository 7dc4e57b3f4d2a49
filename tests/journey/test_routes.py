"""The local route and the fast lane through the real actions: their ways, their deciders, their ends."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from ideas.acts import wait_for
from ideas.drafting.models import Idea
from ideas.drafting.uploads import Clean
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import CLOCK
from incubator.people.models import Department, Person
from tests.factories import AbsenceFactory, DepartmentFactory, MandateFactory, PersonFactory
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows import flows, nodes
from workflows.gates import actions as gates
from workflows.gates.models import Decision, GateRound
from workflows.journey import actions as journey
from workflows.journey import rules
from workflows.journey.models import Done, Reexamination
from workflows.nodes import Station
from workflows.pilots import actions as pilots
from workflows.pilots.actions import PlanValues
from workflows.pilots.models import Pilot
from workflows.pilots.rules import IndicatorValues
from workflows.sponsorship.models import Pledge

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
PHOTO = Clean("photo.jpg", "image/jpeg", b"\xff\xd8 not looked at here")
LIMITS = {"max_euros": 1000, "max_agent_days": 5}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def service() -> Department:
    return DepartmentFactory(service=True)


@pytest.fixture
def head(service: Department) -> Person:
    return PersonFactory(
        department=service, head=True, mandate="head_of_service", mandate__department=service
    )


def local(cast: Cast, service: Department, run_jobs: Run) -> Idea:
    idea = play.draft(cast)
    journey.submit(idea=idea.key, by=act(cast.author), route="local", service=service)
    run_jobs()
    idea.refresh_from_db()
    return idea


def fast(cast: Cast, run_jobs: Run, **needs: str) -> Idea:
    idea = play.draft(cast, **({"needs_euros": "600", "needs_days": "3"} | needs))
    journey.submit(idea=idea.key, by=act(cast.author), route="fast")
    run_jobs()
    idea.refresh_from_db()
    return idea


def plan(idea: Idea, cast: Cast) -> None:
    minutes = IndicatorValues("Minutes perdues", "min", "down", Decimal(22), Decimal(8))
    values = PlanValues("Un quartier", 2, "Deux accidents", "Par affiche", 1, [minutes])
    pilots.save_plan(idea=idea, version=0, values=values, by=act(cast.author))


YES_TO_ALL = dict.fromkeys(
    ("immediate", "competence", "problem", "privacy", "not_individual", "not_duplicate"), "yes"
)


@pytest.mark.parametrize(
    ("route", "euros", "days", "compared", "code"),
    [
        ("standard", None, None, True, ""),
        ("local", None, None, False, ""),
        ("local", None, None, True, "call"),
        ("fast", 1000, 5, False, ""),
        ("fast", 0, 0, False, ""),
        ("fast", 1001, 5, False, "limits"),
        ("fast", 1000, 6, False, "limits"),
        ("fast", None, 5, False, "needs"),
        ("fast", 1000, None, False, "needs"),
        ("fast", 1000, 5, True, "call"),
        ("by_boat", 1, 1, False, "unknown"),
    ],
)
def test_facts_open_and_close_the_routes(
    route: str, euros: int | None, days: int | None, compared: bool, code: str
) -> None:
    assert rules.closed(route, euros=euros, days=days, compared=compared, limits=LIMITS) == code


def test_a_service_says_yes_and_does_it(cast: Cast, service: Department, head: Person, run_jobs: Run) -> None:
    idea = local(cast, service, run_jobs)
    assert (idea.route, idea.state, idea.holder, nodes.station_of(idea)) == (
        "local",
        "live",
        "decider",
        "answer",
    )
    play.decide(idea, head, answers={"own_means": "yes"})
    assert (idea.state, idea.holder, nodes.station_of(idea)) == ("live", "team", "doing")
    asked = WorkItem.objects.filter(verb="report_done", subject_key=idea.key, closed_at=None)
    assert set(asked.values_list("person", flat=True)) == {cast.author.pk, head.pk}
    wait_for([cast.author], idea=idea, key="answer_somebody", verb="answer", url="/")
    journey.report_done(idea=idea.key, by=act(head), line="Six vélos roulent.", photo=PHOTO)
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("in_service", "")
    assert Done.objects.get(idea=idea).photo.content_type == "image/jpeg"
    assert not WorkItem.objects.filter(subject_key=idea.key, closed_at=None).exists()
    assert events.verify().broken == []


def test_a_local_no_is_sent_up_to_the_standard_route(
    cast: Cast, service: Department, head: Person, run_jobs: Run
) -> None:
    idea = local(cast, service, run_jobs)
    decision = play.decide(idea, head, "stop", learning="")
    assert (idea.state, nodes.station_of(idea)) == ("stopped", "declined")
    assert decision.next_steps == ["send_up", "new_idea"]
    with pytest.raises(Conflict):
        journey.ask_reexamination(
            idea=idea.key, by=act(cast.author), grounds="Regardez encore, s’il vous plaît."
        )
    with pytest.raises(Invalid):
        journey.send_up(idea=idea.key, by=act(cast.author), reasons="non")
    journey.send_up(idea=idea.key, by=act(cast.author), reasons="D’autres services ont le même besoin.")
    idea.refresh_from_db()
    assert (idea.route, idea.state, idea.ended_at) == ("standard", "live", None)
    assert (nodes.station_of(idea), play.round_of(idea).gate) == ("admissibility", "G0")
    sent = Event.objects.get(subject_key=idea.key, verb="sent_up")
    assert {"what": "route", "from": "local", "to": "standard"} in sent.effects
    run_jobs()
    play.pass_g0(idea, cast)
    assert nodes.station_of(idea) == "selection"
    assert events.verify().broken == []


def test_a_no_becomes_final_when_nobody_sends_it_up(
    cast: Cast, service: Department, head: Person, run_jobs: Run
) -> None:
    idea = local(cast, service, run_jobs)
    play.decide(idea, head, "stop", learning="")
    with clock.moved(clock.now() + timedelta(days=40)):
        with pytest.raises(Conflict):
            journey.send_up(
                idea=idea.key, by=act(cast.author), reasons="Trop tard, sans doute, mais essayons."
            )
        journey.close_window(idea=idea.key, by=CLOCK)
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("stopped", "")
    assert Reexamination.objects.get(idea=idea).closed_at is not None


def test_the_head_may_hand_it_to_the_programme(
    cast: Cast, service: Department, head: Person, run_jobs: Run
) -> None:
    idea = local(cast, service, run_jobs)
    ties = {"own_means": "Il faudrait un marché public."}
    play.decide(idea, head, "to_programme", criterion_reasons=ties)
    assert (idea.route, nodes.station_of(idea)) == ("standard", "admissibility")
    assert idea.processes.filter(finished=None).count() == 1


def test_the_authors_own_manager_never_answers_alone(cast: Cast, run_jobs: Run) -> None:
    MandateFactory(holder=cast.manager, capacity="head_of_service", department=cast.home)
    idea = play.draft(cast)
    with pytest.raises(Invalid) as refused:
        journey.submit(idea=idea.key, by=act(cast.author), route="local", service=cast.home)
    assert "service" in refused.value.fields
    idea.refresh_from_db()
    assert (idea.state, idea.number) == ("draft", None)
    other = PersonFactory(employed=True, mandate="head_of_service", mandate__department=cast.home)
    journey.submit(idea=idea.key, by=act(cast.author), route="local", service=cast.home)
    run_jobs()
    with pytest.raises(NotAllowed):
        play.decide(idea, cast.manager, answers={"own_means": "yes"})
    play.decide(idea, other, answers={"own_means": "yes"})
    assert idea.holder == "team"


def test_a_head_of_another_service_does_not_answer(
    cast: Cast, service: Department, head: Person, run_jobs: Run
) -> None:
    elsewhere = DepartmentFactory(service=True)
    stranger = PersonFactory(department=elsewhere, mandate="head_of_service", mandate__department=elsewhere)
    idea = local(cast, service, run_jobs)
    with pytest.raises(NotAllowed):
        play.decide(idea, stranger, answers={"own_means": "yes"})


def test_the_fast_lane_needs_two_signatures_and_a_plan(cast: Cast, run_jobs: Run) -> None:
    idea = fast(cast, run_jobs)
    assert (idea.route, idea.stage, idea.holder, nodes.station_of(idea)) == (
        "fast",
        "submission",
        "lead",
        "fast_launch",
    )
    assert WorkItem.objects.filter(verb="write_plan", subject_key=idea.key, closed_at=None).exists()
    with pytest.raises(Conflict):
        play.decide(idea, cast.lead, answers=YES_TO_ALL)  # no plan yet
    plan(idea, cast)
    director = PersonFactory(
        department=cast.home.parent, mandate="director", mandate__department=cast.home.parent
    )
    draft = play.decide(idea, cast.lead, answers=YES_TO_ALL)
    assert draft.issued_at is None
    with pytest.raises(Conflict):
        pilots.save_plan(idea=idea, version=1, values=PlanValues("Ailleurs"), by=act(cast.author))
    with pytest.raises(NotAllowed):
        gates.sign_second(decision_key=draft.key, by=act(cast.other_lead))
    gates.sign_second(decision_key=draft.key, by=act(director))
    idea.refresh_from_db()
    assert (idea.stage, nodes.station_of(idea)) == ("pilot", "pilot")
    assert Pledge.objects.get(idea=idea).sponsor == director
    pilot = Pilot.objects.get(idea=idea)
    assert pilot.planned_end_on - pilot.started_on <= timedelta(days=60)
    assert not WorkItem.objects.filter(verb="write_plan", subject_key=idea.key, closed_at=None).exists()


def test_a_deputys_signature_is_the_directors_promise(cast: Cast, run_jobs: Run) -> None:
    idea = fast(cast, run_jobs)
    plan(idea, cast)
    home = cast.home.parent
    director = PersonFactory(department=home, mandate="director", mandate__department=home)
    deputy = PersonFactory(employed=True)
    AbsenceFactory(person=director, deputy=deputy)
    draft = play.decide(idea, cast.lead, answers=YES_TO_ALL)
    gates.sign_second(decision_key=draft.key, by=act(deputy))
    draft.refresh_from_db()
    assert (draft.second_signer, draft.second_on_behalf_of) == (deputy, director)
    assert Pledge.objects.get(idea=idea).sponsor == director


def test_the_fast_lane_to_a_service(cast: Cast, run_jobs: Run) -> None:
    idea = fast(cast, run_jobs)
    plan(idea, cast)
    director = PersonFactory(
        department=cast.home.parent, mandate="director", mandate__department=cast.home.parent
    )
    draft = play.decide(idea, cast.lead, answers=YES_TO_ALL)
    gates.sign_second(decision_key=draft.key, by=act(director))
    idea.refresh_from_db()
    play.piloted(idea, cast)
    run_jobs()
    agreed = play.decide(idea, director, "go", answers={"told": "yes"})
    gates.sign_second(decision_key=agreed.key, by=act(cast.lead))
    idea.refresh_from_db()
    play.evaluated(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dgs, "scale")
    assert idea.state == "in_service"
    assert list(GateRound.objects.filter(idea=idea).order_by("pk").values_list("gate", flat=True)) == [
        "F",
        "G3",
        "G4",
    ]
    assert events.verify().broken == []


def test_what_the_fast_lane_refuses_goes_the_standard_route(cast: Cast, run_jobs: Run) -> None:
    idea = fast(cast, run_jobs)
    play.decide(idea, cast.lead, "to_programme", criterion_reasons={"immediate": "Rien ne presse."})
    assert (idea.route, nodes.station_of(idea)) == ("standard", "admissibility")
    assert not WorkItem.objects.filter(verb="write_plan", subject_key=idea.key, closed_at=None).exists()


def test_a_large_idea_does_not_enter_the_fast_lane(cast: Cast, run_jobs: Run) -> None:
    idea = play.draft(cast, needs_euros="1001", needs_days="3")
    with pytest.raises(Invalid) as refused:
        journey.submit(idea=idea.key, by=act(cast.author), route="fast")
    assert list(refused.value.fields) == ["route"]
    assert not Decision.objects.exists()


def test_a_stop_in_the_fast_lane_is_signed_by_another_lead(cast: Cast, run_jobs: Run) -> None:
    idea = fast(cast, run_jobs)
    draft = play.decide(idea, cast.lead, "stop")
    with pytest.raises(NotAllowed):
        gates.sign_second(decision_key=draft.key, by=act(cast.director))
    gates.sign_second(decision_key=draft.key, by=act(cast.other_lead))
    idea.refresh_from_db()
    assert (idea.state, nodes.station_of(idea)) == ("stopped", "reexamination")
    journey.ask_reexamination(
        idea=idea.key, by=act(cast.author), grounds="Le besoin est urgent, voici pourquoi."
    )
    journey.answer_reexamination(
        idea=idea.key, by=act(cast.dga), answer="overturned", reasons="Le besoin est bien immédiat."
    )
    idea.refresh_from_db()
    assert (idea.state, play.round_of(idea).gate) == ("live", "F")


def test_no_flow_is_a_subclass_and_none_points_into_another() -> None:
    """viewflow copies nodes after resolving them: a subclass would silently go its parent's way."""
    for flow in flows.ROUTES:
        assert flow.__mro__[1].__name__ == "Flow"
        for node in flow.instance.nodes():
            if isinstance(node, Station):
                assert all(way.flow_class is flow for way in node.ways.values()), (flow, node)
