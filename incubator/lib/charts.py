"""Small SVG charts: the same string on the page and in the PDF, about 2 kB each.

No style attribute and no script, so they pass the content security policy; colours come from
the classes of `.chart`. Each chart has a name (title) and a sentence (desc) and stands beside
a table of the same figures (`ui/chart.html`). Drawn 400 units wide; bars start at zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

WIDTH = 400
ROW = 56


@dataclass(frozen=True)
class Part:
    """One piece of a stacked row. `kind`: `a` (brand), `b` (concrete) or `open` (hatched: not over yet)."""

    value: float
    kind: str = "a"


@dataclass(frozen=True)
class Row:
    """One bar, or one stack. `note` stands at the right end of the label's line."""

    label: Any
    parts: Sequence[Part]
    note: Any = ""

    @property
    def total(self) -> float:
        return sum(part.value for part in self.parts)


@dataclass(frozen=True)
class Interval:
    """From half done to three quarters done, in days, against a promise; None: not reached yet.

    `lasted`: the longest known so far.
    """

    label: Any
    median: float | None
    upper: float | None
    promise: float | None = None
    note: Any = ""
    lasted: float | None = None


@dataclass(frozen=True)
class Step:
    """A point of a step curve: the share (0 to 1) reached from day `x` on, with its 95 % interval."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass
class _Drawing:
    height: float
    marks: list[str] = field(default_factory=list)

    def add(self, tag: str, text: Any = None, **attributes: Any) -> None:
        written = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{escape(_units(value))}"'
            for name, value in attributes.items()
        )
        self.marks.append(f"<{tag}{written}/>" if text is None else f"<{tag}{written}>{escape(text)}</{tag}>")

    def svg(self, title: Any, sentence: Any) -> SafeString:
        marks = "".join(self.marks)
        # Ids must differ between the charts of a page and be the same at each rendering: briefs are hashed.
        number = sha256(f"{title}{sentence}{marks}".encode()).hexdigest()[:8]
        marks = marks.replace("url(#hatch)", f"url(#hatch{number})")
        return SafeString(
            f'<svg class="chart" viewBox="0 0 {WIDTH} {_units(self.height)}" role="img" '
            f'aria-labelledby="chart{number}t chart{number}d">'
            f'<title id="chart{number}t">{escape(title)}</title>'
            f'<desc id="chart{number}d">{escape(sentence)}</desc>'
            f'<defs><pattern id="hatch{number}" width="8" height="8" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect class="b0" width="8" height="8"/>'
            f'<path class="hatch" d="M0 0V8" stroke-width="3"/></pattern></defs>{marks}</svg>'
        )


def _units(value: Any) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _headline(drawing: _Drawing, y: float, label: Any, note: Any) -> None:
    drawing.add("text", label, x=0, y=y, class_="strong")
    if note:
        drawing.add("text", note, x=WIDTH, y=y, text_anchor="end", class_="sub")


def _fill(kind: str) -> dict[str, str]:
    return {"class_": "open", "fill": "url(#hatch)"} if kind == "open" else {"class_": kind}


def bars(
    rows: Sequence[Row],
    *,
    title: Any,
    sentence: Any,
    legend: Sequence[tuple[str, Any]] = (),
) -> SafeString:
    """Horizontal bars or stacks, one line of text above each; `legend`: (kind, words) when stacked.

    Raises ValueError for a negative value: a bar starts at zero.
    """
    if any(part.value < 0 for row in rows for part in row.parts):
        raise ValueError("A bar starts at zero: no negative values.")
    longest = max((row.total for row in rows), default=0) or 1
    drawing = _Drawing(height=ROW * len(rows) + (38 if legend else 0))
    for index, row in enumerate(rows):
        top = ROW * index
        _headline(drawing, top + 16, row.label, row.note)
        left = 0.0
        for part in row.parts:
            width = WIDTH * part.value / longest
            if not part.value:
                continue
            drawing.add("rect", x=left, y=top + 23, width=width, height=22, **_fill(part.kind))
            if width >= 28:
                # An unlabelled sliver is told by the table beside the chart.
                label_class = "inv" if part.kind == "a" else "on"
                drawing.add(
                    "text",
                    _units(part.value),
                    x=left + 8,
                    y=top + 39,
                    class_=label_class,
                )
            left += width
    _legend(drawing, ROW * len(rows) + 20, legend)
    return drawing.svg(title, sentence)


def _legend(drawing: _Drawing, y: float, legend: Sequence[tuple[str, Any]]) -> None:
    for index, (kind, words) in enumerate(legend):
        left = index * WIDTH / len(legend)
        drawing.add("rect", x=left + 1, y=y, width=14, height=14, **_fill(kind))
        drawing.add("text", words, x=left + 22, y=y + 12, class_="sub")


def funnel(rows: Sequence[Row], *, title: Any, sentence: Any) -> SafeString:
    """Steps of a path, each as wide as the share of the first row that reached it, in the outline of all."""
    whole = rows[0].total if rows and rows[0].total else 1
    drawing = _Drawing(height=ROW * len(rows))
    for index, row in enumerate(rows):
        top = ROW * index
        _headline(drawing, top + 16, row.label, row.note)
        width = WIDTH * min(row.total / whole, 1)
        drawing.add("rect", x=0, y=top + 23, width=WIDTH, height=22, class_="whole")
        drawing.add("rect", x=0, y=top + 23, width=width, height=22, class_="a")
        inside = width >= 60
        drawing.add(
            "text",
            _units(row.total),
            x=8 if inside else width + 8,
            y=top + 39,
            class_="inv" if inside else "on",
        )
    return drawing.svg(title, sentence)


def intervals(rows: Sequence[Interval], *, title: Any, sentence: Any, longest: float) -> SafeString:
    """Dot: half are done (a ring when later than promised); bar: to three quarters, hatched when not reached, to what
    lasted longest or else to the edge; dashed line: the promise. `longest`: days at the right edge.

    A median that is not reached shows no dot: its bar is hatched from the promise or from zero. No bar passes the
    promise unless something did.
    """
    drawing = _Drawing(height=54 * len(rows))

    def at(days: float) -> float:
        return 10 + (WIDTH - 20) * min(days, longest) / longest

    for index, row in enumerate(rows):
        top = 54 * index
        _headline(drawing, top + 16, row.label, row.note)
        drawing.add("path", d=f"M10 {top + 38}H{WIDTH - 10}", class_="grid", stroke_width=2)
        begins = row.median if row.median is not None else row.promise or 0
        until = row.upper if row.upper is not None else row.lasted
        start = at(begins if until is None or begins < until else 0)
        end = at(until) if until is not None else float(WIDTH - 2)
        drawing.add(
            "rect",
            x=start,
            y=top + 31,
            width=max(end - start, 2.0),
            height=14,
            **_fill("open" if row.upper is None else "b"),
        )
        if row.median is not None:
            late = row.promise is not None and row.median > row.promise
            drawing.add("circle", cx=start, cy=top + 38, r=7, class_="over" if late else "a")
        if row.promise is not None:
            drawing.add("path", d=f"M{_units(at(row.promise))} {top + 27}v22", class_="lim")
    return drawing.svg(title, sentence)


def steps(points: Sequence[Step], *, title: Any, sentence: Any, until: float, unit: Any = "") -> SafeString:
    """A step curve of shares 0 to 1 over `until` days, with its interval as a band where given."""
    drawing = _Drawing(height=220)
    left, right, top, bottom = 44, WIDTH - 8, 12, 184

    def at(x: float, y: float) -> tuple[str, str]:
        return (
            _units(left + (right - left) * min(x, until) / until),
            _units(float(bottom - (bottom - top) * y)),
        )

    for share in (0, 0.25, 0.5, 0.75, 1):
        _x, y = at(0, share)
        drawing.add("path", d=f"M{left} {y}H{right}", class_="grid")
        drawing.add(
            "text",
            f"{share * 100:.0f}" + ("\u00a0%" if share == 1 else ""),
            x=left - 8,
            y=float(y) + 4,
            text_anchor="end",
            class_="sub",
        )
    band = [p for p in points if p.low is not None and p.high is not None]
    if band:
        upper = _path([(p.x, p.high or 0.0) for p in band], until, at)
        lower = [at(p.x, p.low or 0.0) for p in band]
        back = f"L{at(until, band[-1].low or 0.0)[0]} {lower[-1][1]}" + "".join(
            f"H{x}V{lower[max(i - 1, 0)][1]}" for i, (x, _y) in reversed(list(enumerate(lower)))
        )
        drawing.add("path", d=f"{upper}{back}Z", class_="band")
    drawing.add("path", d=_path([(p.x, p.y) for p in points], until, at), class_="line")
    for x, anchor in ((0.0, "start"), (until, "end")):
        drawing.add(
            "text",
            f"{_units(x)} {unit}".strip(),
            x=at(x, 0)[0],
            y=206,
            text_anchor=anchor,
            class_="sub",
        )
    return drawing.svg(title, sentence)


def _path(points: Sequence[tuple[float, float]], until: float, at: Any) -> str:
    if not points:
        return "M0 0"
    first_x, first_y = at(*points[0])
    pieces = [f"M{first_x} {first_y}"]
    for x, y in points[1:]:
        across, up = at(x, y)
        pieces.append(f"H{across}V{up}")
    return "".join(pieces) + f"H{at(until, 0)[0]}"


def spread(mean: float, low: float, high: float, threshold: float | None, top: float = 4) -> SafeString:
    """A row's picture of scores: bar from lowest to highest, dot at the mean, dashed line at the threshold.

    Hidden from assistive technology: the cells beside it hold the figures.
    """

    def at(score: float) -> float:
        return 10 + 180 * score / top

    marks = _Drawing(height=20)
    marks.add("path", d="M10 10H190", class_="grid", stroke_width=2)
    if threshold is not None:
        marks.add("path", d=f"M{_units(at(threshold))} 2V18", class_="lim")
    marks.add("rect", x=at(low) - 3, y=6, width=at(high) - at(low) + 6, height=8, class_="b")
    marks.add("circle", cx=at(mean), cy=10, r=7, class_="a")
    return SafeString(
        '<svg class="chart chart--s" width="200" height="20" viewBox="0 0 200 20" aria-hidden="true">'
        + "".join(marks.marks)
        + "</svg>"
    )


def share_bar(share: float) -> SafeString:
    """A row's picture of a share, 0 to 1; hidden from assistive technology like `spread`."""
    return SafeString(
        '<svg class="chart chart--row" width="240" height="14" viewBox="0 0 240 14" '
        'preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="a" width="{_units(240.0 * min(max(share, 0), 1))}" height="14"/></svg>'
    )
