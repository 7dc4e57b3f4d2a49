"""The pilot plan: saved by the team on a version, complete or not, sealed at launch."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.models import Event
from incubator.events.rules import canonical, sha256
from incubator.lib.numbers import plain_number
from incubator.lib.refusals import Conflict, Invalid, NotAllowed
from tests.pilots.plans import COMPLETE, MINUTES, VISITS, write_plan
from tests.sponsorship.cast import Cast, by, make_cast, refused
from workflows.gates.actions.rounds import enter
from workflows.pilots import actions, facts, queries, rules
from workflows.pilots.models import Indicator, Pilot, PilotPlan


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.django_db
def test_a_plan_is_saved_version_by_version(cast: Cast) -> None:
    plan = write_plan(cast.idea, cast.author)
    assert plan.version == 1
    assert facts.plan(cast.idea, "G2")
    write_plan(cast.idea, cast.co_author, version=1, indicators=[VISITS])
    found = queries.plan_of(cast.idea, passages=())
    assert found is not None
    assert found.version == 2
    assert [one.name for one in found.indicators.all()] == [VISITS.name]
    verbs = Event.objects.filter(subject_key=cast.idea.key).values_list("verb", flat=True)
    assert list(verbs) == ["plan_saved", "plan_saved"]


@pytest.mark.django_db
def test_a_stale_version_is_refused_and_changes_nothing(cast: Cast) -> None:
    write_plan(cast.idea, cast.author)
    for stale in (0, 2, -1):
        with refused(Conflict) as refusal:
            write_plan(cast.idea, cast.co_author, version=stale, where="Ailleurs")
        assert refusal.value.code == "plan.version"
    assert PilotPlan.objects.get().where == COMPLETE["where"]


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["lead", "stranger", "director", "manager"])
def test_only_the_team_writes(cast: Cast, person: str) -> None:
    with refused(NotAllowed):
        write_plan(cast.idea, getattr(cast, person))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("months", 0),
        ("months", 25),
        ("minimum_readings", 0),
        ("minimum_readings", 25),
        ("where", "x" * 201),
        ("stop_rule", "x" * 10_001),
        ("indicators", [MINUTES] * 13),
        ("indicators", [MINUTES._replace(target=Decimal(30))]),
        ("indicators", [MINUTES._replace(direction="sideways")]),
        ("indicators", [MINUTES._replace(name=" ")]),
        ("indicators", [MINUTES._replace(unit="x" * 41)]),
        ("indicators", [MINUTES._replace(baseline=Decimal("NaN"))]),
        ("indicators", [MINUTES._replace(baseline=Decimal("1e30"))]),
        ("indicators", [MINUTES._replace(target=Decimal("0.0001"))]),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, field: str, value: Any) -> None:
    with refused(Invalid) as refusal:
        write_plan(cast.idea, cast.author, **{field: value})
    assert list(refusal.value.fields) == [field]
    assert not PilotPlan.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value"), [("stage", "pilot"), ("stage", "review"), ("state", "held")])
def test_a_plan_is_written_in_sponsorship(cast: Cast, field: str, value: str) -> None:
    Idea.objects.filter(pk=cast.idea.pk).update(**{field: value})
    with refused(Conflict):
        write_plan(cast.idea, cast.author)


@pytest.mark.django_db
def test_a_plan_does_not_move_while_it_is_decided_on(cast: Cast) -> None:
    write_plan(cast.idea, cast.author)
    with locked(cast.idea.pk) as idea:
        enter(idea, "G2")
    with refused(Conflict):
        write_plan(cast.idea, cast.author, version=1)


@pytest.mark.django_db
def test_sealing_freezes_the_text_and_its_hash(cast: Cast) -> None:
    write_plan(cast.idea, cast.author)
    with locked(cast.idea.pk) as idea:
        [line] = actions.seal_plan(idea=idea, by=by(cast.dga))
    plan = PilotPlan.objects.get()
    assert line["sha256"] == plan.sealed_sha256 == sha256(canonical(plan.sealed))
    assert plan.sealed["indicators"][0] | {"key": ""} == {
        "key": "",
        "name": MINUTES.name,
        "unit": "minutes",
        "direction": "down",
        "baseline": "22",
        "target": "12",
    }
    assert Event.objects.filter(subject_key=cast.idea.key).count() == 1  # the plan's own saving
    with refused(Conflict):
        write_plan(cast.idea, cast.author, version=1)
    with refused(Conflict), locked(cast.idea.pk) as idea:
        actions.seal_plan(idea=idea, by=by(cast.dga))


@pytest.mark.django_db
def test_an_incomplete_plan_is_kept_but_not_sealed(cast: Cast) -> None:
    write_plan(cast.idea, cast.author, stop_rule="", indicators=[])
    assert not facts.plan(cast.idea, "G2")
    with refused(Conflict) as refusal, locked(cast.idea.pk) as idea:
        actions.seal_plan(idea=idea, by=by(cast.dga))
    assert refusal.value.code == "plan.gaps"


@pytest.mark.django_db
def test_no_plan_at_all_is_not_complete(cast: Cast) -> None:
    assert not facts.plan(cast.idea, "G2")
    with refused(Conflict), locked(cast.idea.pk) as idea:
        actions.seal_plan(idea=idea, by=by(cast.dga))
    with refused(Conflict), locked(cast.idea.pk) as idea:
        actions.start(idea=idea, sponsor=cast.director, on=cast.idea.created_at.date())
    assert not Pilot.objects.exists()


@pytest.mark.django_db
def test_sealing_outside_the_decision_is_a_mistake_of_the_caller(cast: Cast) -> None:
    write_plan(cast.idea, cast.author)
    with pytest.raises(AssertionError):
        actions.seal_plan(idea=cast.idea, by=by(cast.dga))


@pytest.mark.django_db
def test_the_table_refuses_a_target_against_its_direction(cast: Cast) -> None:
    from django.db import IntegrityError, transaction

    plan = write_plan(cast.idea, cast.author)
    wrong = MINUTES._replace(target=Decimal(40))._asdict()
    with pytest.raises(IntegrityError), transaction.atomic():
        Indicator.objects.create(plan=plan, position=9, **wrong)


def plain(**changes: Any) -> dict[str, Any]:
    line = {"baseline": "22", "target": "12"}
    return COMPLETE | {"indicators": [line]} | changes


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({}, []),
        ({"where": " "}, ["where"]),
        ({"indicators": []}, ["indicators"]),
        ({"indicators": [{"baseline": "5", "target": "5.000"}]}, ["change"]),
        ({"minimum_readings": 0}, ["minimum_readings"]),
        ({"stop_rule": "", "users_told_how": ""}, ["stop_rule", "users_told_how"]),
    ],
)
def test_gaps_of_a_plan(changes: dict[str, Any], gaps: list[str]) -> None:
    assert rules.plan_gaps(plain(**changes)) == gaps
    assert rules.plan_gaps(None) == ["plan"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**11), max_value=10**11))
def test_a_plain_number_reads_back_and_is_written_one_way(value: Decimal) -> None:
    text = plain_number(value)
    assert Decimal(text) == value
    assert plain_number(Decimal(text)) == text
    assert "E" not in text
    assert text != "-0"
