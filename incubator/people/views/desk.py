"""Handing over sign-in codes: find the person, print the slip."""

import uuid

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from incubator.lib.refusals import NotFound
from incubator.people import actions, authority, once, queries
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.views.answers import reader


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Search by staff number or name; nothing is listed without one."""
    authority.check_may_search(reader(request))
    typed = request.GET.get("q", "")[:100]
    people, more = queries.find_people(typed, reader(request))
    places = queries.departments_of(people)
    rows = [{"person": person, "places": places.get(person.pk, [])} for person in people]
    context = {
        "typed": typed,
        "rows": rows,
        "more": more,
        "shortest": queries.SHORTEST_SEARCH,
        "notes_absences": authority.notes_absences(reader(request)),
        "adds_guests": authority.adds_guests(reader(request)),
    }
    return render(request, "people/desk.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask, then print: the code stands on the answer to the POST and nowhere else.

    A repeated form gets the same code again (see `actions.issue_code`), so it needs no kept answer.
    """
    by = Actor(person=reader(request))
    person = Person.objects.filter(key=key).first()
    authority.check_may_search(by.human)
    if person is None:
        raise NotFound(_("There is nobody here under this address. Search for the person again."))
    if request.method != "POST":
        authority.check_may_issue_code(by, person)
        return render(request, "people/code_ask.html", {"to": person, "request_key": once.new_key()})
    issued = actions.issue_code(person=person, by=by, request_key=_request_key(request))
    address = request.build_absolute_uri(reverse("sign-in-code"))
    # The address only: a code in it would stay in the history of whichever telephone reads it.
    picture = mark_safe(segno.make(address, error="m").svg_inline(scale=4, border=2, light="#fff"))  # noqa: S308  our own SVG
    context = {"to": person, "issued": issued, "address": address, "picture": picture}
    return render(request, "people/slip.html", context)


def _request_key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(once.FIELD, ""))
    except ValueError:
        return None
