"""How many statements a decision takes after the review and on the shorter routes, where it takes two acts, and what
handing in takes: session and person included."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.urls import reverse

from ideas.drafting.models import Idea
from incubator.people.models import Department, Person
from incubator.people.once import new_key
from tests.factories import DepartmentFactory, IdeaFactory, PersonFactory
from tests.gates import stage
from tests.gates.test_statements import REASONED, WRITTEN, publish
from tests.journey import cast as steps
from tests.journey.cast import Cast, act, another_team
from tests.platform.kept import kept
from workflows.gates.models import Decision
from workflows.journey import actions as journey
from workflows.pilots import actions as pilots
from workflows.pilots.actions import PlanValues
from workflows.pilots.rules import IndicatorValues

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[None]]
Run = Callable[..., list[str]]
# Several conditions with owners of their own take what one takes.
CONDITIONS = {
    f"condition_{row}_{name}": said
    for row in range(3)
    for name, said in (("text", f"Tester la nuit {row}"), ("due", "2031-01-06"))
}
VOTES = {"rework": "not_now", "hold": "not_now", "stop": "not_now", "go_with_conditions": "go_if"}


class Brought(NamedTuple):
    """An idea before a decision: whom it concerns, and who decides and signs there."""

    cast: Cast
    idea: Idea
    first: Person
    second: Person | None = None


def at_g2(cast: Cast, run_jobs: Run) -> Brought:
    idea = steps.submit(cast)
    run_jobs()
    steps.pass_g0(idea, cast)
    run_jobs()
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    steps.sponsored(idea, cast)
    run_jobs()
    return Brought(cast, idea, cast.dga)


def at_g3(cast: Cast, run_jobs: Run) -> Brought:
    idea = at_g2(cast, run_jobs).idea
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    steps.piloted(idea, cast)
    run_jobs()
    return Brought(cast, idea, cast.sponsor, cast.lead)


def at_g4(cast: Cast, run_jobs: Run) -> Brought:
    idea = at_g3(cast, run_jobs).idea
    steps.agree(idea, cast)
    steps.evaluated(idea, cast)
    run_jobs()
    return Brought(cast, idea, cast.dgs)


def in_fast_lane(cast: Cast, run_jobs: Run) -> Brought:
    idea = steps.draft(cast, needs_euros="600", needs_days="3")
    journey.submit(idea=idea.key, by=act(cast.author), route="fast")
    run_jobs()
    idea.refresh_from_db()
    minutes = IndicatorValues("Minutes perdues", "min", "down", Decimal(22), Decimal(8))
    plan = PlanValues("Un quartier", 2, "Deux accidents", "Par affiche", 1, [minutes])
    pilots.save_plan(idea=idea, version=0, values=plan, by=act(cast.author))
    publish(steps.round_of(idea), "G0")
    home = cast.home.parent
    director = PersonFactory(department=home, mandate="director", mandate__department=home)
    return Brought(cast, idea, cast.lead, director)


def a_service() -> tuple[Department, Person]:
    service = DepartmentFactory(service=True)
    mandated = {"mandate": "head_of_service", "mandate__department": service}
    return service, PersonFactory(department=service, head=True, **mandated)


def asked_of_a_service(cast: Cast, run_jobs: Run) -> Brought:
    service, head = a_service()
    idea = steps.draft(cast)
    journey.submit(idea=idea.key, by=act(cast.author), route="local", service=service)
    run_jobs()
    idea.refresh_from_db()
    publish(steps.round_of(idea), "G0")
    return Brought(cast, idea, head)


GATES = {"G2": at_g2, "G3": at_g3, "G4": at_g4, "F": in_fast_lane, "L": asked_of_a_service}


@pytest.fixture(scope="module")
def brought(request: pytest.FixtureRequest) -> Iterator[dict[str, Brought]]:
    def build(run_jobs: Run) -> dict[str, Brought]:
        cast = Cast()
        return {gate: bring(another_team(cast), run_jobs) for gate, bring in GATES.items()}

    yield from kept(request, build)


@pytest.fixture
def cast(brought: dict[str, Brought]) -> Cast:
    return another_team(brought["G2"].cast)


def written(idea: Idea, outcome: str) -> dict[str, Any]:
    """What the decision page posts, every judgement answered with yes."""
    rules = steps.round_of(idea).rules
    sent = stage.written(outcome) | WRITTEN.get(outcome, {})
    if outcome == "go_with_conditions":
        sent |= CONDITIONS
    if outcome == "merge":
        IdeaFactory(author=PersonFactory(employed=True), live=True, number=900001)
    if outcome in (*REASONED, "to_programme"):
        sent[f"reason_{rules['must_meet'][0]['key']}"] = "Il manque un constat d’usagers."
    return sent | {
        f"answer_{rule['key']}": "yes" for rule in rules["must_meet"] if rule["kind"] == "judgement"
    }


def decided(at: Brought, outcome: str, bounds: tuple[int, ...], at_most: AtMost, *signers: Person) -> None:
    """Decide, then sign, each within its bound; the decision is issued at the end."""
    idea = deepcopy(at.idea)
    round_, sent = steps.round_of(idea), written(idea, outcome)
    url = reverse("decide", args=[round_.key])
    posted = [(at.first, sent), *((one, {"request_key": new_key(), "step": "sign"}) for one in signers)]
    for (person, data), bound in zip(posted, bounds, strict=True):
        client = stage.signed_in(person)
        with at_most(bound):
            assert client.post(url, data).status_code == 302
    assert Decision.objects.filter(round=round_, outcome=outcome).exists()


G2 = {"go": 28, "go_with_conditions": 30, "rework": 26, "hold": 25, "stop": 26}


@pytest.mark.parametrize("outcome", G2)
def test_g2_is_decided_in_thirty(brought: dict[str, Brought], outcome: str, at_most: AtMost) -> None:
    """Its go reads the promise, the time, the line and the plan, seals the plan and starts the pilot."""
    steps.vote_all(deepcopy(brought["G2"].idea), VOTES.get(outcome, "go"))
    decided(brought["G2"], outcome, (G2[outcome],), at_most)


G3 = {"go": 27, "go_with_conditions": 28, "extend": 28, "rework": 26, "hold": 25, "stop": 26}


@pytest.mark.parametrize("sponsor_first", [True, False])
@pytest.mark.parametrize("outcome", G3)
def test_g3_is_decided_in_two_acts(
    brought: dict[str, Brought], outcome: str, sponsor_first: bool, at_most: AtMost
) -> None:
    """The first drafts, the second signs; the record is read for both."""
    first, second = (
        (brought["G3"].first, brought["G3"].cast.lead)
        if sponsor_first
        else (brought["G3"].cast.lead, brought["G3"].first)
    )
    drafted = 22 if outcome == "go_with_conditions" else 20
    decided(brought["G3"]._replace(first=first), outcome, (drafted, G3[outcome]), at_most, second)


G4 = {"scale": 28, "transfer": 28, "extend": 30, "rework": 28, "hold": 27, "stop": 28}


@pytest.mark.parametrize("outcome", G4)
def test_g4_is_decided_in_thirty(brought: dict[str, Brought], outcome: str, at_most: AtMost) -> None:
    steps.vote_all(deepcopy(brought["G4"].idea), VOTES.get(outcome, "go"))
    decided(brought["G4"], outcome, (G4[outcome],), at_most)


FAST = {"rework": 25, "hold": 24, "merge": 29, "redirect": 19, "to_programme": 30}
SIGNED = {"go": (20, 29), "go_with_conditions": (22, 30), "stop": (19, 26)}


@pytest.mark.parametrize("outcome", FAST)
def test_the_fast_lane_is_decided(brought: dict[str, Brought], outcome: str, at_most: AtMost) -> None:
    decided(brought["F"], outcome, (FAST[outcome],), at_most)


@pytest.mark.parametrize("outcome", SIGNED)
def test_the_fast_lane_is_decided_by_two(brought: dict[str, Brought], outcome: str, at_most: AtMost) -> None:
    """The director's signature is the promise too: it seals the plan and starts the pilot."""
    signer = brought["F"].cast.other_lead if outcome == "stop" else brought["F"].second
    assert signer is not None
    decided(brought["F"], outcome, SIGNED[outcome], at_most, signer)


LOCAL = {"go": 24, "stop": 24, "to_programme": 29}


@pytest.mark.parametrize("outcome", LOCAL)
def test_a_service_answers(brought: dict[str, Brought], outcome: str, at_most: AtMost) -> None:
    decided(brought["L"], outcome, (LOCAL[outcome],), at_most)


@pytest.mark.parametrize(("outcome", "bound"), [("stop", 25), ("redirect", 19)])
def test_a_second_lead_signs_at_g0(cast: Cast, outcome: str, bound: int, at_most: AtMost) -> None:
    idea = stage.at_g0(cast).idea
    if outcome == "redirect":
        # Where the programme wants two signatures for it; an author consents next.
        round_ = steps.round_of(idea)
        round_.rules["second_signature_for"]["redirect"] = "another_lead"
        round_.save(update_fields=["rules"])
    decision = steps.pass_g0(
        idea, cast, outcome, **({"redirect_to": "prevention_adviser"} if outcome == "redirect" else {})
    )
    other = cast.other_lead if decision.decider == cast.lead else cast.lead
    client, url = stage.signed_in(other), reverse("decide", args=[decision.round.key])
    with at_most(bound):
        assert client.post(url, {"request_key": new_key(), "step": "sign"}).status_code == 302


SUBMITTED = {"standard": 17, "fast": 19, "local": 20}


@pytest.mark.parametrize("route", SUBMITTED)
def test_a_draft_is_handed_in(cast: Cast, route: str, at_most: AtMost) -> None:
    service, _head = a_service()
    idea = steps.draft(cast, needs_euros="600", needs_days="3")
    for other in ("G0", "F", "L"):
        actions_of(idea, other)
    sent = {"request_key": new_key(), "route": route, "service": service.code if route == "local" else ""}
    client = stage.signed_in(cast.author)
    with at_most(SUBMITTED[route]):
        assert client.post(reverse("idea-submit", args=[idea.key]), sent).status_code == 302


def actions_of(idea: Idea, gate: str) -> None:
    """The gate's rules are published, as in a programme that opened with them."""
    from workflows.gates.configuration import default_rules
    from workflows.gates.models import GateConfiguration

    GateConfiguration.objects.get_or_create(
        programme=idea.programme,
        gate=gate,
        version=1,
        defaults={"state": "published", "rules": default_rules(gate)},
    )


@pytest.mark.parametrize("gate", ["G0", "G1"])
def test_a_completed_idea_is_handed_in_again_in_twenty(cast: Cast, gate: str, at_most: AtMost) -> None:
    if gate == "G0":
        idea = stage.at_g0(cast).idea
        steps.pass_g0(idea, cast, "rework")
    else:
        round_ = stage.at_g1(cast)
        idea = round_.idea
        stage.all_vote(round_, "not_now")
        steps.decide(idea, cast.dga, "rework")
    client = stage.signed_in(cast.author)
    with at_most(20):
        sent = {"request_key": new_key(), "again": "1"}
        assert client.post(reverse("idea-submit", args=[idea.key]), sent).status_code == 302
    assert steps.round_of(idea).number == 2
