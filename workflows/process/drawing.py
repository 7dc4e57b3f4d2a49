"""A route as SVG: lanes, steps, ways, and a count where one is given. Pure: no Django but its escaping.

Only classes, no styles: the page's own CSS colours it, in light and dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

# A picture is at most as wide as a page; a route with few steps gets wider columns.
MOST_WIDE, HEAD, WIDEST_COLUMN, LANE = 1168, 104, 168, 112
HIGH, DIAMOND, CIRCLE = 56, 27, 14
CHARACTER = 7  # about the width of a letter


class Count(NamedTuple):
    """Ideas there now, and how many of them are late."""

    now: int
    late: int


@dataclass(frozen=True)
class Box:
    """A step to draw. `mark`: what stands inside a gate's diamond."""

    name: str
    kind: str
    column: int
    lane: int
    label: str
    mark: str = ""
    count: Count | None = None
    count_words: str = ""


@dataclass(frozen=True)
class Arrow:
    """A way to draw, with what is written on it."""

    source: str
    target: str
    label: str = ""


class Grid(NamedTuple):
    """How wide a column is, and a step in it."""

    column: int

    @property
    def step(self) -> int:
        return min(self.column - 8, 132)

    @property
    def line(self) -> int:
        """Letters on one line of a step."""
        return (self.step - 8) // CHARACTER

    def middle(self, box: Box) -> tuple[int, int]:
        return HEAD + box.column * self.column + self.column // 2, box.lane * LANE + LANE // 2

    def half(self, box: Box) -> tuple[int, int]:
        """Half the width and half the height of a step."""
        if box.kind == "gate":
            return DIAMOND, DIAMOND
        return (CIRCLE, CIRCLE) if box.kind in ROUND else (self.step // 2, HIGH // 2)


ROUND = ("start", "end", "other_route")


def draw(
    key: str,
    title: str,
    description: str,
    lanes: Sequence[str],
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
) -> SafeString:
    """The whole picture. `key` keeps its ids apart from those of another picture on the page."""
    columns = max(box.column for box in boxes) + 1
    grid = Grid(min(WIDEST_COLUMN, (MOST_WIDE - HEAD) // columns))
    width, height = HEAD + columns * grid.column, len(lanes) * LANE
    by_name = {box.name: box for box in boxes}
    marks = [mark for place, name in enumerate(lanes) for mark in _lane(place, name, width)]
    for arrow in arrows:
        marks += _arrow(key, grid, by_name[arrow.source], by_name[arrow.target], arrow.label)
    marks += [mark for box in boxes for mark in _box(box, grid)]
    return SafeString(
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'xmlns="http://www.w3.org/2000/svg" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
        f'<defs><marker id="{key}-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path class="tip" d="M0 0l10 5-10 5z"/></marker></defs>'
        f"{''.join(marks)}</svg>"
    )


def _lane(place: int, name: str, width: int) -> list[str]:
    top, lines = place * LANE, _lines(name, 13)
    first = top + LANE // 2 + 5 - 9 * (len(lines) - 1)
    return [
        f'<rect class="lane" x="0" y="{top}" width="{width}" height="{LANE}"/>',
        f'<rect class="lane-h" x="0" y="{top}" width="{HEAD}" height="{LANE}"/>',
        *_words(HEAD // 2, first, lines, "lane-t"),
    ]


def _box(box: Box, grid: Grid) -> list[str]:
    x, y = grid.middle(box)
    wide, high = grid.half(box)
    lines = _lines(box.label, max(grid.line, 12))
    if box.kind in ROUND:
        ending = "" if box.kind == "start" else " ev-end"
        marks = [f'<circle class="ev{ending}" cx="{x}" cy="{y}" r="{CIRCLE}"/>']
        marks += _words(x, y + CIRCLE + 18, lines, "sub")
    elif box.kind == "gate":
        side = f"{DIAMOND} {DIAMOND}-{DIAMOND} {DIAMOND}-{DIAMOND}-{DIAMOND}z"
        marks = [f'<path class="gw" d="M{x} {y - DIAMOND}l{side}"/>']
        marks += _words(x, y + 5, [box.mark], "") if box.mark else []
        # The lane has room for two lines below.
        marks += _words(x, y + DIAMOND + 13, [" ".join(lines)] if len(lines) > 2 else lines, "sub")
    else:
        rounded = HIGH // 2 if box.kind == "wait" else 4
        size = f'x="{x - wide}" y="{y - high}" width="{2 * wide}" height="{2 * high}"'
        marks = [f'<rect class="task" {size} rx="{rounded}"/>']
        marks += _words(x, y + 5 - 9 * (len(lines) - 1), lines, "")
    return marks + _count(box, x, y, wide, high)


def _count(box: Box, x: int, y: int, wide: int, high: int) -> list[str]:
    if box.count is None or not box.count.now:
        return []
    across, up = (wide - 2, high - 2) if box.kind == "gate" else (wide, high)
    late = " late" if box.count.late else ""
    inside = f"cnt-t{' late-t' if late else ''}"
    marks = [f'<circle class="cnt{late}" cx="{x + across}" cy="{y - up}" r="15"/>']
    marks += _words(x + across, y - up + 5, [str(box.count.now)], inside)
    if late:
        marks += _words(x, y - high - 6, [box.count_words], "sub")
    return marks


def _arrow(key: str, grid: Grid, source: Box, target: Box, label: str) -> list[str]:
    """Forward along lines and corners; backward dashed, over the top."""
    (x, y), (to_x, to_y) = grid.middle(source), grid.middle(target)
    (out, up), (into, down) = grid.half(source), grid.half(target)
    back = ""
    if target.column > source.column:
        turn = to_x - grid.column // 2
        straight = y == to_y
        path = f"M{x + out} {y}H{to_x - into}" if straight else f"M{x + out} {y}H{turn}V{to_y}H{to_x - into}"
        at = ((x + out + to_x - into) // 2, y - 8) if straight else (turn, (y + to_y) // 2 + 4)
        anchor = "middle"
    else:
        back, anchor = " flow--back", "end"
        above = min(y, to_y) - LANE // 2 + 10
        path = f"M{x} {y - up}V{above}H{to_x}V{to_y - down}"
        at = (x - 6, y - up - 8)
    marks = [f'<path class="flow{back}" d="{path}" marker-end="url(#{key}-tip)"/>']
    if label:
        place = f'x="{at[0]}" y="{at[1]}" text-anchor="{anchor}"'
        marks.append(f'<text class="sub way" {place}>{escape(label)}</text>')
    return marks


def _words(x: int, y: int, lines: Sequence[str], kind: str) -> list[str]:
    named = f' class="{kind}"' if kind else ""
    return [
        f'<text{named} x="{x}" y="{y + 17 * number}" text-anchor="middle">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]


def _lines(words: str, most: int) -> list[str]:
    """The words on as many lines as they need, none longer than `most` where that is possible."""
    lines: list[str] = []
    for word in words.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
