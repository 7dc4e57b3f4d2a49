"""A form's page, and a refusal put back into the form it came from."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from incubator.lib.refusals import Invalid, NotFound, note
from incubator.people import once, queries
from incubator.people.models import Entity, Person


def reader(request: HttpRequest) -> Person:
    """The signed-in person: every page asks for sign-in unless its view says otherwise."""
    assert isinstance(request.user, Person)
    return request.user


def administered(request: HttpRequest, key: str) -> Entity:
    """The entity of this key, for who administers it; raises NotFound for anyone else."""
    found = queries.administered(reader(request)).filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no such entity, or you do not administer it."))
    return found


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form was sent, an empty one included; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def form_page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    """The page with its form: 422 when the form says what to mend, else 200."""
    context |= {"form": form, "request_key": request.POST.get(once.FIELD) or once.new_key()}
    return render(request, template, context, status=422 if form.errors else 200)


def done(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Whether the act went through; an Invalid is shown at the form's fields, other refusals pass.

    The savepoint keeps the transaction of the request key usable, so that the form can be shown again.
    """
    try:
        with transaction.atomic():
            act()
    except Invalid as refusal:
        mend(form, refusal)
        return False
    return True


def mend(form: forms.Form, refusal: Invalid) -> None:
    """Put the sentences of a refused act beside their fields; those of no field above the form."""
    note(refusal)
    for name, sentences in refusal.fields.items():
        form.add_error(name if name in form.fields else None, [str(sentence) for sentence in sentences])
    if not refusal.fields:
        form.add_error(None, str(refusal.sentence))
