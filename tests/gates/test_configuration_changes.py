"""Whatever the checker lets pass works: each single change of the defaults that it accepts is published, and an idea
then goes through that gate. What it refuses never reaches an idea."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from incubator.lib.refusals import Invalid
from tests.factories import DepartmentFactory, PersonFactory
from tests.journey import cast as steps
from tests.journey import test_routes as short
from tests.journey.cast import Cast, act
from workflows.evaluation import actions as evaluation
from workflows.evaluation.models import Evaluation
from workflows.gates import actions, authority, signing
from workflows.gates.actions import Choice
from workflows.gates.configuration import actions as configuration
from workflows.gates.configuration import default_rules
from workflows.gates.configuration import queries as configured
from workflows.gates.configuration.document import put
from workflows.gates.configuration.reading import in_force
from workflows.gates.configuration.structure import schema
from workflows.gates.models import Seat
from workflows.gates.rules import GO_ON, permitted
from workflows.journey import actions as journey
from workflows.pilots import actions as pilots
from workflows.pilots.models import Pilot
from workflows.sponsorship import actions as sponsorship

pytestmark = pytest.mark.django_db
Document = dict[str, Any]
Change = tuple[str, Any]
GATES = ("L", "F", "G0", "G1", "G2", "G3", "G4")
WORDS = {"en": "Asked", "fr": "Demandé"}
ROWS: list[tuple[str, Document]] = [("must_meet", {"kind": "judgement"}), ("criteria", {"weight": 1})]


class Undone(Exception):
    """Raised to take back what one change did."""


def values_of(name: str, about: Document) -> list[Any]:
    """Values worth trying for a setting of the schema; None takes it away."""
    if "enum" in about:
        return [None, *about["enum"]]
    match about.get("type"):
        case "integer":
            return [None, *range(about["minimum"], 4), about["maximum"]]
        case "number":
            return [None, about["minimum"], about["maximum"]]
        case "boolean":
            return [None, True, False]
        case "array" if "enum" in about["items"]:
            return [None, *([one] for one in about["items"]["enum"])]
    return {
        "if_they_differ": [None, *(f"{gate}_decider" for gate in GATES)],
        "second_signature_for": [None, {"stop": "another_lead"}],
    }.get(name, [None, 1, 400] if about.get("$ref") == "#/$defs/delay" else [])


def changes_of(gate: str, rules: Document) -> Iterator[Change]:
    """Every single change of a gate's settings, by JSON pointer; rows are changed, added and taken away."""
    place = f"/gates/{gate}"
    for name, about in schema()["$defs"]["gate"]["properties"].items():
        for value in values_of(name, about):
            if rules.get(name) != value:
                yield f"{place}/{name}", value
    for name, own in ROWS:
        yield f"{place}/{name}", [*rules[name], {"key": "more"} | WORDS | own]
        yield f"{place}/{name}", []
        for number, row in enumerate(rules[name]):
            yield f"{place}/{name}", [one for one in rules[name] if one is not row]
            yield f"{place}/{name}/{number}/key", "other"
            if "kind" in row:
                yield f"{place}/{name}/{number}/kind", {"fact": "judgement", "judgement": "fact"}[row["kind"]]


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


def seated(idea: Idea) -> None:
    actions.fill_seats(round_key=str(steps.round_of(idea).key))


def before_local(cast: Cast) -> Callable[[], Idea]:
    service = DepartmentFactory(service=True)
    PersonFactory(department=service, head=True, mandate="head_of_service", mandate__department=service)
    idea = steps.draft(cast)

    def enter() -> Idea:
        return journey.submit(idea=idea.key, by=act(cast.author), route="local", service=service)

    return enter


def before_fast(cast: Cast) -> Callable[[], Idea]:
    idea = steps.draft(cast, needs_euros="600", needs_days="3")

    def enter() -> Idea:
        journey.submit(idea=idea.key, by=act(cast.author), route="fast")
        short.plan(idea, cast)
        return idea

    return enter


def before_g0(cast: Cast) -> Callable[[], Idea]:
    idea = steps.draft(cast)
    return lambda: journey.submit(idea=idea.key, by=act(cast.author))


def before_g1(cast: Cast) -> Callable[[], Idea]:
    idea = steps.submit(cast)
    seated(idea)

    def enter() -> Idea:
        steps.pass_g0(idea, cast)
        return idea

    return enter


def launched(cast: Cast) -> Idea:
    """At G2, the panel seated."""
    idea = before_g1(cast)()
    seated(idea)
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sponsorship, "request_launch", lambda **_given: None)
        steps.sponsored(idea, cast)
    return idea


def before_g2(cast: Cast) -> Callable[[], Idea]:
    idea = launched(cast)

    def enter() -> Idea:
        sponsorship.request_launch(idea=idea, by=act(cast.author))
        return idea

    return enter


def running(cast: Cast) -> Idea:
    """In its pilot, with its reading."""
    idea = before_g2(cast)()
    seated(idea)
    steps.vote_all(idea)
    steps.decide(idea, cast.dga)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pilots, "end_pilot", lambda **_given: None)
        steps.piloted(idea, cast)
    return idea


def before_g3(cast: Cast) -> Callable[[], Idea]:
    idea = running(cast)

    def enter() -> Idea:
        pilots.end_pilot(pilot=Pilot.objects.get(idea=idea), note="Fin comme prévu.", by=act(cast.author))
        return idea

    return enter


def before_g4(cast: Cast) -> Callable[[], Idea]:
    idea = before_g3(cast)()
    seated(idea)
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


def pass_on(idea: Idea) -> None:
    """Whoever sits answers yes to all, whoever may decide lets the idea go on, whoever signs signs."""
    seated(idea)
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


def a_city_that_stays(patched: pytest.MonkeyPatch) -> None:
    """What the checker reads of people is read once: between two changes everything is taken back."""
    for name in ("_pool", "_holders", "_unsigned", "_loads"):
        read, known = getattr(configured, name), {}

        def once(*given: Any, _read: Any = read, _known: dict[str, Any] = known, **more: Any) -> Any:
            key = repr((given, more))
            if key not in _known:
                _known[key] = _read(*given, **more)
            return _known[key]

        patched.setattr(configured, name, once)


@pytest.mark.prove
@pytest.mark.parametrize("gate", GATES)
def test_what_the_checker_accepts_lets_an_idea_through(
    gate: str, city: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One accepted value of each setting."""
    if gate != "L":
        PersonFactory(employed=True, mandate="head_of_service", mandate__department=DepartmentFactory())
    enter = BEFORE[gate](city)
    a_city_that_stays(monkeypatch)
    programme, by = Programme.objects.select_related("entity").get(), act(city.lead)
    accepted, refused, passed = [], [], set()
    for change in [*changes_of(gate, default_rules(gate)), *(SHARED if gate == "G1" else [])]:
        setting = re.sub(r"/\d+", "", change[0])
        if setting in passed:
            continue
        document = copy.deepcopy(in_force(programme))
        put(document, *change)
        try:
            with transaction.atomic():
                draft = configuration.begin_draft(by=by, programme=programme, document=document)
                if configuration.check(by=by, key=draft.key):
                    raise Undone
                configuration.publish(by=by, key=draft.key, revision=draft.revision)
                accepted.append(change)
                passed.add(setting)
                try:
                    pass_on(enter())
                except Exception as error:
                    raise AssertionError(f"accepted, then broke: {change}") from error
                raise Undone
        except Invalid:
            refused.append(change)
        except Undone:
            if change not in accepted[-1:]:
                refused.append(change)
    assert len(accepted) >= 15, accepted
    assert len(refused) >= 10, refused
