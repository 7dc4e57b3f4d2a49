"""What the page and the files show of a route: the picture, and the same as a list."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from workflows.process import drawing, wording
from workflows.process.drawing import Arrow, Box, Count
from workflows.process.topology import LANES, PLACES, Route, Step

Rules = Mapping[str, Mapping[str, Any]]
# The page's colours in the light, for a file that no page colours.
STYLE = (
    "text{font:14px sans-serif;fill:#12232b}.sub{font-size:13px;fill:#45555c}.lane{fill:#f3f5f4;stroke:#c5cfd2}"
    ".lane-h{fill:#0b2a33}.lane-t{fill:#fff;font-weight:600}.task{fill:#fff;stroke:#0a5566;stroke-width:2}"
    ".gw{fill:#dcebee;stroke:#12232b;stroke-width:2}.ev{fill:#fff;stroke:#12232b;stroke-width:2}"
    ".ev-end{stroke-width:5}.flow{fill:none;stroke:#45555c;stroke-width:2}.flow--back{stroke-dasharray:5 4}"
    ".tip{fill:#45555c}.way{paint-order:stroke;stroke:#f3f5f4;stroke-width:5px}"
)
# Ways that every step has and no picture needs.
NOT_DRAWN = ("withdraw", "pause")
LABELLED = ("to_programme", "sent_up", "stop", "extend", "done")
STAGES = {
    "admissibility": "submission",
    "selection": "review",
    "sponsorship": "sponsorship",
    "launch": "sponsorship",
    "pilot": "pilot",
    "pilot_end": "pilot",
    "evaluation": "evaluation",
    "investment": "evaluation",
    "fast_launch": "submission",
    "answer": "submission",
    "doing": "submission",
}


def picture(route: Route, counts: Mapping[str, Count]) -> SafeString:
    """The route's main way as SVG, with how many ideas are where."""
    places = PLACES[route.key]
    shown = [step for step in route.steps if step.name in places]
    lanes = [lane for lane in LANES if any(places[step.name][1] == lane for step in shown)]
    boxes = [_box(step, route, places[step.name], lanes, counts) for step in shown]
    title = wording.route_name(route)
    names = [str(wording.LANES[lane]) for lane in lanes]
    return drawing.draw(route.key, title, description(route), names, boxes, _arrows(shown, places))


def description(route: Route) -> str:
    """The picture in sentences, for whoever does not see it."""
    parts = [wording.step_name(step) for step in route.steps if step.name in PLACES[route.key]]
    return _("%(route)s: %(steps)s. The list below says the same.") % {
        "route": wording.route_name(route),
        "steps": ", ".join(parts),
    }


def rows(
    route: Route, counts: Mapping[str, Count], rules: Rules, defaults: Mapping[str, Any], *, counted: bool
) -> list[dict[str, Any]]:
    """The route as a list, a row for each step where an idea can be."""
    found = []
    for step in route.steps:
        if step.kind in ("end", "other_route"):
            continue
        own = rules.get(step.gate)
        found.append(
            {
                "name": wording.step_name(step),
                "opinion": wording.opinion(own),
                "acts": wording.acts(step, own) or "–",
                "time": wording.allowed(step, route, own, defaults) or "–",
                "now": _now(step, route, counts) if counted else None,
                "leads": _leads(step, route),
            }
        )
    return found


def _leads(step: Step, route: Route) -> list[str]:
    """Where each outcome leads: `pilot extended → Pilot`. What every step shares stands under the picture."""
    lines = []
    for way in step.ways:
        outcomes = tuple(code for code in way.outcomes if code not in NOT_DRAWN)
        to = wording.step_name(route.step(way.to))
        if not way.outcomes or wording.wakes(outcomes):
            lines.append(wording.back() if way.outcomes else f"→ {to}")
        elif outcomes:
            lines.append(f"{wording.way_words(outcomes)} → {to}")
    return list(dict.fromkeys(lines))


def _now(step: Step, route: Route, counts: Mapping[str, Count]) -> dict[str, str]:
    if step.kind == "start":
        return {"words": _("drafts are not counted"), "url": ""}
    found = counts.get(f"{route.reference}.{step.name}")
    if found is None:
        return {"words": pgettext("ideas", "none"), "url": ""}
    words = ngettext("%(number)s idea", "%(number)s ideas", found.now) % {"number": found.now}
    if found.late:
        words += f", {wording.late(found.late)}"
    stage = STAGES.get(step.name)
    # On the standard route the portfolio's own filter gives the ideas of a stage.
    url = f"{reverse('portfolio')}?state=open&stage={stage}" if stage and route.key == "standard" else ""
    return {"words": words, "url": url}


def _box(
    step: Step, route: Route, place: tuple[int, str], lanes: list[str], counts: Mapping[str, Count]
) -> Box:
    found = counts.get(f"{route.reference}.{step.name}")
    return Box(
        name=step.name,
        kind=step.kind,
        column=place[0],
        lane=lanes.index(place[1]),
        label=wording.plain_name(step),
        mark=step.gate if step.gate.startswith("G") else "",
        count=found,
        late_words=wording.late(found.late) if found and found.late else "",
    )


def _arrows(shown: list[Step], places: Mapping[str, tuple[int, str]]) -> list[Arrow]:
    arrows = []
    for step in shown:
        for way in step.ways:
            outcomes = tuple(code for code in way.outcomes if code not in NOT_DRAWN)
            if way.to not in places or (step.ways and way.outcomes and not outcomes):
                continue
            labelled = tuple(code for code in outcomes if code in LABELLED)
            arrows.append(Arrow(step.name, way.to, wording.way_words(labelled)))
    return arrows


def standalone(svg: str) -> str:
    """A picture as a file of its own, with the few rules it needs."""
    head, _gt, rest = svg.partition(">")
    return f"{head}><style>{STYLE}</style>{rest}\n"
