"""A running process passes to a new flow class: recorded, once, all or nothing."""

import inspect
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from viewflow.workflow.models import Task

from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.events.models import Event
from incubator.lib.refusals import Conflict
from incubator.people.actors import MIGRATION
from tests.journey import cast as play
from tests.journey.cast import Cast
from workflows import flows, nodes
from workflows.journey import actions as journey

pytestmark = pytest.mark.django_db
Run = Callable[..., list[str]]
OLD, NEW = "workflows/flows.StandardFlow", "workflows/flows.LaterFlow"


def declare(monkeypatch: pytest.MonkeyPatch, **renamed: str) -> Any:
    """A later class of the standard route, all its nodes declared again, some under another name."""
    source = inspect.getsource(flows.StandardFlow).replace("class StandardFlow", "class LaterFlow")
    for before, after in renamed.items():
        source = re.sub(rf"this\.{before}\b", f"this.{after}", source)
        source = source.replace(f"    {before} =", f"    {after} =")
    made = dict(flows.__dict__)
    exec(compile(source, "later", "exec"), made)  # noqa: S102 - the product's own source
    monkeypatch.setattr(flows, "LaterFlow", made["LaterFlow"], raising=False)
    nodes.import_flow_by_ref.cache_clear()
    return made["LaterFlow"]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def idea(cast: Cast, run_jobs: Run) -> Idea:
    found = play.submit(cast)
    run_jobs()
    play.pass_g0(found, cast)
    run_jobs()
    return found


def move(*more: str) -> str:
    said = StringIO()
    call_command("move_processes", f"--from={OLD}", f"--to={NEW}", *more, stdout=said)
    return said.getvalue().strip()


def test_a_process_goes_on_in_the_new_flow(
    idea: Idea, cast: Cast, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = declare(monkeypatch)
    assert move("--dry-run") == f"1 processes run in {OLD}"
    assert not Event.objects.filter(verb="process_moved").exists()
    assert move() == "1 processes moved, 0 refused"
    assert nodes.open_task(idea).flow_task is later.selection
    assert all(
        task.flow_task.flow_class is later for task in Task.objects.filter(process__ideaprocess__idea=idea)
    )
    told = Event.objects.get(verb="process_moved", subject_key=idea.key)
    assert told.system == "migration"
    assert told.effects == [{"what": "flow", "from": OLD, "to": NEW, "station": "selection"}]
    play.vote_all(idea)
    play.decide(idea, cast.dga)
    assert (idea.stage, nodes.open_task(idea).flow_task) == ("sponsorship", later.sponsorship)
    assert events.verify().broken == []


def test_moving_again_changes_nothing(idea: Idea, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch)
    move()
    assert move() == "0 processes moved, 0 refused"
    assert journey.move_process(idea=idea.key, from_flow=OLD, to_flow=NEW, by=MIGRATION) is False
    assert Event.objects.filter(verb="process_moved").count() == 1


def test_a_node_without_a_place_refuses_and_changes_nothing(
    idea: Idea, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = declare(monkeypatch, selection="choosing")
    with pytest.raises(CommandError, match="selection"):
        move()
    assert nodes.open_task(idea).flow_task is flows.StandardFlow.selection
    assert not Event.objects.filter(verb="process_moved").exists()
    assert move("--node=selection=choosing") == "1 processes moved, 0 refused"
    assert nodes.open_task(idea).flow_task is later.choosing


@pytest.mark.parametrize("node", ["end", "start"])
def test_an_idea_is_moved_only_to_where_it_can_wait(
    idea: Idea, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = declare(monkeypatch)
    assert node in {one.name for one in later.instance.nodes()}
    with pytest.raises(CommandError, match=node):
        move(f"--node=selection={node}")
    assert nodes.open_task(idea).flow_task is flows.StandardFlow.selection
    assert not Event.objects.filter(verb="process_moved").exists()


def test_a_process_keeps_its_route(idea: Idea) -> None:
    with pytest.raises(Conflict):
        journey.move_process(idea=idea.key, from_flow=OLD, to_flow="workflows/flows.FastFlow", by=MIGRATION)


@pytest.mark.parametrize("name", ["workflows/flows.NoFlow", "nowhere", "workflows/flows.Station", "a/b"])
def test_a_flow_that_is_none_is_said_so(name: str) -> None:
    with pytest.raises(CommandError, match="There is no flow"):
        call_command("move_processes", f"--from={OLD}", f"--to={name}")
