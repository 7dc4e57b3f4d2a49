"""Which running ideas the checker counts at a gate: those that may still come there, whatever their route."""

import copy
from typing import Any

import pytest

from ideas.calls.models import Programme
from incubator.people.models import Person
from tests.factories import DepartmentFactory, PersonFactory
from tests.journey import cast as steps
from tests.journey import test_routes as short
from tests.journey.cast import Cast, act
from tests.platform.jobs import Run
from workflows.gates import actions
from workflows.gates.configuration import queries
from workflows.gates.configuration.reading import in_force
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db


def coming() -> dict[str, int]:
    """How many ideas are still to come, by gate; every gate has a panel."""
    programme = Programme.objects.select_related("entity").get()
    document: dict[str, Any] = copy.deepcopy(in_force(programme))
    for configured in document["gates"].values():
        configured["seats"] = configured["seats"] or 3
    pools = queries.facts_of(document, programme).pools
    return {gate: len(pools[gate].by_idea) for gate in ("L", "F", "G0", "G1", "G4")}


def director_of(cast: Cast) -> Person:
    return PersonFactory(
        department=cast.home.parent, mandate="director", mandate__department=cast.home.parent
    )


def test_a_fast_idea_comes_to_selection_only_while_it_may_be_handed_to_the_programme(run_jobs: Run) -> None:
    cast = Cast()
    idea = short.fast(cast, run_jobs)
    waiting = {"L": 0, "F": 0, "G0": 1, "G1": 1, "G4": 1}
    assert coming() == waiting
    steps.decide(idea, cast.lead, "rework")
    assert coming() == waiting, "it comes back to the same gate"
    journey.resubmit(idea=idea.key, by=act(cast.author))
    run_jobs()
    short.plan(idea, cast)
    director = director_of(cast)
    drafted = steps.decide(idea, cast.lead, answers=short.YES_TO_ALL)
    assert coming() == waiting, "not signed yet"
    actions.sign_second(decision_key=drafted.key, by=act(director))
    assert coming() == waiting | {"G0": 0, "G1": 0}


def test_an_idea_of_the_fast_lane_handed_to_the_programme_comes_to_its_gates(run_jobs: Run) -> None:
    cast = Cast()
    idea = short.fast(cast, run_jobs)
    steps.decide(idea, cast.lead, "to_programme", criterion_reasons={"immediate": "Rien ne presse."})
    assert coming() == {"L": 0, "F": 0, "G0": 0, "G1": 1, "G4": 1}


def test_a_local_idea_comes_to_the_programme_only_until_its_service_says_yes(run_jobs: Run) -> None:
    cast, service = Cast(), DepartmentFactory(service=True)
    head = PersonFactory(
        department=service, head=True, mandate="head_of_service", mandate__department=service
    )
    idea = short.local(cast, service, run_jobs)
    assert coming() == {"L": 0, "F": 0, "G0": 1, "G1": 1, "G4": 1}
    steps.decide(idea, head, answers={"own_means": "yes"})
    assert coming() == {"L": 0, "F": 0, "G0": 0, "G1": 0, "G4": 0}


def test_a_standard_idea_comes_to_each_gate_ahead_of_it() -> None:
    cast = Cast()
    steps.submit(cast)
    assert coming() == {"L": 0, "F": 0, "G0": 0, "G1": 1, "G4": 1}
