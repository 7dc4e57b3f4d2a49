"""The exported process: valid by the OMG's schema, read by another reader, and run by another engine step for step."""

import importlib.util
from collections import deque
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from bpmn_io import check
from django.core.management import CommandError, call_command
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from workflows.management.commands import export_process
from workflows.management.commands.export_process import FOLDER, exported
from workflows.process import bpmn
from workflows.process.topology import Route, Step, routes

BPMN = {"bpmn": bpmn.SPACES["bpmn"], "bpmndi": bpmn.SPACES["bpmndi"], "dc": bpmn.SPACES["dc"]}
NODES = ("startEvent", "endEvent", "userTask", "exclusiveGateway", "callActivity")


@lru_cache
def document(language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(exported("bpmn", "", language))  # noqa: S314 - our own text


@lru_cache
def parser() -> BpmnParser:
    found = BpmnParser()
    found.add_bpmn_xml(etree.fromstring(exported("bpmn", "", "en").encode()))
    return found


def all_ids(kind: str) -> set[str]:
    return {str(one.get("id")) for one in document().iter(f"{{{BPMN['bpmn']}}}{kind}")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_valid_by_the_schema_of_the_omg(language: str) -> None:
    # The schemas are the OMG's own, as SpiffWorkflow ships them; they are not ours to publish.
    place = importlib.util.find_spec("SpiffWorkflow.bpmn.parser")
    assert place is not None
    folder = Path(str(place.origin)).parent / "schema"
    schema = etree.XMLSchema(etree.parse(folder / "BPMN20.xsd"))
    found = etree.fromstring(exported("bpmn", "", language).encode())
    assert schema.validate(found), schema.error_log
    found.find("bpmn:process", BPMN).set("isExecutable", "perhaps")
    assert not schema.validate(found), "a schema that lets everything pass proves nothing"


def test_another_reader_takes_it_without_a_warning() -> None:
    found = check(exported("bpmn", "", "en"))
    assert (found.ok, found.errors, found.warnings) == (True, [], [])
    assert {"StandardFlow", "FastFlow", "LocalFlow", "StandardFlow_selection"} <= set(found.elements_by_id)


def test_lanes_hold_every_node_once_and_every_shape_has_its_place() -> None:
    nodes = {one for kind in NODES for one in all_ids(kind)}
    held = [str(one.text) for one in document().iter(f"{{{BPMN['bpmn']}}}flowNodeRef")]
    assert sorted(held) == sorted(nodes)
    shapes = {str(one.get("bpmnElement")) for one in document().iter(f"{{{BPMN['bpmndi']}}}BPMNShape")}
    assert shapes == nodes | all_ids("lane") | all_ids("participant")
    edges = {str(one.get("bpmnElement")) for one in document().iter(f"{{{BPMN['bpmndi']}}}BPMNEdge")}
    assert edges == all_ids("sequenceFlow")


def test_no_two_nodes_overlap() -> None:
    boxes = {}
    for shape in document().iter(f"{{{BPMN['bpmndi']}}}BPMNShape"):
        if shape.get("isHorizontal"):
            continue
        bounds = shape.find("dc:Bounds", BPMN)
        assert bounds is not None
        boxes[shape.get("bpmnElement")] = [int(bounds.attrib[name]) for name in ("x", "y", "width", "height")]
    for name, (x, y, width, height) in boxes.items():
        for other, (to_x, to_y, to_width, to_height) in boxes.items():
            apart = x + width <= to_x or to_x + to_width <= x or y + height <= to_y or to_y + to_height <= y
            assert name == other or apart, f"{name} lies on {other}"


def test_every_gateway_has_a_default_and_every_other_way_its_condition() -> None:
    for gateway in document().iter(f"{{{BPMN['bpmn']}}}exclusiveGateway"):
        ways = [
            flow
            for flow in document().iter(f"{{{BPMN['bpmn']}}}sequenceFlow")
            if flow.get("sourceRef") == gateway.get("id")
        ]
        bare = [flow.get("id") for flow in ways if flow.find("bpmn:conditionExpression", BPMN) is None]
        assert bare == [gateway.get("default")]
    for task in document().iter(f"{{{BPMN['bpmn']}}}userTask"):
        assert task.findtext("bpmn:documentation", "", BPMN).strip()


def shortest_paths(route: Route) -> dict[str, list[str]]:
    """For each step, outcomes that lead there from the start."""
    [first] = route.step("start").ways
    found: dict[str, list[str]] = {first.to: []}
    waiting = deque([first.to])
    while waiting:
        step = route.step(waiting.popleft())
        for way in step.ways:
            if way.to not in found:
                found[way.to] = [*found[step.name], way.outcomes[0]]
                waiting.append(way.to)
    return found


def walked(route: Route, outcomes: list[str]) -> set[str]:
    """The steps at which the other engine waits after these outcomes; empty when it has ended."""
    flow = route.reference.rpartition(".")[2]
    run: Any = BpmnWorkflow(parser().get_spec(flow), parser().get_subprocess_specs(flow))
    run.do_engine_steps()
    for outcome in outcomes:
        [task] = run.get_tasks(state=TaskState.READY, manual=True)
        task.data["outcome"] = outcome
        task.run()
        run.do_engine_steps()
    return {task.task_spec.name for task in run.get_tasks(state=TaskState.READY, manual=True)}


def waits_at(route: Route, step: Step) -> set[str]:
    """What the product does: wait at the step, end, or begin the other route."""
    if step.kind == "end":
        return set()
    if step.kind == "other_route":
        other = next(one for one in routes() if one.reference == step.leads_to)
        return waits_at(other, other.step(other.step("start").ways[0].to))
    return {f"{route.reference.rpartition('.')[2]}_{step.name}"}


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.key)
def test_another_engine_goes_the_same_way_for_every_outcome_of_every_step(route: Route) -> None:
    taken = 0
    for name, before in shortest_paths(route).items():
        for way in route.step(name).ways:
            for outcome in way.outcomes:
                assert walked(route, [*before, outcome]) == waits_at(route, route.step(way.to)), (
                    name,
                    outcome,
                )
                taken += 1
    assert taken == sum(len(way.outcomes) for step in route.steps for way in step.ways)


def test_what_stands_in_docs_is_what_the_flows_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("export_process", check=True)
    monkeypatch.setattr(export_process, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match=r"travee\.bpmn"):
        call_command("export_process", check=True)
    call_command("export_process", docs=True)
    call_command("export_process", check=True)
    assert (tmp_path / "travee.bpmn").read_bytes() == (FOLDER / "travee.bpmn").read_bytes()


def test_the_export_takes_no_colour_from_a_page() -> None:
    svg = exported("svg", "local", "fr")
    assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own text
    assert "var(--" not in svg
    assert "Réponse du" in svg
