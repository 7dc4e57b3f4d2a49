"""A process killed at any statement of a request leaves all of the act or nothing of it, and a repeat is one act."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from incubator.events import queries as events
from incubator.people.models import Person
from tests.journey import cast as play
from tests.journey.cast import REASONS, Cast
from tests.races.test_one_instant import seats_of, typed_vote
from workflows.gates.models import Decision

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
COUNT = ["events.Event", "people.AnsweredRequest"]


def killed(person: Person, url: str, data: dict[str, Any], count: list[str]) -> list[Any]:
    """What each death left: `[exit status, [rows]]`; the last is of the request that nobody killed."""
    found = connection.get_connection_params()
    place = (
        f"postgresql://{found['user']}:{found.get('password') or ''}@/{found['dbname']}?host={found['host']}"
    )
    if found.get("port"):
        place += f"&port={found['port']}"
    asked = json.dumps({"person": person.pk, "url": url, "data": data, "count": count})
    run = subprocess.run(
        [sys.executable, "-m", "tests.races.killed"],
        input=asked,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": place},
        timeout=180,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def all_or_nothing(deaths: list[Any], before: list[int]) -> None:
    """Rows stay as they were until, at one death at most, all of them are there; nothing comes twice."""
    *dead, lived = deaths
    assert lived[0] == 0
    assert {status for status, _rows in dead} == {9}
    assert len(dead) > 10, "a request that acts asks the database more than that"
    assert {tuple(rows) for _status, rows in deaths} <= {tuple(before), tuple(lived[1])}
    assert all(after == was + 1 for was, after in zip(before, lived[1], strict=True))


@pytest.fixture
def cast() -> Cast:
    return Cast()


def rows(labels: list[str]) -> list[int]:
    from django.apps import apps

    return [apps.get_model(label).objects.count() for label in labels]


def test_a_vote_is_whole_or_not_there(
    cast: Cast, run_jobs: Callable[..., list[str]], quick_briefs: list[str]
) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    seat, count = seats_of(idea)[0], ["workflows.Vote", *COUNT]
    before = rows(count)
    deaths = killed(seat.person, reverse("review", args=[seat.key]), typed_vote(seat), count)
    all_or_nothing(deaths, before)
    assert events.verify().broken == []


@pytest.mark.prove
def test_a_decision_is_whole_or_not_there(
    cast: Cast, run_jobs: Callable[..., list[str]], quick_briefs: list[str]
) -> None:
    idea = play.submit(cast)
    run_jobs()
    play.pass_g0(idea, cast)
    run_jobs()
    play.vote_all(idea)
    round_, count = play.round_of(idea), ["workflows.Decision", "workflows.Brief", *COUNT]
    data = {"request_key": str(uuid.uuid4()), "step": "decide", "outcome": "go", "reasons": REASONS}
    before = rows(count)
    deaths = killed(cast.dga, reverse("decide", args=[round_.key]), data, count)
    all_or_nothing(deaths, before)
    assert Decision.objects.filter(round=round_).count() == 1
    idea.refresh_from_db()
    assert idea.stage == "sponsorship"
    assert events.verify().broken == []
