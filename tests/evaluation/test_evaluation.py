"""Naming an evaluator outside the team, delivering, naming who runs it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from incubator.people.actors import SUBSTITUTION
from incubator.people.models import Person
from tests.factories import AbsenceFactory, PersonFactory, TeamMemberFactory
from tests.pilots.plans import launch
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.evaluation import actions, facts, queries
from workflows.evaluation.models import Evaluation
from workflows.gates import hooks
from workflows.gates.actions.rounds import enter
from workflows.pilots import actions as pilots
from workflows.pilots import queries as pilot_queries

pytestmark = pytest.mark.django_db
START = date(2026, 3, 2)
DELIVERY: dict[str, Any] = {
    "findings": "Dix minutes gagnées par tournée.",
    "effect_on_staff": "Moins de fatigue le soir.",
    "run_cost_euros_a_year": 5200,
    "advice": "scale",
}


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An idea in evaluation: two check-ins were recorded and the pilot has ended."""
    monkeypatch.setattr(hooks, "_handlers", {})
    with clock.moved(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        made = make_cast()
        pilot = launch(made, START)
    with clock.moved(datetime(2026, 9, 2, 9, tzinfo=UTC)):
        minutes, visits = pilot_queries.plan_of(made.idea, passages=()).indicators.all()
        for day, lost, kept in ((4, 18, "97.5"), (8, 11, "98.25")):
            pilots.record_check_in(
                pilot=pilot,
                on=date(2026, day, 1),
                pace="on_track",
                note="",
                readings={minutes.key: Decimal(lost), visits.key: Decimal(kept)},
                by=by(made.author),
            )
        pilots.end_pilot(pilot=pilot, note="Comme prévu.", by=by(made.author))
        Idea.objects.filter(pk=made.idea.pk).update(stage="evaluation", holder="evaluator")
        made.idea.refresh_from_db()
        yield made


@pytest.fixture
def evaluator() -> Person:
    return PersonFactory(employed=True)


def name(cast: Cast, evaluator: Person) -> Evaluation:
    return actions.name_evaluator(idea=cast.idea, evaluator=evaluator, by=by(cast.lead))


def deliver(evaluation: Evaluation, by_whom: Person, **changes: Any) -> Evaluation:
    given = {"run_owner": by_whom} | DELIVERY | changes
    return actions.deliver(evaluation=evaluation, by=by(by_whom), **given)


def waiting(person: Person) -> set[str]:
    return set(WorkItem.objects.filter(person=person, closed_at=None).values_list("verb", flat=True))


def test_the_lead_names_someone_who_then_holds_the_idea(cast: Cast, evaluator: Person) -> None:
    evaluation = name(cast, evaluator)
    cast.idea.refresh_from_db()
    assert (cast.idea.holder, cast.idea.due_at) == ("evaluator", evaluation.due_at)
    assert evaluation.due_at == datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC)  # 20 working days
    assert waiting(evaluator) == {"evaluate"}


@pytest.mark.parametrize("person", ["author", "other_director", "dga", "stranger"])
def test_only_the_lead_names(cast: Cast, evaluator: Person, person: str) -> None:
    with refused(NotAllowed):
        actions.name_evaluator(idea=cast.idea, evaluator=evaluator, by=by(getattr(cast, person)))


def test_nobody_with_a_link_evaluates_and_the_refusal_does_not_say_which(cast: Cast) -> None:
    coach = TeamMemberFactory(idea=cast.idea, role="coach").person
    former = TeamMemberFactory(idea=cast.idea, left_at=clock.now()).person
    reports = PersonFactory(employed=True)
    reports.posts.update(line_manager=cast.author)
    linked = [cast.author, coach, former, cast.manager, cast.other_director, reports]
    sentences = set()
    for person in [*linked, PersonFactory(is_active=False)]:
        with refused(Invalid) as refusal:
            name(cast, person)
        assert "evaluator" in refusal.value.fields
        sentences.add(str(refusal.value))
    assert len(sentences) == 1
    assert not Evaluation.objects.exists()


def test_an_evaluator_is_named_in_evaluation_and_not_while_it_is_decided(
    cast: Cast, evaluator: Person
) -> None:
    for field, value in (("stage", "pilot"), ("state", "held"), ("holder", "author")):
        before = getattr(cast.idea, field)
        Idea.objects.filter(pk=cast.idea.pk).update(**{field: value})
        with refused(Conflict):
            name(cast, evaluator)
        Idea.objects.filter(pk=cast.idea.pk).update(**{field: before})
    with locked(cast.idea.pk) as idea:
        enter(idea, "G4")
    with refused(Conflict):
        name(cast, evaluator)


def test_naming_again_relieves_the_former(cast: Cast, evaluator: Person) -> None:
    first = name(cast, evaluator)
    with refused(Conflict):
        name(cast, evaluator)
    second = name(cast, cast.stranger)
    first.refresh_from_db()
    assert first.ended_at is not None
    assert (first.number, second.number) == (1, 2)
    assert waiting(evaluator) == set()
    assert waiting(cast.stranger) == {"evaluate"}
    with refused(Conflict):
        deliver(first, evaluator)


def test_delivering_freezes_readings_beside_the_sealed_targets(cast: Cast, evaluator: Person) -> None:
    evaluation = deliver(name(cast, evaluator), evaluator)
    minutes, visits = evaluation.compared
    assert (minutes["baseline"], minutes["target"], minutes["last"], minutes["reached"]) == (
        "22",
        "12",
        "11",
        True,
    )
    assert (visits["last"], visits["reached"]) == ("98.25", False)
    assert minutes["readings"][0] == {"on": "2026-04-01", "value": "18"}
    assert evaluation.compared_sha256 == sha256(canonical(evaluation.compared))
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert last.payload["compared_sha256"] == evaluation.compared_sha256
    assert "minutes" not in str(last.payload)
    assert all(read(cast.idea, "G4") for read in (facts.independent, facts.compared, facts.owner))
    assert waiting(evaluator) == set()
    with refused(Conflict):
        deliver(evaluation, evaluator)


def test_delivering_enters_the_gate_and_asks_finance(
    cast: Cast, evaluator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflows.sponsorship.actions import finance_before_investment

    handlers = [finance_before_investment, lambda idea, by, cause: [{"what": "gate"}]]
    monkeypatch.setattr(hooks, "_handlers", {"stage_ready": handlers})
    deliver(name(cast, evaluator), evaluator)
    last = Event.objects.filter(subject_key=cast.idea.key).latest("sequence")
    assert [line["what"] for line in last.effects] == ["evaluation", "gate"]
    assert WorkItem.objects.filter(
        key=f"budget:{cast.idea.key}:G4", person=cast.finance, closed_at=None
    ).exists()


@pytest.mark.parametrize("person", ["author", "lead", "other_director", "stranger"])
def test_only_the_evaluator_delivers(cast: Cast, evaluator: Person, person: str) -> None:
    evaluation = name(cast, evaluator)
    with refused(NotAllowed):
        deliver(evaluation, getattr(cast, person))


def test_not_even_a_deputy_delivers(cast: Cast, evaluator: Person) -> None:
    evaluation = name(cast, evaluator)
    AbsenceFactory(person=evaluator, deputy=cast.stranger)
    with refused(NotAllowed):
        actions.deliver(
            evaluation=evaluation, by=by(cast.stranger, on_behalf_of=evaluator), run_owner=None, **DELIVERY
        )


def test_an_evaluator_who_gets_a_link_no_longer_delivers(cast: Cast, evaluator: Person) -> None:
    evaluation = name(cast, evaluator)
    cast.author.posts.update(line_manager=evaluator)
    with refused(NotAllowed) as refusal:
        deliver(evaluation, evaluator)
    assert refusal.value.code == "evaluator.conflict"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("findings", " "),
        ("findings", "x" * 20_001),
        ("effect_on_staff", ""),
        ("run_cost_euros_a_year", -1),
        ("run_cost_euros_a_year", 10**9),
        ("advice", "go"),
        ("run_owner", None),
    ],
)
def test_what_an_evaluation_lacks_is_named(cast: Cast, evaluator: Person, field: str, value: Any) -> None:
    evaluation = name(cast, evaluator)
    with refused(Invalid) as refusal:
        deliver(evaluation, evaluator, **{field: value})
    assert list(refusal.value.fields) == [field]


def test_a_stop_needs_nobody_to_run_it_and_the_lead_names_one_later(cast: Cast, evaluator: Person) -> None:
    evaluation = deliver(name(cast, evaluator), evaluator, advice="stop", run_owner=None)
    assert not facts.owner(cast.idea, "G4")
    with refused(NotAllowed):
        actions.name_run_owner(evaluation=evaluation, run_owner=cast.manager, by=by(evaluator))
    with refused(Invalid):
        gone = PersonFactory(is_active=False)
        actions.name_run_owner(evaluation=evaluation, run_owner=gone, by=by(cast.lead))
    actions.name_run_owner(evaluation=evaluation, run_owner=cast.manager, by=by(cast.lead))
    assert facts.owner(cast.idea, "G4")
    Person.objects.filter(pk=cast.manager.pk).update(is_active=False)
    assert not facts.owner(cast.idea, "G4")


def test_an_evaluation_changed_afterwards_is_noticed(cast: Cast, evaluator: Person) -> None:
    evaluation = deliver(name(cast, evaluator), evaluator)
    evaluation.compared[0]["last"] = "1"
    evaluation.save()
    assert not facts.compared(cast.idea, "G4")


def test_no_fact_before_a_delivery(cast: Cast, evaluator: Person) -> None:
    name(cast, evaluator)
    assert not any(read(cast.idea, "G4") for read in (facts.independent, facts.compared, facts.owner))
    assert queries.newest(cast.idea) is not None


def test_an_evaluator_who_leaves_is_replaced_by_the_lead(cast: Cast, evaluator: Person) -> None:
    evaluation = name(cast, evaluator)
    for person in (cast.author, cast.stranger):
        with refused(NotAllowed):
            actions.relieve(evaluation=evaluation, by=by(person))
    actions.relieve(evaluation=evaluation, by=SUBSTITUTION)
    cast.idea.refresh_from_db()
    assert cast.idea.holder == "lead"
    assert waiting(cast.lead) == {"name_evaluator"}
    assert waiting(evaluator) == set()
    with refused(Conflict):
        actions.relieve(evaluation=evaluation, by=SUBSTITUTION)
    name(cast, cast.stranger)
    assert waiting(cast.lead) == set()
