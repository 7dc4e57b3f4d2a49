"""The files of an idea: added, removed, and always served as downloads."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.drafting import actions, queries, uploads
from ideas.drafting.forms import FileForm
from ideas.drafting.views.persons import actor, reader
from incubator.lib import files as stored
from incubator.lib.refusals import Conflict, Invalid, note
from incubator.people.once import new_key, once

# Even if a browser is talked into showing a file, it runs nothing and reaches nothing.
SANDBOX = "default-src 'none'; sandbox"


# Not `once`: cleaning takes seconds, and must not hold a transaction. The same content twice is one file.
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def attachments(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    idea = queries.own_idea(key, reader(request))
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        actions.check_may_write(idea, reader(request))
        try:
            upload = uploads.receive(request.FILES.get("file"))
            attachment = actions.attach(idea=idea, by=actor(request), upload=upload)
            messages.success(request, _("“%(name)s” is attached.") % {"name": attachment.name})
            return redirect("idea-files", key=key)
        except (Invalid, Conflict) as refusal:
            note(refusal)
            form = FileForm()
            form.full_clean()
            form.is_bound, form.cleaned_data = True, {}
            form.add_error("file", refusal.sentence)
    context = {
        "idea": idea,
        "form": form,
        "files": queries.files_of(idea, names_shown=True),
        "may_write": queries.may_write(idea, reader(request)),
        "request_key": new_key(),
    }
    return render(
        request, "ideas/drafting/files.html", context, status=422 if request.method == "POST" else 200
    )


@require_POST
@login_required
@once
def remove(request: HttpRequest, key: uuid.UUID, attachment: uuid.UUID) -> HttpResponse:
    idea = queries.own_idea(key, reader(request))
    found = queries.attachment_of(idea, attachment)
    actions.remove_attachment(idea=idea, by=actor(request), attachment=found)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect("idea-files", key=key)


@require_safe
@login_required
def download(request: HttpRequest, key: uuid.UUID, attachment: uuid.UUID) -> StreamingHttpResponse:
    """The file, for whoever may read the idea; under a neutral name while its authors are hidden from them."""
    person = reader(request)
    idea = queries.readable_idea(key, person)
    found, name = queries.readable_file(idea, attachment, person)
    response = FileResponse(
        stored.open_verified(found.sha256), as_attachment=True, filename=name, content_type=found.content_type
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
