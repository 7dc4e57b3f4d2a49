"""Five gates decided by the real acts leave five briefs, each equal to what was decided."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incubator.lib import files
from incubator.people.models import Person
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from tests.lib.printed import text_of
from workflows.briefs import queries
from workflows.briefs.models import Brief
from workflows.gates.models import Decision, Seat
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast() -> Cast:
    return Cast()


def printed(brief: Brief) -> str:
    return text_of(files.read(brief.sha256))


def travel(cast: Cast, run_jobs: Run) -> Any:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    play.vote_all(idea, "go_if")
    conditions = [("Chiffrer l’entretien sur cinq ans.", cast.author, play.in_days(20))]
    decision = play.decide(
        idea, cast.dga, "go_with_conditions", conditions=conditions, criterion_reasons={"severity": "Mesuré."}
    )
    play.gates.report_condition(
        condition_key=decision.conditions.get().key, by=act(cast.author), note="Chiffré."
    )
    play.gates.confirm_condition(condition_key=decision.conditions.get().key, by=act(cast.lead))
    play.sponsored(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    play.piloted(idea, cast)
    run_jobs()
    play.agree(idea, cast)
    play.evaluated(idea, cast)
    run_jobs()
    play.vote_all(idea)
    play.decide(idea, cast.dgs, "scale")
    run_jobs()
    return idea


def test_each_of_five_decisions_has_its_brief_and_no_voter_is_named(cast: Cast, run_jobs: Run) -> None:
    Person.objects.filter(pk=cast.author.pk).update(given_name="Maëlle", family_name="Quémener")
    idea = travel(cast, run_jobs)
    briefs = queries.briefs_of(idea)
    number = idea.reference
    assert [brief.number for brief in briefs] == [f"{number}-G{gate}" for gate in range(5)]
    assert {brief.state for brief in briefs} == {"ready"}
    for brief in briefs:
        text, decision = printed(brief), brief.decision
        for fact in (
            decision.decider.get_full_name(),
            decision.mandate_reference,
            play.REASONS,
            brief.number,
        ):
            assert fact in text, (brief.number, fact)
        signers = {decision.decider_id, decision.second_signer_id}
        silent = Person.objects.filter(seats__round=decision.round).exclude(pk__in=signers)
        assert not [person.get_full_name() for person in silent if person.get_full_name() in text]
        assert "Quémener" not in text
    assert "Chiffrer l’entretien sur cinq ans." in printed(briefs[1])
    second = briefs[3].decision.second_signer
    assert second is not None
    assert second.get_full_name() in printed(briefs[3])


def test_the_brief_of_a_second_round_is_numbered_so(
    cast: Cast, run_jobs: Run, quick_briefs: list[str]
) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast, "rework")
    journey.resubmit(idea=idea.key, by=act(cast.author))
    idea.refresh_from_db()
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    number = idea.reference
    first, second = queries.briefs_of(idea)
    assert (first.number, second.number) == (f"{number}-G0", f"{number}-G0-2")
    assert first.record["gaps"] == ["Chiffrer le besoin"]
    assert [line["what"] for line in second.record["history"]] == [
        "submitted",
        "decided",
        "resubmitted",
        "decided",
    ]
    assert first.record["content_sha256"] != second.record["content_sha256"]


def test_a_decision_that_waits_for_its_second_signature_has_no_brief(
    cast: Cast, run_jobs: Run, quick_briefs: list[str]
) -> None:
    idea = play.submit(cast)
    run_jobs()
    decision = play.pass_g0(idea, cast, "stop")
    run_jobs()
    assert not Brief.objects.exists()
    other = cast.other_lead if decision.decider == cast.lead else cast.lead
    play.gates.sign_second(decision_key=decision.key, by=act(other))
    run_jobs()
    brief = Brief.objects.get()
    assert brief.record["second"]["name"] == other.get_full_name()
    assert [step["code"] for step in brief.record["next_steps"]][:1] == ["reexamination"]
    assert not Seat.objects.filter(round__decision=Decision.objects.get(), state="open").exists()
