"""A person's own page: what is held, and what one may change."""

import json

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from incubator.lib.refusals import Invalid, NotFound
from incubator.lib.row_numbers import row_number
from incubator.people import actions, authority, grants, own_data, queries, rules
from incubator.people.actors import Actor
from incubator.people.forms.account import AbsenceForm, DetailsForm, LinkForm
from incubator.people.forms.sign_in import ChangeSecretForm
from incubator.people.models import Person, PrivateLink
from incubator.people.once import once
from incubator.people.sign_in import end_other_sessions
from incubator.people.views.answers import done, form_page, mend, reader, typed

LISTED = 20


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@once
def keep_details(request: HttpRequest) -> HttpResponse:
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return _page(request, details=form)
    actions.keep_details(**form.cleaned_data, by=Actor(person=reader(request)))
    return _back(request, _("Kept."))


@require_POST
@once
def record_absence(request: HttpRequest) -> HttpResponse:
    form, person = AbsenceForm(request.POST), reader(request)
    if form.is_valid() and done(
        form,
        lambda: actions.record_absence(person=person, by=Actor(person=person), **form.cleaned_data),
    ):
        return _back(request, _("Your absence is noted."))
    return _page(request, absence=form)


@require_POST
@once
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    absence = person.absences.filter(pk=pk).first()
    if absence is None:
        raise NotFound(_("This absence has been taken out already, or is not yours."))
    actions.end_absence(absence=absence, by=Actor(person=person))
    return _back(request, _("Your absence is ended."))


@require_POST
@once
def note_link(request: HttpRequest) -> HttpResponse:
    form, by = LinkForm(request.POST), Actor(person=reader(request))
    if form.is_valid() and done(
        form, lambda: actions.note_private_link(other=form.cleaned_data["other"], by=by)
    ):
        return _back(request, _("Noted. Nobody else reads this list."))
    return _page(request, link=form)


@require_POST
@once
def remove_link(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove_private_link(link_pk=pk, by=Actor(person=reader(request)))
    return _back(request, _("Taken off your list."))


@sensitive_post_parameters("secret", "again", "current")
def change_secret(request: HttpRequest) -> HttpResponse:
    """No request key: a repeat finds the present secret changed already, and says so."""
    form, by = ChangeSecretForm(typed(request)), Actor(person=reader(request))
    if form.is_valid():
        secret, current = form.cleaned_data["secret"], form.cleaned_data["current"]
        try:
            # Not in a transaction of the page: a wrong present secret has to stay counted.
            person = actions.change_secret(current=current, secret=secret, by=by)
        except Invalid as refusal:
            mend(form, refusal)
        else:
            end_other_sessions(request, person)
            return _back(request, _("Changed. You are signed out everywhere else."))
    return form_page(request, "people/change_secret.html", form)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    person = actions.end_sessions(by=Actor(person=reader(request)))
    end_other_sessions(request, person)
    return _back(request, _("You are signed out everywhere else."))


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All that is held about the reader, as a file."""
    text = json.dumps(own_data.of(reader(request)), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="travee.json"'
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _back(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("account")


def _links(person: Person, request: HttpRequest) -> list[PrivateLink]:
    """In the order they were noted; one more than is listed, after the one named."""
    found = person.private_links.select_related("other").order_by("pk")
    after = row_number(request.GET.get("links", ""))
    return list((found if after is None else found.filter(pk__gt=after))[: LISTED + 1])


def _page(request: HttpRequest, **bound: forms.Form) -> HttpResponse:
    person = reader(request)
    details = {"language": person.language, "email": person.email}
    found = {
        "details": DetailsForm(initial=details),
        "absence": AbsenceForm(),
        "link": LinkForm(),
    } | bound
    roles = grants.roles_anywhere(person)
    absences, next_absences = queries.coming_absences(person, row_number(request.GET.get("absences", "")))
    links = _links(person, request)
    context = {
        **found,
        "bound": next(iter(bound.values()), None),
        "person": person,
        "posts": queries.posts_of(person),
        "rights": queries.rights_of(person),
        "absences": absences,
        "next_absences": next_absences,
        "links": links[:LISTED],
        "next_links": links[LISTED - 1].pk if len(links) > LISTED else None,
        "codes": person.sign_in_codes.select_related("issued_by").order_by("-issued_at")[:5],
        "may_hand_over": bool(roles & set(rules.CODE_GIVERS)),
        "notes_absences": "hr_desk" in roles,
        "may_configure": bool(roles & set(rules.CONFIGURERS)),
        "adds_guests": authority.adds_guests(person),
        "administers": person.is_superuser or rules.ADMINISTRATOR in roles,
    }
    return render(request, "people/account.html", context, status=422 if bound else 200)
