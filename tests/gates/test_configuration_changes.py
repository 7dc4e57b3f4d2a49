"""Whatever the checker lets pass works: each single change of the defaults that it accepts is published, and an idea
then goes through that gate. What it refuses never reaches an idea."""

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from tests.factories import DepartmentFactory, PersonFactory
from tests.journey import cast as steps
from tests.journey import test_routes as short
from tests.journey.cast import Cast, act
from workflows.evaluation import actions as evaluation
from workflows.evaluation.models import Evaluation
from workflows.gates import actions, authority, queries, signing
from workflows.gates.actions import Choice
from workflows.gates.configuration import actions as configuration
from workflows.gates.configuration import default_rules
from workflows.gates.configuration.document import put
from workflows.gates.configuration.reading import in_force
from workflows.gates.configuration.structure import Malformed, check, schema
from workflows.gates.models import GateRound, Seat
from workflows.gates.rules import GO_ON, permitted
from workflows.journey import actions as journey
from workflows.pilots import actions as pilots
from workflows.pilots.models import Pilot
from workflows.sponsorship import actions as sponsorship

pytestmark = pytest.mark.django_db
Document = dict[str, Any]
Change = tuple[str, Any]
GATES = ("L", "F", "G0", "G1", "G2", "G3", "G4")
ROW = {"en": "Asked", "fr": "Demandé"}


class Undone(Exception):
    """Raised to take back what one change did."""


def values_of(name: str, about: dict[str, Any]) -> list[Any]:
    """Values worth trying for a setting of the schema; None takes it away."""
    about = schema()["$defs"]["delay"] if about.get("$ref", "").endswith("delay") else about
    if "enum" in about:
        return [None, *about["enum"]]
    match about.get("type"):
        case "integer":
            return [None, *sorted({about["minimum"], 1, 2, 3, 5, about["maximum"]})]
        case "number":
            return [None, 0, about["maximum"]]
        case "boolean":
            return [None, True, False]
        case "array" if "enum" in about["items"]:
            return [None, *([one] for one in about["items"]["enum"])]
    return {
        "if_they_differ": [None, *(f"{gate}_decider" for gate in GATES)],
        "second_signature_for": [None, {"stop": "another_lead"}],
    }.get(name, [])


def changes_of(gate: str, rules: Document) -> Iterator[Change]:
    """Every single change of a gate's settings, by JSON pointer; rows are changed, added and taken away."""
    place = f"/gates/{gate}"
    for name, about in schema()["$defs"]["gate"]["properties"].items():
        for value in values_of(name, about):
            if rules.get(name) != value:
                yield f"{place}/{name}", value
    for name, own in (("must_meet", {"kind": "judgement"}), ("must_meet", {"kind": "fact"}), ("criteria", {"weight": 1})):
        yield f"{place}/{name}", [*rules[name], {"key": "more"} | ROW | own]
    for name in ("must_meet", "criteria"):
        yield f"{place}/{name}", []
        for number, row in enumerate(rules[name]):
            yield f"{place}/{name}", [one for one in rules[name] if one is not row]
            yield f"{place}/{name}/{number}/key", "other"
            if name == "must_meet":
                yield f"{place}/{name}/{number}/kind", "fact" if row["kind"] == "judgement" else "judgement"


SHARED: list[Change] = [
    ("/rework/max_per_gate", 0),
    ("/rework/author_days", 1),
    ("/reexamination/answer_in", 400),
    ("/open_seats_per_person", 1),
    ("/letters/stop", None),
]


@pytest.fixture
def city() -> Cast:
    """The cast, and what a sound configuration asks for: a second of each who decides high up, a head of service."""
    found = Cast()
    PersonFactory(employed=True, mandate="elected")
    PersonFactory(employed=True, mandate="dga")
    for role in ("expert", "staff_representative", "champion", "panel_member"):
        for _number in range(6):
            PersonFactory(employed=True, role=role)
    return found


def before_local(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    service = DepartmentFactory(service=True)
    PersonFactory(department=service, head=True, mandate="head_of_service", mandate__department=service)
    return lambda: short.local(cast, service, run_jobs)


def before_fast(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    def enter() -> Idea:
        idea = short.fast(cast, run_jobs)
        short.plan(idea, cast)
        return idea

    return enter


def before_g0(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    return lambda: steps.submit(cast)


def before_g1(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    idea = steps.submit(cast)
    run_jobs()

    def enter() -> Idea:
        steps.pass_g0(idea, cast)
        return idea

    return enter


def launched(cast: Cast, run_jobs: Any) -> Idea:
    """At G2, the panel seated."""
    idea = before_g1(cast, run_jobs)()
    run_jobs()
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sponsorship, "request_launch", lambda **_given: None)
        steps.sponsored(idea, cast)
    return idea


def before_g2(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    idea = launched(cast, run_jobs)

    def enter() -> Idea:
        sponsorship.request_launch(idea=idea, by=act(cast.author))
        return idea

    return enter


def running(cast: Cast, run_jobs: Any) -> Idea:
    """In its pilot, with its reading."""
    idea = before_g2(cast, run_jobs)()
    run_jobs()
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pilots, "end_pilot", lambda **_given: None)
        steps.piloted(idea, cast)
    return idea


def before_g3(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    idea = running(cast, run_jobs)

    def enter() -> Idea:
        pilots.end_pilot(pilot=Pilot.objects.get(idea=idea), note="Fin comme prévu.", by=act(cast.author))
        return idea

    return enter


def before_g4(cast: Cast, run_jobs: Any) -> Callable[[], Idea]:
    idea = before_g3(cast, run_jobs)()
    run_jobs()
    steps.agree(idea, cast)
    evaluation.name_evaluator(idea=idea, evaluator=cast.evaluator, by=act(cast.lead))

    def enter() -> Idea:
        evaluation.deliver(
            evaluation=Evaluation.objects.get(idea=idea),
            findings="Les minutes perdues passent de 22 à 9.",
            effect_on_staff="Moins de stress.",
            run_cost_euros_a_year=3000,
            advice="scale",
            run_owner=cast.manager,
            by=act(cast.evaluator),
        )
        sponsorship.confirm_budget(idea=idea, gate="G4", none_needed=True, by=act(cast.finance))
        return idea

    return enter


BEFORE = {
    "L": before_local,
    "F": before_fast,
    "G0": before_g0,
    "G1": before_g1,
    "G2": before_g2,
    "G3": before_g3,
    "G4": before_g4,
}


def pass_on(idea: Idea, run_jobs: Any) -> None:
    """Whoever sits answers yes to all, whoever may decide lets the idea go on, whoever signs signs."""
    run_jobs()
    round_ = steps.round_of(idea)
    idea = Idea.objects.select_related("programme__entity", "content").get(pk=idea.pk)
    assert round_.state == "open", "the seats are filled"
    judged = [rule["key"] for rule in round_.rules["must_meet"] if rule["kind"] == "judgement"]
    onward = next(one for one in round_.rules.get("go_on") or ("go",) if one != "extend")
    conditions = [("Tester de nuit", idea.team.get(role="author").person, steps.in_days(30))]
    choice = Choice(
        outcome=onward,
        reasons=steps.REASONS,
        departure_reason="Une condition suffit.",
        conditions=conditions if onward == "go_with_conditions" else [],
        answers={} if round_.rules.get("seats") else dict.fromkeys(judged, "yes"),
    )
    if round_.gate == "G0":
        seat = Seat.objects.select_related("person").get(round=round_, state="open")
        answers = {key: {"answer": "yes", "reason": ""} for key in judged}
        decision = actions.admit(
            seat_key=seat.key, by=act(seat.person), must_meets=answers, choice=choice, content_version=1
        )
    else:
        steps.vote_all(idea, "go", 4)
        party = authority.parties(round_, idea)[0]
        decision = actions.decide(round_key=round_.key, by=party.actor, choice=choice)
    if decision.issued_at is None:
        second = signing.second_parties(round_, idea, decision)[0]
        actions.sign_second(decision_key=decision.key, by=second.actor)
    round_.refresh_from_db()
    assert round_.state == "decided"
    assert round_.record is not None
    assert any(one.outcome == onward and onward in GO_ON for one in permitted(round_.record))


@pytest.mark.parametrize("gate", GATES)
def test_what_the_checker_accepts_lets_an_idea_through(gate: str, city: Cast, run_jobs: Any) -> None:
    if gate != "L":
        PersonFactory(employed=True, mandate="head_of_service", mandate__department=DepartmentFactory())
    enter = BEFORE[gate](city, run_jobs)
    run_jobs()
    programme = Programme.objects.select_related("entity").get()
    accepted, refused = [], []
    for change in [*changes_of(gate, default_rules(gate)), *SHARED]:
        document = copy.deepcopy(in_force(programme))
        put(document, *change)
        try:
            check(document)
        except Malformed:
            refused.append(change)
            continue
        try:
            with transaction.atomic():
                draft = configuration.begin_draft(by=act(city.lead), programme=programme, document=document)
                if configuration.check(by=act(city.lead), key=draft.key):
                    refused.append(change)
                    raise Undone
                configuration.publish(by=act(city.lead), key=draft.key)
                accepted.append(change)
                try:
                    pass_on(enter(), run_jobs)
                except Exception as error:
                    raise AssertionError(f"accepted, then broke: {change}") from error
                raise Undone
        except Undone:
            continue
    print(gate, len(accepted), len(refused))
    assert len(accepted) > 20
    assert len(refused) > 20
