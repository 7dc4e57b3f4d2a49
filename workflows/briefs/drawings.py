"""The brief's drawings, as SVG with attributes only: page styles do not reach inside an SVG.

Each has a `<title>`, which becomes its alternative text in the PDF.
"""

from collections.abc import Sequence

import segno
from django.utils.html import escape
from django.utils.safestring import SafeString

INK, DEEP, BRAND, WASH, GROUND, TURN, QUIET = (
    "#12232b", "#0b2a33", "#0a5566", "#dcebee", "#f3f5f4", "#f5b700", "#45555c",
)  # fmt: skip
GATES = ("G0", "G1", "G2", "G3", "G4")
# Tenths of a millimetre: the column of text is 172 mm wide.
WIDTH, BAY, COLUMN = 1720, 322, 22
CELL, DOT = 120, 10


def rail(gate: str, *, stages: Sequence[str], gates: Sequence[str], title: str) -> SafeString:
    """The five bays and their gates, with `gate` lit; empty for a route without the five gates."""
    if gate not in GATES:
        return SafeString("")
    current = GATES.index(gate)
    marks = [f'<rect x="0" y="0" width="{WIDTH}" height="10" fill="{DEEP}"/>']
    for place in range(len(GATES)):
        left = place * (BAY + COLUMN)
        marks += _bay(left, stages[place], reached=place <= current, here=place == current)
        marks += _column(left + BAY, gates[place], place - current)
    return SafeString(
        f'<svg class="rail" viewBox="0 0 {WIDTH} 150" xmlns="http://www.w3.org/2000/svg" role="img">'
        f"<title>{escape(title)}</title>{''.join(marks)}</svg>"
    )


def _bay(left: int, stage: str, *, reached: bool, here: bool) -> list[str]:
    fill, weight = WASH if reached else GROUND, 600 if here else 400
    ink = INK if reached else QUIET
    return [
        f'<rect x="{left}" y="10" width="{BAY}" height="74" fill="{fill}"/>',
        _text(left + BAY / 2, 58, stage, ink=ink, size=32, weight=weight, anchor="middle"),
    ]


def _column(left: int, words: str, beyond: int) -> list[str]:
    fill = TURN if beyond == 0 else DEEP if beyond < 0 else "#fff"
    edge = f' stroke="{DEEP}" stroke-width="4"' if beyond >= 0 else ""
    weight, ink = (600, DEEP) if beyond == 0 else (400, QUIET)
    return [
        f'<rect x="{left + 2}" y="10" width="{COLUMN - 4}" height="76" fill="{fill}"{edge}/>',
        _text(left + COLUMN, 130, words, ink=ink, size=30, weight=weight, anchor="end"),
    ]


def answers(levels: Sequence[int], mean: float | None, *, title: str) -> SafeString:
    """One dot per answer in the cell of its level, 0 to 4, and a triangle under the mean."""
    marks = [
        f'<rect x="{CELL * level + 2}" y="0" width="{CELL - 4}" height="56" fill="{GROUND}"/>'
        for level in range(5)
    ]
    for level in range(5):
        count = levels.count(level)
        pitch = min(2 * DOT + 4, (CELL - 24) / max(count - 1, 1))
        start = CELL * (level + 0.5) - pitch * (count - 1) / 2
        marks += [
            f'<circle cx="{_units(start + pitch * place)}" cy="28" r="{DOT}" fill="{BRAND}"/>'
            for place in range(count)
        ]
    if mean is not None:
        at = CELL * (mean + 0.5)
        marks.append(f'<path d="M{_units(at)} 60l11 18h-22z" fill="{DEEP}"/>')
    return SafeString(
        f'<svg class="answers" viewBox="0 0 {5 * CELL} 80" xmlns="http://www.w3.org/2000/svg" role="img">'
        f"<title>{escape(title)}</title>{''.join(marks)}</svg>"
    )


def square(address: str, *, title: str) -> SafeString:
    """The address as a QR code; the page around it is its quiet zone."""
    picture = segno.make(address, error="m", micro=False)
    said = {"border": 0, "svgclass": "square", "lineclass": None, "omitsize": True, "title": title}
    return SafeString(picture.svg_inline(**said))  # segno escapes the title


def _text(x: float, y: float, words: str, *, ink: str, size: int, weight: int, anchor: str) -> str:
    return (
        f'<text x="{_units(x)}" y="{_units(y)}" font-family="Source Sans 3" font-size="{size}" font-weight="{weight}" '
        f'fill="{ink}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _units(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
