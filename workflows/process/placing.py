"""Where the shapes of an exported route stand: a grid of columns and lanes, two rows in a lane. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workflows.process.topology import LANES, PLACES, Route, Step

COLUMN, ROW, MARGIN, GAP = 300, 130, 60, 60
TASK, GATEWAY, EVENT = (120, 80), (50, 50), (36, 36)
# Steps that stand beside the main way: in the lower row of their lane.
BESIDE = {"with_author": 4, "held": 2, "merged": 3, "reexamination": 5}


class Shape(NamedTuple):
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class Place(NamedTuple):
    column: int
    lane: str
    row: int


@dataclass(frozen=True)
class Layout:
    """The pool, its lanes by name, and the shapes of flow nodes by id."""

    pool: Shape
    lanes: Mapping[str, Shape]
    shapes: Mapping[str, Shape]


def place(route: Route, step: Step) -> Place:
    """The column, lane and row of a step."""
    main = PLACES[route.key].get(step.name)
    if main is not None:
        return Place(main[0], main[1], 0)
    last = max(column for column, _lane in PLACES[route.key].values())
    return Place(min(BESIDE.get(step.name, last), last), step.lane, 1)


def layout(route: Route, top: int, elements: Mapping[str, list[str]]) -> Layout:
    """Place a route below `top`. `elements`: for each step the ids of the shapes it becomes, from left to right."""
    places = {step.name: place(route, step) for step in route.steps}
    width = MARGIN + (max(one.column for one in places.values()) + 1) * COLUMN
    lanes: dict[str, Shape] = {}
    y = top
    for name in LANES:
        rows = {one.row for one in places.values() if one.lane == name}
        if rows:
            lanes[name] = Shape(30, y, width, ROW * (max(rows) + 1))
            y += lanes[name].height
    shapes = {}
    for step in route.steps:
        column, lane, row = places[step.name]
        left, middle = 30 + MARGIN + column * COLUMN, lanes[lane].y + row * ROW + ROW // 2
        for element in elements[step.name]:
            wide, high = _size(step, element)
            shapes[element] = Shape(left, middle - high // 2, wide, high)
            left += wide + 30
    return Layout(Shape(0, top, width + 30, y - top), lanes, shapes)


def _size(step: Step, element: str) -> tuple[int, int]:
    if element.endswith("_outcome"):
        return GATEWAY
    if step.kind in ("start", "end") or (element.endswith("_end") and step.kind == "other_route"):
        return EVENT
    return TASK


def waypoints(source: Shape, target: Shape, number: int) -> list[tuple[int, int]]:
    """A way of straight lines; `number` keeps neighbouring ways a little apart."""
    apart = 4 * (number % 8)
    (x, y), to_y = source.middle, target.middle[1]
    turn = target.x - 14 - apart
    if turn > source.right:
        if y == to_y and target.x - source.right <= COLUMN // 2:
            return [(source.right, y), (target.x, to_y)]
        return [(source.right, y), (turn, y), (turn, to_y), (target.x, to_y)]
    below = y + ROW // 2 - 10 - apart
    return [(x, source.bottom), (x, below), (turn, below), (turn, to_y), (target.x, to_y)]
