"""The administrator's page of what is set for an entity: its closing days, whether it signed the charter."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from incubator.lib import clock
from incubator.lib.refusals import Invalid, NotAllowed
from incubator.lib.row_numbers import row_number
from incubator.lib.working_days import named_holidays
from incubator.people import actions, closings, queries
from incubator.people.actions.closings import YEARS_AHEAD
from incubator.people.actors import Actor
from incubator.people.forms.entity import CharterForm, ClosingForm
from incubator.people.models import Entity
from incubator.people.once import once
from incubator.people.views.answers import administered, done, reader


@require_safe
def entities(request: HttpRequest) -> HttpResponse:
    """Of who administers several, the first by name; its page leads to the others."""
    first = queries.administered(reader(request)).first()
    if first is None:
        raise NotAllowed(_("Only an administrator opens this page."))
    return _page(request, first)


@require_safe
def entity(request: HttpRequest, key: str) -> HttpResponse:
    return _page(request, administered(request, key))


@require_POST
@once
def close(request: HttpRequest, key: str) -> HttpResponse:
    found, by, form = administered(request, key), Actor(person=reader(request)), ClosingForm(request.POST)
    if form.is_valid() and done(form, lambda: actions.close_days(entity=found, by=by, **form.cleaned_data)):
        messages.success(
            request, _("Noted. Deadlines set from now on count these days as closed; others keep their day.")
        )
        return _back(found, form.cleaned_data["first_day"].year)
    return _page(request, found, closing=form)


@require_POST
@once
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    found, by, form = administered(request, key), Actor(person=reader(request)), ClosingForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("These are no two days. Open the page again."))
    actions.reopen_days(entity=found, by=by, **form.cleaned_data)
    messages.success(request, _("Reopened. Deadlines set before keep their day."))
    return _back(found, form.cleaned_data["first_day"].year)


@require_POST
@once
def answer_charter(request: HttpRequest, key: str) -> HttpResponse:
    found, by = administered(request, key), Actor(person=reader(request))
    form = CharterForm(request.POST, entity=found)
    if form.is_valid() and done(
        form, lambda: actions.answer_charter(entity=found, by=by, **form.cleaned_data)
    ):
        messages.success(request, _("Noted. The page of the charter says so from now on."))
        return redirect("entity", found.key)
    return _page(request, found, charter=form)


def _back(found: Entity, year: int) -> HttpResponse:
    return redirect(f"{reverse('entity', args=[found.key])}?year={year}")


def _page(request: HttpRequest, found: Entity, **bound: forms.Form) -> HttpResponse:
    others = [other for other in queries.administered(reader(request)) if other != found]
    context = {
        "entity": found,
        "others": others,
        "closing": ClosingForm(),
        "charter": CharterForm(entity=found),
        "refused": next(iter(bound.values()), None),
        **_year(request, found),
    } | bound
    return render(request, "people/entity.html", context, status=422 if bound else 200)


def _year(request: HttpRequest, found: Entity) -> dict[str, Any]:
    """What is closed in the year asked for, the present one without, and the years there are to look at."""
    today = clock.today(found.time_zone)
    years = {day.year for day in found.closing_days} | {today.year + n for n in range(YEARS_AHEAD + 1)}
    asked = row_number(request.GET.get("year", ""))
    year = asked if asked in years else today.year
    country = found.holidays_country
    closed = [day for day in found.closing_days if day.year == year]
    sections = [
        {"url": f"{reverse('entity', args=[found.key])}?year={one}", "label": one, "current": one == year}
        for one in sorted(years)
    ]
    return {
        "year": year,
        "years": sections,
        "stretches": [(one, one.last > today) for one in closings.stretches(closed, country=country)],
        "holidays": named_holidays(country, year, (get_language() or "fr")[:2]),
    }
