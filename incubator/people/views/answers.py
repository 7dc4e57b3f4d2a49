"""A form's page, and a refusal put back into the form it came from."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incubator.lib.refusals import Invalid
from incubator.people import once


def form_page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    """The page with its form: 422 when the form says what to mend, else 200."""
    context |= {"form": form, "request_key": request.POST.get(once.FIELD) or once.new_key()}
    return render(request, template, context, status=422 if form.errors else 200)


def mend(form: forms.Form, refusal: Invalid) -> None:
    """Put the sentences of a refused act beside their fields; those of no field above the form."""
    for name, sentences in refusal.fields.items():
        form.add_error(name if name in form.fields else None, [str(sentence) for sentence in sentences])
    if not refusal.fields:
        form.add_error(None, str(refusal.sentence))
