"""The figures of the programme, readable by every employee."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incubator.lib import clock
from incubator.lib.refusals import NotAllowed
from incubator.people.models import Person
from workflows.metrics import actions, queries, rules, sentences, tables
from workflows.metrics.models import PublishedTable
from workflows.metrics.rules import Period

SHOWN_PERIODS = 4


@require_safe
@login_required
def metrics(request: HttpRequest) -> HttpResponse:
    _staff_only(request)
    figures = queries.figures()
    periods, table = _participation(request, figures.first)
    funnel_title = sentences.funnel_finding(figures.funnel)
    times_title = sentences.times_finding(figures.stages)
    context = {
        "figures": figures,
        "threshold": queries.threshold(),
        "six": sentences.six(figures),
        "funnel": _shown(tables.funnel(figures)),
        "funnel_title": funnel_title,
        "funnel_chart": tables.funnel_chart(figures, funnel_title),
        "times": _shown(tables.times(figures)),
        "times_title": times_title,
        "times_chart": tables.times_chart(figures, times_title),
        "periods": periods,
        "period": next((one["period"] for one in periods if one["current"]), None),
    }
    if table:
        shown = tables.participation(table.content)
        context |= {
            "participation": _shown(shown),
            "participation_rows": tables.participation_rows(table.content, shown),
            "participation_alone": sentences.participation_alone(table.content),
            "participation_title": sentences.participation_finding(table.content),
        }
    return render(request, "metrics/metrics.html", context)


@require_safe
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """The page's tables, with the same figures hidden."""
    _staff_only(request)
    figures = queries.figures()
    _periods, table = _participation(request, figures.first)
    found = [tables.funnel(figures), tables.times(figures)]
    if table:
        found.append(tables.participation(table.content))
    response = HttpResponse(tables.as_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="travee-metrics.csv"'
    return response


def _staff_only(request: HttpRequest) -> None:
    if not isinstance(request.user, Person) or request.user.kind != Person.Kind.EMPLOYEE:
        raise NotAllowed(_("The figures of the programme are for the staff of the city."))


def _participation(
    request: HttpRequest, first: datetime | None
) -> tuple[list[dict[str, Any]], PublishedTable | None]:
    """The half-years that are over, newest first, and the table of the one asked for."""
    if first is None:
        return [], None
    found: list[Period] = []
    period = rules.half_year_of(clock.today()).before
    while len(found) < SHOWN_PERIODS and period.ends_on > first.date():
        found.append(period)
        period = period.before
    if not found:
        return [], None
    asked = request.GET.get("period", found[0].code)
    chosen = next((one for one in found if one.code == asked), None)
    if chosen is None:
        raise Http404
    periods = [{"period": one, "current": one is chosen} for one in found]
    return periods, actions.publish_participation(chosen)


def _shown(table: tables.Table) -> dict[str, Any]:
    """What `ui/table.html` and `ui/chart.html` show."""
    return {
        "caption": table.caption,
        "columns": [{"label": label, "number": number > 0} for number, label in enumerate(table.columns)],
        "rows": table.rows,
    }
