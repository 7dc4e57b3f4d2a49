"""A form's request key: a repeat is answered with the first result and changes nothing."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from incubator.lib import clock
from incubator.people.models import AnsweredRequest, Person

FIELD = "request_key"
# One statement takes the key or waits for whoever has it, and says where the first answer led.
TAKE = """
insert into people_answeredrequest (key, person_id, location, answered_at) values (%s, %s, '', %s)
on conflict (key) do update set answered_at = people_answeredrequest.answered_at returning person_id, location
"""


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view whose POST acts: its key, its act and its answer are one transaction.

    A kill leaves all of it or nothing. A repeat of the key by the same person waits for the first and is sent
    where that one led. A POST without a valid key is served as its own act. An answer that is not a redirect
    (a form with errors) is no act: nothing of it is kept.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if request.method != "POST" or key is None or not isinstance(request.user, Person):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            if (first := _take(key, request.user)) is not None:
                return HttpResponseRedirect(first)
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                AnsweredRequest.objects.filter(key=key, person=request.user).update(
                    location=response.url[:500]
                )
            else:
                transaction.set_rollback(True)
            return response

    return answer


def new_key() -> str:
    """A key for a form about to be shown."""
    return str(uuid.uuid4())


def _take(key: uuid.UUID, person: Person) -> str | None:
    """Where the first answer to this key led; None when this is the first, or when the key is someone else's."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [key, person.pk, clock.now()])
        holder, location = cursor.fetchone()
    return location if location and holder == person.pk else None


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
