"""What is late, for whoever was told of it: since when, where to look, and a way to say that they have asked."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.pages import done, nothing_here, reader, typed
from incubator.inbox import titles, wording
from incubator.inbox.models import WorkItem
from incubator.inbox.queries import open_named
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.clock.asking import ask_after
from workflows.clock.forms import AskedForm


@require_http_methods(["GET", "HEAD", "POST"])
@once
def late_work(request: HttpRequest, key: uuid.UUID, work: str) -> HttpResponse:
    """Read by whoever was told that this work of this subject is late, or their deputy; nobody is named."""
    person = reader(request)
    late = f"late:{work}:{key}"
    told = open_named(person, late)
    if told is None:
        raise nothing_here()
    form = AskedForm(typed(request))
    if form.is_bound and form.is_valid():
        line = form.cleaned_data["line"]
        if done(form, lambda: ask_after(late=late, by=Actor(person=person), line=line)):
            messages.success(request, _("Whoever has the work has your question."))
            return redirect("my-work")
    titles.as_read_by(person, [told])
    context = {
        "title": wording.title(told.verb, told.subject_title),
        "lent": wording.stands_in_for(told.person) if told.person_id != person.pk else "",
        "due_at": told.due_at,
        "subject": told.subject_title,
        "subject_url": reverse(told.subject_kind, args=[told.subject_key]),
        "elsewhere": _elsewhere(told, request.path),
        "form": form,
        "request_key": new_key(),
    }
    return render(request, "clock/late_work.html", context, status=422 if form.errors else 200)


def _elsewhere(told: WorkItem, here: str) -> str:
    """Where something can be done about it beside asking; nothing when the item leads to this very page."""
    return "" if told.url == here else told.url
