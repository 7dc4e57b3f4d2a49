"""A process killed at any statement of a request leaves all of the act or nothing of it, and a repeat is one act."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.people.models import AnsweredRequest, Person
from tests.gates import stage
from tests.gates.test_statements import posted
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.races.crowd import here
from tests.races.killed import KILLED
from workflows.briefs.models import Brief
from workflows.gates.models import Decision, GateRound, Vote

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., list[str]]
prove = pytest.mark.prove


@pytest.fixture
def cast() -> Cast:
    return Cast()


def killed_everywhere(person: Person, url: str, data: dict[str, Any]) -> None:
    """Sends the request until one lives, each killed one statement later.

    What each death leaves is what was there before or, from the commit on, what the one that lives leaves.
    """
    run = subprocess.run(
        [sys.executable, "-m", "tests.races.killed"],
        input=json.dumps({"person": person.pk, "url": url, "data": data}),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": here(), "LOCK_TIMEOUT_MILLISECONDS": "120000"},
        timeout=580,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    tries = [json.loads(line) for line in run.stdout.splitlines()]
    *deaths, lived = [status for status, _left in tries]
    assert lived == 0, "the second try with the same key succeeds"
    assert set(deaths) == {KILLED}
    left = [found for _status, found in tries]
    nothing = left.index(left[-1])
    assert left == [left[0]] * nothing + [left[-1]] * (len(left) - nothing), "in part, or twice"
    assert 10 < nothing < len(deaths), (
        "many deaths come before the commit, and one at least between it and the answer"
    )


def once_each(round_: GateRound, *verbs: str) -> None:
    """One event for each verb, one job that tells of each, one answered request, and whole chains."""
    said = Event.objects.filter(subject_key=round_.idea.key, payload__round=str(round_.key), verb__in=verbs)
    assert sorted(said.values_list("verb", flat=True)) == sorted(verbs)
    told = ProcrastinateJob.objects.filter(task_name="messages.tell", status="todo")
    assert {job.args["event_id"] for job in told} <= {event.pk for event in said}
    assert AnsweredRequest.objects.count() == 1
    assert events.verify().broken == []


def at_panel(cast: Cast, run_jobs: Run, *choices: str) -> GateRound:
    """At G1, everybody has voted, and no job is left to do."""
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, *choices)
    run_jobs()
    return round_


def test_a_vote_is_whole_or_not_there(cast: Cast, run_jobs: Run, quick_briefs: list[str]) -> None:
    round_ = stage.at_g1(cast)
    run_jobs()
    seat = stage.seats_of(round_)[0]
    killed_everywhere(seat.person, reverse("review", args=[seat.key]), stage.opinion(round_))
    assert Vote.objects.get(seat__round=round_).in_force
    once_each(round_, "vote_cast")


@pytest.mark.parametrize(
    ("outcome", "choices", "state", "jobs"),
    [
        ("go", "go", ("live", "sponsorship", "team"), ["briefs.render", "messages.tell"]),
        pytest.param(
            "go_with_conditions",
            "go_if",
            ("live", "sponsorship", "team"),
            ["briefs.render", "messages.tell"],
            marks=prove,
        ),
        pytest.param(
            "rework", "not_now", ("live", "review", "author"), ["briefs.render", "messages.tell"], marks=prove
        ),
        pytest.param(
            "hold", "not_now", ("held", "review", "nobody"), ["briefs.render", "messages.tell"], marks=prove
        ),
        pytest.param(
            "stop",
            "not_now",
            ("stopped", "review", "nobody"),
            ["briefs.render", "messages.tell"],
            marks=prove,
        ),
    ],
)
def test_a_decision_is_whole_or_not_there(
    outcome: str,
    choices: str,
    state: tuple[str, str, str],
    jobs: list[str],
    cast: Cast,
    run_jobs: Run,
    quick_briefs: list[str],
) -> None:
    round_ = at_panel(cast, run_jobs, choices)
    killed_everywhere(cast.dga, reverse("decide", args=[round_.key]), posted(round_, outcome, "value"))
    decided(round_, outcome, state)
    once_each(round_, "decided")
    assert waiting_jobs() == jobs


@prove
def test_an_admission_is_whole_or_not_there(cast: Cast, run_jobs: Run, quick_briefs: list[str]) -> None:
    """Vote and decision by one form; the next panel's seats are asked for."""
    round_ = stage.at_g0(cast)
    run_jobs()
    (seat,) = stage.seats_of(round_)
    answers = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
    sent = posted(round_, "go", "problem") | answers | {"content_version": "1"}
    killed_everywhere(seat.person, reverse("decide", args=[round_.key]), sent)
    decided(round_, "go", ("live", "review", "panel"))
    once_each(round_, "vote_cast", "decided")
    assert waiting_jobs() == ["briefs.render", "messages.tell", "workflows.gates.jobs.fill_seats_of"]


@prove
def test_a_second_signature_is_whole_or_not_there(cast: Cast, run_jobs: Run, quick_briefs: list[str]) -> None:
    """A stop at G0 is drafted by one lead and issued by the other's signature: each of the two acts."""
    round_ = stage.at_g0(cast)
    run_jobs()
    (seat,) = stage.seats_of(round_)
    answers = {f"must_meet_{rule['key']}": "yes" for rule in round_.rules["must_meet"]}
    sent = posted(round_, "stop", "problem") | answers | {"content_version": "1"}
    url = reverse("decide", args=[round_.key])
    killed_everywhere(seat.person, url, sent)
    assert Decision.objects.get(round=round_).issued_at is None
    once_each(round_, "vote_cast", "decision_drafted")
    run_jobs()
    AnsweredRequest.objects.all().delete()
    other = cast.other_lead if seat.person == cast.lead else cast.lead
    killed_everywhere(other, url, stage.written("") | {"step": "sign"})
    decided(round_, "stop", ("stopped", "submission", "nobody"))
    once_each(round_, "decided")
    assert waiting_jobs() == ["briefs.render", "messages.tell"]


@prove
def test_the_launch_of_a_pilot_is_whole_or_not_there(
    cast: Cast, run_jobs: Run, quick_briefs: list[str]
) -> None:
    """G2's go seals the plan and starts the pilot."""
    round_ = at_panel(cast, run_jobs)
    play.decide(round_.idea, cast.dga)
    idea = Idea.objects.get(pk=round_.idea_id)
    play.sponsored(idea, cast)
    run_jobs()
    play.vote_all(idea)
    run_jobs()
    launch = play.round_of(idea)
    before = AnsweredRequest.objects.count()
    killed_everywhere(cast.dga, reverse("decide", args=[launch.key]), stage.written("go"))
    decided(launch, "go", ("live", "pilot", "team"))
    assert AnsweredRequest.objects.count() == before + 1
    once_each(launch, "decided")


def decided(round_: GateRound, outcome: str, state: tuple[str, str, str]) -> None:
    decision = Decision.objects.get(round=round_)
    assert (decision.outcome, decision.issued_at is not None) == (outcome, True)
    assert Brief.objects.filter(decision=decision).count() == 1
    idea = Idea.objects.get(pk=round_.idea_id)
    assert (idea.state, idea.stage, idea.holder) == state


def waiting_jobs() -> list[str]:
    return sorted(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True))
