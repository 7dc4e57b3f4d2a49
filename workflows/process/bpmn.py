"""The routes as BPMN 2.0: lanes, conditions, defaults, documentation, and where each shape stands.

Each station is a user task; where several ways leave it, an exclusive gateway follows, whose conditions read the
variable `outcome`. Passing to another route is a call activity. Same flows, same bytes.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from workflows.nodes import flow_named
from workflows.process import placing, wording
from workflows.process.placing import Shape
from workflows.process.topology import LANES, Route, Step, Way

SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
TARGET = "urn:travee:process"
Element = ElementTree.Element
Rules = Mapping[str, Mapping[str, Any]]


def export(routes: tuple[Route, ...], rules: Rules, defaults: Mapping[str, Any]) -> str:
    """One document with all the routes, in the language in force. `rules`: each gate's; they go into the words."""
    for prefix, uri in SPACES.items():
        ElementTree.register_namespace(prefix, uri)
    root = Element(
        _tag("bpmn", "definitions"),
        {
            "id": "travee",
            "name": str(_("The journey of an idea")),
            "targetNamespace": TARGET,
            "expressionLanguage": "https://docs.python.org/3/reference/expressions.html",
            "exporter": "Travée",
        },
    )
    together = _add(root, "collaboration", id="routes")
    _document(together, _("Three routes; an idea is on one of them at a time."))
    for route in routes:
        name = wording.route_name(route)
        _add(together, "participant", id=f"{_id(route)}_pool", name=name, processRef=_id(route))
    for route in routes:
        _process(root, route, rules, defaults)
    _diagram(root, routes)
    ElementTree.indent(root, "  ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def condition(way: Way) -> str:
    """The expression that opens a way: `outcome == 'stop'`, `outcome in ('go', 'extend')`."""
    if len(way.outcomes) == 1:
        return f"outcome == {way.outcomes[0]!r}"
    return f"outcome in {way.outcomes!r}"


def default_way(step: Step) -> Way:
    """The way taken when no condition holds: the one that keeps the idea (on hold), else the last declared."""
    return next((way for way in step.ways if "pause" in way.outcomes), step.ways[-1])


def _process(root: Element, route: Route, rules: Rules, defaults: Mapping[str, Any]) -> None:
    made = _add(root, "process", id=_id(route), name=wording.route_name(route), isExecutable="true")
    _document(made, wording.about(route))
    lanes = _add(made, "laneSet", id=f"{_id(route)}_lanes")
    for name in LANES:
        held = [step for step in route.steps if placing.place(route, step).lane == name]
        if held:
            lane = _add(lanes, "lane", id=f"{_id(route)}_lane_{name}", name=str(wording.LANES[name]))
            for step in held:
                for element in _elements(route, step):
                    _add(lane, "flowNodeRef").text = element
    for step in route.steps:
        _node(made, route, step, rules, defaults)
    for step in route.steps:
        _flows(made, route, step)
    _ends_of_flows(made)


def _elements(route: Route, step: Step) -> list[str]:
    """The ids of the elements a step becomes: itself, and the gateway or the end that follows it."""
    own = _id(route, step.name)
    if len(step.ways) > 1:
        return [own, f"{own}_outcome"]
    return [own, f"{own}_end"] if step.kind == "other_route" else [own]


def _node(made: Element, route: Route, step: Step, rules: Rules, defaults: Mapping[str, Any]) -> None:
    own, name = _id(route, step.name), wording.step_name(step)
    if step.kind in ("start", "end"):
        _add(made, f"{step.kind}Event", id=own, name=name)
        return
    if step.kind == "other_route":
        called = flow_named(step.leads_to).__name__
        activity = _add(made, "callActivity", id=own, name=name, calledElement=called)
        _document(activity, _("The idea goes on in the standard route; this one has ended for it."))
        _add(made, "endEvent", id=f"{own}_end", name=name)
        return
    task = _add(made, "userTask", id=own, name=name)
    _document(task, documentation(route, step, rules, defaults))
    if len(step.ways) > 1:
        default = _flow_id(route, step, default_way(step))
        gateway = _add(made, "exclusiveGateway", id=f"{own}_outcome", name=_("What follows?"))
        gateway.attrib |= {"gatewayDirection": "Diverging", "default": default}


def documentation(route: Route, step: Step, rules: Rules, defaults: Mapping[str, Any]) -> str:
    """Who acts, what opinion is asked, in what time, and what must be met; a line for each."""
    own = rules.get(step.gate)
    lines = [
        (_("Who acts or decides"), wording.acts(step, own)),
        (_("Opinion"), wording.opinion(own) if own else ""),
        (_("Time allowed"), wording.allowed(step, route, own, defaults)),
        (_("Must be met"), "; ".join(wording.must_meets(own)) if own else ""),
    ]
    return "\n".join(f"{label}: {text}" for label, text in lines if text)


def _flows(made: Element, route: Route, step: Step) -> None:
    own = _id(route, step.name)
    if step.kind == "other_route":
        _flow(made, f"{own}_to_end", own, f"{own}_end")
        return
    several = len(step.ways) > 1
    source = f"{own}_outcome" if several else own
    if several:
        _flow(made, f"{own}_to_outcome", own, source)
    for way in step.ways:
        flow = _flow(made, _flow_id(route, step, way), source, _id(route, way.to))
        if several:
            flow.set("name", wording.way_words(way.outcomes))
        if several and way != default_way(step):
            said = _add(flow, "conditionExpression")
            said.set(_tag("xsi", "type"), "bpmn:tFormalExpression")
            said.text = condition(way)


def _ends_of_flows(made: Element) -> None:
    """Each node names the flows that come in and go out, as readers of BPMN expect."""
    nodes = {element.get("id"): element for element in made}
    for flow in made.findall(_tag("bpmn", "sequenceFlow")):
        _add(nodes[flow.get("targetRef")], "incoming").text = flow.get("id")
    for flow in made.findall(_tag("bpmn", "sequenceFlow")):
        _add(nodes[flow.get("sourceRef")], "outgoing").text = flow.get("id")


def _flow(made: Element, name: str, source: str, target: str) -> Element:
    return _add(made, "sequenceFlow", id=name, sourceRef=source, targetRef=target)


def _diagram(root: Element, routes: tuple[Route, ...]) -> None:
    diagram = ElementTree.SubElement(root, _tag("bpmndi", "BPMNDiagram"), id="picture")
    plane = ElementTree.SubElement(
        diagram, _tag("bpmndi", "BPMNPlane"), id="picture_plane", bpmnElement="routes"
    )
    top = 0
    for route in routes:
        found = placing.layout(route, top, {step.name: _elements(route, step) for step in route.steps})
        _shape(plane, f"{_id(route)}_pool", found.pool, horizontal=True)
        for lane, shape in found.lanes.items():
            _shape(plane, f"{_id(route)}_lane_{lane}", shape, horizontal=True)
        for element, shape in found.shapes.items():
            _shape(plane, element, shape)
        for number, (name, source, target) in enumerate(_drawn_flows(route)):
            edge = ElementTree.SubElement(
                plane, _tag("bpmndi", "BPMNEdge"), id=f"{name}_edge", bpmnElement=name
            )
            for x, y in placing.waypoints(found.shapes[source], found.shapes[target], number):
                ElementTree.SubElement(edge, _tag("di", "waypoint"), x=str(x), y=str(y))
        top = found.pool.bottom + placing.GAP


def _drawn_flows(route: Route) -> list[tuple[str, str, str]]:
    """Every sequence flow: its id, where it starts, where it ends."""
    found = []
    for step in route.steps:
        elements = _elements(route, step)
        if len(elements) > 1:
            suffix = "to_end" if step.kind == "other_route" else "to_outcome"
            found.append((f"{elements[0]}_{suffix}", elements[0], elements[1]))
        found += [(_flow_id(route, step, way), elements[-1], _id(route, way.to)) for way in step.ways]
    return found


def _shape(plane: Element, element: str, shape: Shape, *, horizontal: bool = False) -> None:
    attributes = {"id": f"{element}_shape", "bpmnElement": element}
    if horizontal:
        attributes["isHorizontal"] = "true"
    made = ElementTree.SubElement(plane, _tag("bpmndi", "BPMNShape"), attributes)
    bounds = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
    ElementTree.SubElement(made, _tag("dc", "Bounds"), {name: str(value) for name, value in bounds.items()})


def _id(route: Route, step: str = "") -> str:
    """The name of the flow class, and of its node: what rows hold, without the module."""
    flow = route.reference.rpartition(".")[2]
    return f"{flow}_{step}" if step else flow


def _flow_id(route: Route, step: Step, way: Way) -> str:
    return f"{_id(route, step.name)}_to_{way.to}"


def _document(parent: Element, text: str) -> None:
    made = ElementTree.Element(_tag("bpmn", "documentation"))
    made.text = text
    parent.insert(0, made)


def _add(parent: Element, kind: str, /, **attributes: str) -> Element:
    return ElementTree.SubElement(parent, _tag("bpmn", kind), attributes)


def _tag(space: str, name: str) -> str:
    return f"{{{SPACES[space]}}}{name}"
