"""The kept versions of an idea, any two compared word by word."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.drafting import queries, rules
from ideas.drafting.masking.queries import passages_for
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import Idea
from ideas.drafting.views.persons import reader
from ideas.drafting.wording import LABELS, REASONS
from incubator.lib import comparison
from incubator.lib.refusals import NotFound
from incubator.lib.row_numbers import row_number

LISTED = 30


@require_safe
@login_required
def versions(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`?from=1&to=3` compares; without it, the last two. Only versions that this reader may read exist here."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    of_team = queries.in_team(person).filter(idea=idea).exists()
    before = row_number(request.GET.get("before", "")[:9])
    found = queries.versions_of(idea, person, most=LISTED + 1, before=before)
    pair = _pair(request, idea, [version.number for version in found], of_team=of_team)
    context = {
        "idea": idea,
        "versions": [
            {
                "number": v.number,
                "reason": REASONS.get(v.reason, v.reason),
                "at": v.saved_at,
                "by": v.saved_by,
            }
            for v in found[:LISTED]
        ],
        "before": found[LISTED - 1].number if len(found) > LISTED else None,
        "pair": pair,
        "fields": _compared(
            idea,
            *pair,
            names_shown=queries.sees_authors(idea, person),
            passages=passages_for(idea, person),
        )
        if pair
        else [],
        "of_team": of_team,
        "may_write": of_team and queries.may_write(idea, person),
    }
    return render(request, "ideas/drafting/versions.html", context)


def _pair(request: HttpRequest, idea: Idea, listed: list[int], *, of_team: bool) -> tuple[int, int] | None:
    if "from" not in request.GET and "to" not in request.GET:
        return (listed[1], listed[0]) if len(listed) > 1 else None
    chosen = []
    for name in ("from", "to"):
        typed = request.GET.get(name, "")
        chosen.append(int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0)
    if not queries.are_versions(idea, chosen, of_team=of_team):
        raise NotFound(_("There is no such version here. Choose two from the list."))
    return chosen[0], chosen[1]


def _compared(
    idea: Idea, older: int, newer: int, *, names_shown: bool, passages: list[str]
) -> list[dict[str, Any]]:
    """The fields that differ as this reader reads them, each as pieces; files by name, or counted while names are
    hidden."""
    before, after = (
        {
            field: value if field == "files" else masked_all(value, passages)
            for field, value in queries.version_texts(idea, number).items()
        }
        for number in (older, newer)
    )
    found = [
        {"label": LABELS[field], "pieces": comparison.pieces(_words(before[field]), _words(after[field]))}
        for field in rules.WRITTEN
        if before[field] != after[field]
    ]
    if before["files"] != after["files"]:
        lines = ["\n".join(_file_names(texts["files"], names_shown)) for texts in (before, after)]
        found.append({"label": _("Files"), "pieces": comparison.pieces(*lines)})
    return found


def _file_names(files: list[dict[str, Any]], names_shown: bool) -> list[str]:
    return [queries.shown_name(file["name"], place, names_shown) for place, file in enumerate(files, 1)]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)
