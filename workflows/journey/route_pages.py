"""Pages of the local route: sending a no up, and saying that a service has done it."""

import uuid

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas.drafting import uploads
from ideas.drafting.masking.queries import passages_for
from ideas.drafting.models import Idea
from ideas.drafting.uploads import Clean
from incubator.lib import files
from incubator.lib.refusals import Invalid, NotFound, note
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from incubator.people.views.answers import reader
from workflows.journey import actions, forms, queries

GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
@once
def send_up(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """After a service's no, the team says why the programme should look at the idea."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    if not queries.in_team(idea, person) or not actions.may_send_up(idea, queries.window_of(idea)):
        raise NotFound(_("Only after a no of a service can an idea be sent up, while there is time."))
    form = forms.SendingUp(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.send_up(idea=key, by=Actor(person=person), reasons=form.cleaned_data["reasons"])
            return redirect("idea", key=key)
        except Invalid as refusal:
            note(refusal)
            forms.add_refusal(form, refusal.fields)
    decisions = queries.decisions_of(idea, passages_for(idea, person))
    return _page(request, "journey/send_up.html", idea, form, last=decisions[-1])


# Not `once`: cleaning a picture takes seconds, and must not hold a transaction.
@require_http_methods(GET_AND_POST)
def done(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A photo and a line, from the team or from whoever answered for the service."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    if request.method != "POST" and not actions.may_report_done(idea, person):
        raise NotFound(_("No service is doing this idea now. Its page shows where it is."))
    form = forms.Doing(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            # A stranger's file is not looked at; a form sent twice gets its first answer all the same.
            may = actions.may_report_done(idea, person)
            photo = uploads.receive(request.FILES.get("file")) if may else None
            return _report(request, idea, form.cleaned_data["line"], photo)
        except Invalid as refusal:
            note(refusal)
            forms.add_refusal(form, refusal.fields)
    return _page(request, "journey/done.html", idea, form)


@once
def _report(request: HttpRequest, idea: Idea, line: str, photo: Clean | None) -> HttpResponse:
    if photo is None:
        raise NotFound(_("No service is doing this idea now. Its page shows where it is."))
    actions.report_done(idea=idea.key, by=Actor(person=reader(request)), line=line, photo=photo)
    return redirect("idea", key=idea.key)


@require_safe
def photo(request: HttpRequest, key: uuid.UUID) -> StreamingHttpResponse:
    """The photo of what was done, as a download under a neutral name, for whoever may read the idea."""
    idea = queries.readable_idea(key, reader(request))
    found = queries.done_of(idea)
    if found is None:
        raise NotFound(_("There is no photo here."))
    kind = found.photo.content_type
    name = _("photo of idea %(number)s") % {"number": idea.reference}
    response = FileResponse(
        files.open_verified(found.photo.sha256),
        as_attachment=True,
        filename=f"{name}.{kind.rpartition('/')[2]}",
        content_type=kind,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, template: str, idea: Idea, form: object, **extra: object) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"idea": idea, "form": form, "request_key": new_key(), **extra}
    return render(request, template, context, status=status)
