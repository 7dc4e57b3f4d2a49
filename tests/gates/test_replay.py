"""Closed rounds replay to what they were; whatever was touched since shows."""

import copy
import logging
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from string import Template
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model

from bin.benchmarks.rounds import timed
from ideas.drafting.models import Idea
from incubator.lib import clock
from tests.factories import ProgrammeFactory
from tests.gates import stage
from tests.journey import cast as steps
from tests.journey.cast import Cast
from tests.platform.memory import memory
from workflows.briefs import replay as briefs_replay
from workflows.briefs.models import Brief
from workflows.gates import records, replay
from workflows.gates.models import Decision, GateRound

Run = Callable[..., list[str]]


def replayed(*arguments: str) -> tuple[list[str], int]:
    """What the command prints, and its exit status."""
    out, status = StringIO(), 0
    try:
        call_command("replay_rounds", *arguments, stdout=out)
    except SystemExit as ended:
        status = int(str(ended.code))
    return out.getvalue().splitlines(), status


@pytest.fixture
def decided(db: None) -> list[GateRound]:
    """A round without a panel and one with: both closed."""
    cast = Cast()
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "not_now", "go")
    steps.decide(round_.idea, cast.dga, "go")
    return list(GateRound.objects.filter(state="decided").order_by("pk"))


def doctor(round_: GateRound, change: Callable[[dict[str, Any]], None], *, sealed: bool = False) -> None:
    """Change the frozen record behind everyone's back; `sealed`: its hash in the row too."""
    record = copy.deepcopy(round_.record)
    change(record)
    changes: dict[str, Any] = {"record": record}
    if sealed:
        changes["record_sha256"] = records.record_sha256(record)
    GateRound.objects.filter(pk=round_.pk).update(**changes)


def test_closed_rounds_replay_equal(decided: list[GateRound]) -> None:
    assert replayed() == (["2 rounds replayed, 2 equal, 0 different"], 0)


def test_only_of_a_programme_or_since_a_day(decided: list[GateRound]) -> None:
    assert replayed("--programme", "idees")[0] == ["2 rounds replayed, 2 equal, 0 different"]
    GateRound.objects.filter(pk=decided[0].pk).update(closed_at="2020-05-04T21:59:00Z")
    assert replayed("--since", "2020-05-05")[0] == ["1 rounds replayed, 1 equal, 0 different"]
    assert replayed("--since", "2020-05-04")[0] == ["2 rounds replayed, 2 equal, 0 different"]
    with pytest.raises(CommandError):
        replayed("--programme", "nowhere")


def test_a_vote_changed_in_the_record_shows(decided: list[GateRound]) -> None:
    panel = decided[1]

    def turn(record: dict[str, Any]) -> None:
        for seat in record["seats"]:
            seat["vote"]["choice"] = "not_now"

    doctor(panel, turn)
    lines, status = replayed()
    assert status == 1
    assert lines[0].startswith(
        f"different: idea {panel.idea.number}, G1, round 1 ({panel.key}): record, opinion"
    )
    assert lines[-1] == "2 rounds replayed, 1 equal, 1 different"


def test_a_record_changed_with_its_hash_still_differs_from_the_chain(decided: list[GateRound]) -> None:
    def pretend(record: dict[str, Any]) -> None:
        record["rules"]["en"] = "another name"

    doctor(decided[0], pretend, sealed=True)
    assert replayed()[0][0].endswith(": chain")


def test_another_outcome_in_the_decision_shows(decided: list[GateRound]) -> None:
    Decision.objects.filter(round=decided[1]).update(outcome="scale")
    assert replayed()[0][0].endswith(": outcome")


def test_a_record_that_cannot_be_read_differs_and_stops_nothing(decided: list[GateRound]) -> None:
    doctor(decided[0], lambda record: record.pop("rules"))
    lines, status = replayed()
    assert lines[0].endswith(": record, unreadable")
    assert (lines[-1], status) == ("2 rounds replayed, 1 equal, 1 different", 1)


@pytest.mark.parametrize("hide", ["void", "draft", "open"])
def test_a_closed_round_that_is_hidden_is_gone(decided: list[GateRound], hide: str) -> None:
    panel = decided[1]
    if hide == "draft":
        Decision.objects.filter(round=panel).update(issued_at=None)
    else:
        end = {"closed_at": None} if hide == "open" else {"void_reason": "withdrawn"}
        GateRound.objects.filter(pk=panel.pk).update(state=hide, **end)
    lines, status = replayed()
    assert lines == [
        f"different: idea {panel.idea.number}, G1 ({panel.key}): gone",
        "2 rounds replayed, 1 equal, 1 different",
    ]
    assert status == 1
    assert replayed("--programme", "idees") == (lines, 1)
    ProgrammeFactory(key="another")
    assert replayed("--programme", "another")[0] == ["0 rounds replayed, 0 equal, 0 different"]
    day = clock.today()
    assert replayed("--since", day.isoformat()) == (lines, 1)
    assert replayed("--since", (day + timedelta(days=1)).isoformat())[0] == [
        "0 rounds replayed, 0 equal, 0 different"
    ]


def test_what_other_rooms_close_is_counted_too(
    decided: list[GateRound], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_sources", [])
    source = lambda programme, since: iter([replay.Replayed("session of spring", ["order"])])  # noqa: E731
    replay.register_source(source)
    replay.register_source(source)
    assert replayed()[0] == [
        "different: session of spring: order",
        "3 rounds replayed, 2 equal, 1 different",
    ]


def columns(model: type[Model], source: str, **changed: str) -> tuple[str, str]:
    """The columns of a copied row, and what to select for them: those of the row named `source`, but for `changed`."""
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    assert set(changed) <= set(names)
    return ", ".join(names), ", ".join(changed.get(name, f"{source}.{name}") for name in names)


COPY = Template("""
with one as (select * from workflows_gateround where id = %(round)s),
made as (
  insert into ideas_idea ($idea)
  select $idea_copy from generate_series(1, %(count)s) n, ideas_idea i where i.id = (select idea_id from one)
  returning id, key
),
closed as (
  insert into workflows_gateround ($closed)
  select $closed_copy from made, one returning id, key, idea_id, record_sha256
),
said as (
  insert into events_event (subject_kind, subject_key, sequence, verb, system, payload, effects, happened_at, hash,
    previous_hash)
  select 'idea', made.key, 1, 'decided', 'clock',
    jsonb_build_object('round', closed.key::text, 'record_sha256', closed.record_sha256), '[]', now(), 'x', ''
  from closed join made on made.id = closed.idea_id
)
insert into workflows_decision ($decision)
select $decision_copy from closed, workflows_decision d where d.round_id = %(round)s
""")


def copied() -> str:
    """The statement that copies one decided round, with its idea and its decision, as often as asked."""
    new = "gen_random_uuid()"
    idea, idea_copy = columns(Idea, "i", key=new, number="1000000 + n")
    closed, closed_copy = columns(GateRound, "one", key=new, idea_id="made.id")
    decision, decision_copy = columns(Decision, "d", key=new, round_id="closed.id")
    return COPY.substitute(locals())


@pytest.mark.prove
def test_twenty_thousand_rounds_are_replayed_in_little_memory(decided: list[GateRound]) -> None:
    """In thirty seconds, those spent computing: the machine does other things meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(copied(), {"round": decided[1].pk, "count": 20_000})
        cursor.execute("analyze workflows_gateround, workflows_decision, events_event, ideas_idea")
    with memory() as grown, timed() as run:
        lines, status = replayed()
    assert (lines[-1], status) == ("20002 rounds replayed, 20002 equal, 0 different", 0)
    logging.info("20,002 rounds replayed in %.1f s, %.1f s of them computing", run.took, run.worked)
    assert run.worked < 30
    assert grown.mb < 60, "20,000 records of 10 kB are streamed, not held"


@pytest.mark.prove
def test_five_thousand_briefs_are_replayed_in_little_memory(
    decided: list[GateRound], quick_briefs: list[str], run_jobs: Run
) -> None:
    """In thirty seconds spent computing: each public record is made anew, written out, and replayed."""
    run_jobs()
    brief = Brief.objects.get(decision__round=decided[1])
    new = {
        "key": "gen_random_uuid()",
        "token": "'copy ' || n",
        "number": "'copy ' || n",
        "serial": "1000 + n",
    }
    names, copies = columns(Brief, "b", in_force="false", **new)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into workflows_brief ({names}) "  # noqa: S608 - names of columns
            f"select {copies} from generate_series(1, 5000) n, workflows_brief b where b.id = %s",
            [brief.pk],
        )
        cursor.execute("analyze workflows_brief")
    with memory() as grown, timed() as run:
        found = [one.differences for one in briefs_replay.briefs()]
    assert (len(found), [one for one in found if one]) == (5_002, [])
    logging.info("5,002 briefs replayed in %.1f s, %.1f s of them computing", run.took, run.worked)
    assert run.worked < 30
    assert grown.mb < 60


def test_what_is_no_round_is_counted_by_its_own_name(
    decided: list[GateRound], monkeypatch: pytest.MonkeyPatch
) -> None:
    briefs = [replay.Replayed("one", kind="briefs"), replay.Replayed("another", ["outcome"], kind="briefs")]
    monkeypatch.setattr(replay, "_sources", [lambda _programme, _since: iter(briefs)])
    lines, status = replayed()
    assert lines[-2:] == [
        "2 briefs replayed, 1 equal, 1 different",
        "2 rounds replayed, 2 equal, 0 different",
    ]
    assert status == 1
