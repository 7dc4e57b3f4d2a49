"""The page's tables as plain rows: shown, drawn and downloaded from the same lists, with the same figures hidden."""

import csv
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incubator.lib import charts, words
from incubator.lib.charts import Interval, Part
from incubator.lib.charts import Row as Bar
from incubator.lib.spreadsheets import as_text
from workflows.metrics.queries import Figures, StageTime
from workflows.metrics.sentences import HIDDEN, STAGE_NAMES


class Table(NamedTuple):
    """`columns`: heads; `rows`: cells as a person reads them, the first one the row's name."""

    caption: str
    columns: list[str]
    rows: list[list[str]]


def funnel(figures: Figures) -> Table:
    whole = figures.funnel[0][1]
    return Table(
        _("How far all ideas have come so far"),
        [_("Stage reached"), _("Ideas"), _("Share")],
        [
            [
                str(STAGE_NAMES[step]),
                words.number(count),
                words.percent(100 * count / whole) if whole else "–",
            ]
            for step, count in figures.funnel
        ],
    )


def times(figures: Figures) -> Table:
    return Table(
        _("Working days in each stage, Kaplan–Meier"),
        [
            _("Stage"),
            _("Half done within"),
            _("Three quarters within"),
            _("Promised"),
            _("Stays"),
            _("Not over"),
        ],
        [
            [
                str(STAGE_NAMES[stage.stage]),
                _quantile(stage, stage.half),
                _quantile(stage, stage.three_quarters),
                words.number(stage.promise) if stage.promise is not None else _("set by each plan"),
                words.number(stage.ideas),
                words.number(stage.open),
            ]
            for stage in figures.stages
        ],
    )


def _quantile(stage: StageTime, days: int | None) -> str:
    if not stage.enough:
        return HIDDEN
    return words.number(days) if days is not None else _("not reached")


def participation(content: dict[str, Any]) -> Table:
    """Directions with their figures, what the hidden ones are together, these with `s`, then all."""
    rows = [_figures(_label(row), row) for row in sorted(content["shown"], key=_label)]
    names, rest = hidden(content), _rest(content)
    if rest:
        rows.append(_figures(_together(len(names)), rest))
    rows += [[name, HIDDEN, HIDDEN, HIDDEN] for name in names]
    if content["total"]:
        rows.append(_figures(_("All services"), _whole(content)))
    return Table(
        _("Authors and co-authors by direction"),
        [_("Direction"), _("People who took part"), _("Staff"), _("Share")],
        rows,
    )


def participation_rows(content: dict[str, Any], table: Table) -> list[dict[str, Any]]:
    """The rows of `participation` for the page: a direction's with its share (0 to 1), to be drawn beside the largest
    one's, and the hidden ones as the `names` of the one row they share. None where no direction has figures."""
    if not content["shown"]:
        return []
    shares = {_label(row): row["count"] / row["size"] for row in content["shown"]}
    largest = max(shares.values()) or 1
    names = hidden(content)
    return [
        {
            "name": row[0],
            "names": names if row[0] == _together(len(names)) else [],
            "share": shares[row[0]] / largest if row[0] in shares else None,
            "cells": [
                {"label": label, "text": text} for label, text in zip(table.columns[1:], row[1:], strict=True)
            ],
        }
        for row in table.rows
        if row[1] != HIDDEN
    ]


def hidden(content: dict[str, Any]) -> list[str]:
    """The names of the directions whose figures are hidden."""
    return sorted(_label(row) for block in content["hidden"] for row in block["rows"])


def _rest(content: dict[str, Any]) -> dict[str, int] | None:
    """What all hidden directions are together, where some are shown: the total less the others, which whoever can
    subtract knows. Not the blocks apart, though their sums are large enough: someone who knows one of two directions
    would know the other."""
    if not content["hidden"] or not content["shown"]:
        return None
    return {
        what: number - sum(row[what] for row in content["shown"]) for what, number in _whole(content).items()
    }


def _whole(content: dict[str, Any]) -> dict[str, int]:
    return {"count": content["total"][0], "size": content["total"][1]}


def _together(number: int) -> str:
    return ngettext("%(number)s other, not shown apart", "%(number)s others together", number) % {
        "number": words.number(number)
    }


def _figures(name: str, row: dict[str, Any]) -> list[str]:
    return [name, words.number(row["count"]), words.number(row["size"]), _share(row)]


def _label(row: dict[str, Any]) -> str:
    return row["label"] or _("Other services")


def _share(row: dict[str, Any]) -> str:
    return words.percent(100 * row["count"] / row["size"], 1)


# --- Drawings -----------------------------------------------------------------------------------------------


def funnel_chart(figures: Figures, title: str) -> str:
    bars = [Bar(STAGE_NAMES[step], [Part(count)]) for step, count in figures.funnel]
    said = ", ".join(f"{STAGE_NAMES[step]} {words.number(count)}" for step, count in figures.funnel)
    return charts.funnel(bars, title=title, sentence=said)


def times_chart(figures: Figures, title: str) -> str:
    """Only stages with enough stays are drawn; the table says `s` for the others."""
    drawn = [stage for stage in figures.stages if stage.enough]
    if not drawn:
        return ""
    rows = [
        Interval(
            STAGE_NAMES[stage.stage],
            median=stage.half,
            upper=stage.three_quarters,
            promise=stage.promise,
            note=_note(stage),
            lasted=stage.longest,
        )
        for stage in drawn
    ]
    said = ". ".join(f"{STAGE_NAMES[stage.stage]}: {_note(stage)}" for stage in drawn)
    edge = max(max(stage.longest, stage.promise or 0, stage.three_quarters or 0) for stage in drawn) or 1
    return charts.intervals(rows, title=title, sentence=said, longest=edge)


def _note(stage: StageTime) -> str:
    half = (
        _("half within %(days)s") % {"days": words.working_days(stage.half)}
        if stage.half is not None
        else _("half not done yet")
    )
    if stage.promise is None:
        return half
    return _("%(half)s, promised %(promise)s") % {"half": half, "promise": words.number(stage.promise)}


# --- Download -----------------------------------------------------------------------------------------------


def as_csv(tables: Sequence[Table]) -> str:
    """The tables one after another, for a spreadsheet: a byte order mark, semicolons, and no cell that computes."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        for row in ([table.caption], table.columns, *table.rows):
            writer.writerow([as_text(cell) for cell in row])
    return out.getvalue()
