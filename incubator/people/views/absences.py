"""The HR desk's page of a colleague's absences: for someone who cannot note them, such as who is suddenly ill."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from incubator.lib.refusals import NotAllowed, NotFound
from incubator.lib.row_numbers import row_number
from incubator.people import actions, authority, queries
from incubator.people.actors import Actor
from incubator.people.forms.account import ColleagueAbsenceForm
from incubator.people.models import Person
from incubator.people.once import once
from incubator.people.views.answers import done, form_page, reader, typed


@require_http_methods(["GET", "HEAD", "POST"])
@once
def absences(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    by = Actor(person=reader(request))
    person = _colleague(by, key)
    if person == by.person:
        return redirect("account")
    form = ColleagueAbsenceForm(typed(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: actions.record_absence(person=person, by=by, **form.cleaned_data))
    ):
        return _back(request, person, _("The absence of %(name)s is noted."))
    rows, more = queries.coming_absences(person, row_number(request.GET.get("absences", "")))
    places = queries.departments_of([person]).get(person.pk, [])
    context = {"away": person, "places": places, "absences": rows, "next_absences": more}
    return form_page(request, "people/absences.html", form, **context)


@require_POST
@once
def end(request: HttpRequest, key: uuid.UUID, pk: int) -> HttpResponse:
    by = Actor(person=reader(request))
    person = _colleague(by, key)
    absence = person.absences.filter(pk=pk).first()
    if absence is None:
        raise NotFound(_("This absence has been taken out already."))
    actions.end_absence(absence=absence, by=by)
    return _back(request, person, _("The absence of %(name)s is ended."))


def _colleague(by: Actor, key: uuid.UUID) -> Person:
    """Who is meant, for an HR desk where that person works; who holds no desk learns not even who exists."""
    if not authority.notes_absences(by.human):
        raise NotAllowed(_("You may note your own absences; those of others are noted by the HR desk."))
    person = Person.objects.filter(key=key, is_active=True).first()
    if person is None:
        raise NotFound(_("There is nobody here under this address. Search for the person again."))
    authority.check_may_record_absence(by, person)
    return person


def _back(request: HttpRequest, person: Person, said: str) -> HttpResponse:
    messages.success(request, said % {"name": person})
    return redirect("absences", person.key)
