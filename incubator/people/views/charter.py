"""The charter, and whether the reader's entity has signed it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from incubator.lib.reference import defaults, in_language
from incubator.people import authority, queries
from incubator.people.models import Entity, Person


@login_not_required
@require_safe
def charter(request: HttpRequest) -> HttpResponse:
    promises = [in_language(worded) for worded in defaults()["charter"]]
    context = {"promises": promises, "entities": _entities_of(request)}
    return render(request, "pages/charter.html", context)


def _entities_of(request: HttpRequest) -> list[Entity]:
    """Where the reader works; without a post, where they have rights; of who belongs to none, every employer's."""
    person = request.user
    if not isinstance(person, Person):
        return queries.employers()
    found: list[Entity | None] = [place.entity for place in authority.places_of(person)]
    found = found or authority.entities_of_rights(person)
    named = {entity.pk: entity for entity in found if entity is not None}
    return list(named.values()) if named and None not in found else queries.employers()
