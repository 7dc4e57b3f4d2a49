"""A form's request key: a repeat is answered with the first result and changes nothing."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from incubator.lib import clock
from incubator.lib.built_once import planned_once
from incubator.people.models import Person

FIELD = "request_key"
# One statement takes the key, or waits for whoever is using it; `xmax = 0` tells a new row from a found one.
TAKE = """
insert into people_answeredrequest (key, person_id, location, answered_at) values (%s, %s, '', %s)
on conflict (key, person_id) do update set answered_at = people_answeredrequest.answered_at
returning xmax = 0, location
"""

REMEMBER = "update people_answeredrequest set location = %s where key = %s and person_id = %s"

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Wrap a view whose POST acts: its key, its act and its answer are one transaction.

    A kill leaves all of it or nothing. A repeat of the key by the same person waits for the first and is sent
    where that one led; another person's key is no hindrance. A POST without a valid key is its own act. An answer
    that is not a redirect (a form with errors) is no act: nothing of it is kept.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if request.method != "POST" or key is None or not isinstance(request.user, Person):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            first, location = _take(key, request.user)
            if not first:
                return HttpResponseRedirect(location)
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                _remember(response.url[:500], key, request.user)
            else:
                transaction.set_rollback(True)
            return response

    return answer


def new_key() -> str:
    """A key for a form about to be shown."""
    return str(uuid.uuid4())


def _take(key: uuid.UUID, person: Person) -> tuple[bool, str]:
    with planned_once() as cursor:
        cursor.execute(TAKE, [key, person.pk, clock.now()])
        first, location = cursor.fetchone()
    return first, location


def _remember(location: str, key: uuid.UUID, person: Person) -> None:
    with planned_once() as cursor:
        cursor.execute(REMEMBER, [location, key, person.pk])


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
