"""A route as SVG: lanes, steps, ways, and a count where one is given. Pure: no Django but its escaping.

Only classes, no styles: the page's own CSS colours it, in light and dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

# A picture is at most as wide as a page; a route with few steps gets wider columns.
MOST_WIDE, HEAD, WIDEST_COLUMN = 1168, 104, 168
# A step stands a little above the middle of its lane: below it come up to two lines of name, and what is late.
LANE, DOWN = 132, 56
HIGH, DIAMOND, CIRCLE, BADGE = 56, 27, 14, 15
# About the width of a letter, as drawn in a step and beside one.
CHARACTER, SMALL = 7, 6.5
SMALL_LINE = 15
# The narrowest column, where names stand inside its steps and elsewhere; what is free at the right for a count.
NARROW, NARROWER, MARGIN = 100, 84, 13


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
    late_words: str = ""


@dataclass(frozen=True)
class Arrow:
    """A way to draw, with what is written on it."""

    source: str
    target: str
    label: str = ""


class Grid(NamedTuple):
    """Where each column begins; its last number is where the picture ends."""

    edges: tuple[int, ...]

    def width(self, box: Box) -> int:
        return self.edges[box.column + 1] - self.edges[box.column]

    def letters(self, box: Box) -> int:
        """Letters on one line of a step's name."""
        if box.kind in BESIDE:
            return int((self.width(box) - 4) / SMALL)
        return (2 * self.half(box)[0] - 6) // CHARACTER

    def middle(self, box: Box) -> tuple[int, int]:
        return (self.edges[box.column] + self.edges[box.column + 1]) // 2, box.lane * LANE + DOWN

    def half(self, box: Box) -> tuple[int, int]:
        """Half the width and half the height of a step."""
        if box.kind == "gate":
            return DIAMOND, DIAMOND
        return (CIRCLE, CIRCLE) if box.kind in ROUND else (min(self.width(box) - 8, 132) // 2, HIGH // 2)


ROUND = ("start", "end", "other_route")
# What has its name below it.
BESIDE = (*ROUND, "gate")


def _grid(boxes: Sequence[Box]) -> Grid:
    """Columns as wide as the longest word of their steps asks; what is left is shared out evenly."""
    asked = [0] * (max(box.column for box in boxes) + 1)
    for box in boxes:
        asked[box.column] = max(asked[box.column], _asked(box))
    left = (MOST_WIDE - HEAD - MARGIN - sum(asked)) // len(asked)
    return Grid(tuple(accumulate((min(WIDEST_COLUMN, wide + left) for wide in asked), initial=HEAD)))


def _asked(box: Box) -> int:
    letters = max(map(len, box.label.split(" ")))
    if box.kind in BESIDE:
        return max(NARROWER, int(letters * SMALL) + 6)
    return max(NARROW, letters * CHARACTER + 14)


def draw(
    key: str,
    title: str,
    description: str,
    lanes: Sequence[str],
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
) -> SafeString:
    """The whole picture. `key` keeps its ids apart from those of another picture on the page."""
    grid = _grid(boxes)
    width, height = grid.edges[-1] + MARGIN, len(lanes) * LANE
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
    lines = _lines(box.label, grid.letters(box))
    below, corner = y + high + 14, (x + wide, y - high)
    if box.kind in BESIDE:
        marks = [_round(box, x, y)] if box.kind in ROUND else _gate(box, x, y)
        marks += _words(x, below, lines, "sub", SMALL_LINE)
        below += SMALL_LINE * len(lines)
    else:
        rounded = HIGH // 2 if box.kind == "wait" else 4
        size = f'x="{x - wide}" y="{y - high}" width="{2 * wide}" height="{2 * high}"'
        marks = [f'<rect class="task" {size} rx="{rounded}"/>']
        marks += _words(x, y + 5 - 9 * (len(lines) - 1), lines, "")
        corner = x + wide, y - high - 2  # clear of the first of two lines
    return marks + _count(box, corner, (x, below))


def _round(box: Box, x: int, y: int) -> str:
    return f'<circle class="ev{"" if box.kind == "start" else " ev-end"}" cx="{x}" cy="{y}" r="{CIRCLE}"/>'


def _gate(box: Box, x: int, y: int) -> list[str]:
    side = f"{DIAMOND} {DIAMOND}-{DIAMOND} {DIAMOND}-{DIAMOND}-{DIAMOND}z"
    drawn = f'<path class="gw" d="M{x} {y - DIAMOND}l{side}"/>'
    return [drawn, *(_words(x, y + 5, [box.mark], "") if box.mark else [])]


def _count(box: Box, corner: tuple[int, int], below: tuple[int, int]) -> list[str]:
    """How many at the step's corner; how many of them are late, in red under all that is written there: a red count
    of all would read as if all were late."""
    if box.count is None or not box.count.now:
        return []
    x, y = corner
    marks = [f'<circle class="cnt" cx="{x}" cy="{y}" r="{BADGE}"/>']
    marks += _words(x, y + 5, [str(box.count.now)], "cnt-t")
    return marks + (_words(*below, [box.late_words], "sub late") if box.count.late else [])


def _arrow(key: str, grid: Grid, source: Box, target: Box, label: str) -> list[str]:
    """Forward along lines and corners; backward dashed, over the top."""
    (x, y), (to_x, to_y) = grid.middle(source), grid.middle(target)
    (out, up), (into, down) = grid.half(source), grid.half(target)
    back, anchor = "", "middle"
    if target.column <= source.column:
        back, anchor = " flow--back", "start"
        path = f"M{x} {y - up}V{min(y, to_y) - DOWN + 8}H{to_x}V{to_y - down}"
        at = x + 6, y - DOWN + 10
    elif y == to_y:
        path = f"M{x + out} {y}H{to_x - into}"
        at = (x + out + to_x - into) // 2, y + 15
    else:
        turn = grid.edges[target.column]
        path = f"M{x + out} {y}H{turn}V{to_y}H{to_x - into}"
        # At the top of the lower lane: nothing else is written there.
        at = turn, max(y, to_y) - DOWN + 7
    marks = [f'<path class="flow{back}" d="{path}" marker-end="url(#{key}-tip)"/>']
    if label:
        place = f'x="{at[0]}" y="{at[1]}" text-anchor="{anchor}"'
        marks.append(f'<text class="sub way" {place}>{escape(label)}</text>')
    return marks


def _words(x: int, y: int, lines: Sequence[str], kind: str, apart: int = 17) -> list[str]:
    named = f' class="{kind}"' if kind else ""
    return [
        f'<text{named} x="{x}" y="{y + apart * number}" text-anchor="middle">{escape(line)}</text>'
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
