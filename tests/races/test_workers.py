"""A worker killed in the middle of a job: the job is given back, and nothing it does is done twice."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from incubator.events import queries as events
from incubator.events.models import Event
from incubator.lib import clock, files
from incubator.messages.models import Message
from tests.clock.test_once import REMINDED, waiting
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.races.crowd import here
from tests.races.killed import KILLED
from tests.races.test_kill import ROOT
from workflows.briefs.models import Brief
from workflows.clock.models import ClockStep
from workflows.gates.models import GateRound, Seat

Run = Callable[..., list[str]]
pytestmark = pytest.mark.django_db(transaction=True)
SEATING, BRIEF, SWEEP = "workflows.gates.jobs.fill_seats_of", "briefs.render", "clock.tick"
# In the middle of what each writes, and between its last word and the worker's own that it is done. A job that was
# lost five times is given up, so fewer of each.
DEATHS: list[dict[str, Any]] = [
    {"task": BRIEF, "step": 3},
    {"task": BRIEF, "step": 10},
    {"task": BRIEF, "commit": 1},
    {"task": SEATING, "step": 4},
    {"task": SEATING, "step": 12},
    {"task": SEATING, "commit": 1},
    {"task": SWEEP, "step": 6},
    {"task": SWEEP, "commit": 1},
    {"task": SWEEP, "commit": 2},
]


def test_killed_workers_lose_nothing_and_double_nothing(run_jobs: Run, quick_briefs: list[str]) -> None:
    with clock.moved(REMINDED):
        cast = Cast()
        round_ = stage.at_g0(cast)
        run_jobs()
        play.pass_g0(round_.idea, cast)
    waiting(3)
    app.configure_task(SWEEP).defer(timestamp=0)
    workers = killed(DEATHS)
    assert [status for status, _again in workers] == [KILLED] * len(DEATHS) + [0]
    assert [again for _status, again in workers] == [[death["task"]] for death in DEATHS] + [[]]
    assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()
    panel_is_seated_once(round_)
    brief_is_ready_once()
    each_is_reminded_once()
    assert Counter(told()) == Counter(set(told()))
    assert events.verify().broken == []


def killed(deaths: list[dict[str, Any]]) -> list[Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.races.workers"],
        input=json.dumps({"at": REMINDED.isoformat(), "deaths": deaths}),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": here(), "LOCK_TIMEOUT_MILLISECONDS": "120000"},
        timeout=580,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def panel_is_seated_once(before: GateRound) -> None:
    round_ = GateRound.objects.get(idea=before.idea, gate="G1")
    assert round_.state == "open"
    assert Seat.objects.filter(round=round_).count() == 5
    seated = Event.objects.filter(verb="panel_seated", payload__round=str(round_.key))
    assert seated.count() == 1


def brief_is_ready_once() -> None:
    brief = Brief.objects.get()
    assert brief.state == "ready"
    assert files.read(brief.sha256).startswith(b"%PDF")
    assert Message.objects.filter(kind="brief").exists()


def each_is_reminded_once() -> None:
    assert Event.objects.filter(verb="reminded").count() == 3
    assert ClockStep.objects.filter(done_at=None).count() == 0
    assert Message.objects.filter(event__verb="reminded").count() == 3


def told() -> list[tuple[int, int, str]]:
    return list(Message.objects.values_list("event", "person", "kind"))
