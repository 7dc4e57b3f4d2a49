"""The administrator's pages: who holds which role and which mandate, giving and ending them."""

from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from incubator.lib.refusals import NotAllowed, NotFound
from incubator.lib.row_numbers import row_number
from incubator.people import actions, queries
from incubator.people.actors import Actor
from incubator.people.forms.rights import GrantForm, MandateForm
from incubator.people.models import Entity
from incubator.people.once import once
from incubator.people.views.answers import done, form_page, reader, typed


@require_http_methods(["GET", "HEAD", "POST"])
@once
def roles(request: HttpRequest) -> HttpResponse:
    entities, by = _administered(request), Actor(person=reader(request))
    form = GrantForm(typed(request), entities=entities)
    if request.method == "POST" and form.is_valid():
        given = {"person": form.cleaned_data["person"], "role": form.cleaned_data["role"]}
        if done(form, lambda: actions.grant_role(**given, **form.scope(), ends_at=form.ends_at(), by=by)):
            return _back(request, "roles", _("The role is given."))
    rows = queries.running_grants().filter(queries.within(entities))
    return _page(request, "people/roles.html", form, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def mandates(request: HttpRequest) -> HttpResponse:
    entities, by = _administered(request), Actor(person=reader(request))
    form = MandateForm(typed(request), entities=entities)
    if request.method == "POST" and form.is_valid():
        typed_in = form.cleaned_data
        given = {"holder": typed_in["person"], **{n: typed_in[n] for n in ("capacity", "reference")}}
        if done(form, lambda: actions.give_mandate(**given, **form.scope(), ends_on=form.ends_on(), by=by)):
            return _back(request, "mandates", _("The mandate is given."))
    rows = queries.running_mandates().filter(entity__in=entities)
    return _page(request, "people/mandates.html", form, rows)


@require_POST
@once
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    entities = _administered(request)
    grant = queries.running_grants().filter(queries.within(entities), pk=pk).first()
    if grant is None:
        raise NotFound(_("This role has ended already, or is not yours to end."))
    actions.end_grant(grant=grant, by=Actor(person=reader(request)))
    return _back(request, "roles", _("The role is ended."))


@require_POST
@once
def end_mandate(request: HttpRequest, pk: int) -> HttpResponse:
    entities = _administered(request)
    mandate = queries.running_mandates().filter(entity__in=entities, pk=pk).first()
    if mandate is None:
        raise NotFound(_("This mandate has ended already, or is not yours to end."))
    actions.end_mandate(mandate=mandate, by=Actor(person=reader(request)))
    return _back(request, "mandates", _("The mandate is ended."))


def _administered(request: HttpRequest) -> QuerySet[Entity]:
    entities = queries.administered(reader(request))
    if not entities:
        raise NotAllowed(_("Only an administrator opens this page."))
    return entities


def _back(request: HttpRequest, page: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(page)


def _page(request: HttpRequest, template: str, form: Any, rows: QuerySet[Any]) -> HttpResponse:
    """The newest first, 30 a page, by key."""
    after = row_number(request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(pk__lt=after)
    shown: list[Model] = list(rows.order_by("-pk")[: queries.PAGE + 1])
    more = shown[queries.PAGE - 1].pk if len(shown) > queries.PAGE else None
    return form_page(request, template, form, rows=shown[: queries.PAGE], more=more)
