"""A document's page: ask for it, see it being prepared, open it. The right to it is that of what it prints."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ideas.pages import reader
from incubator.lib.pdf_answer import pdf_answer
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.documents import actions, queries, wording
from workflows.documents.models import Document
from workflows.documents.queries.papers import Paper


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def document(request: HttpRequest, kind: str, key: uuid.UUID) -> HttpResponse:
    """Where the document stands; with htmx only that part. A POST has it made, and comes back here."""
    found = queries.paper(kind, key, reader(request))
    if request.method == "POST":
        actions.ask(found=found, by=Actor(person=reader(request)))
        return redirect("document", kind=kind, key=key)
    part = "documents/state.html" if getattr(request, "htmx", None) else "documents/document.html"
    response = render(request, part, _context(kind, key, found))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@login_required
def document_file(
    request: HttpRequest, kind: str, key: uuid.UUID, *, download: bool = False
) -> HttpResponseBase:
    """The PDF of what this person may read now; its page, where there is none."""
    found = queries.paper(kind, key, reader(request))
    made = queries.made_of(found)
    if made is None or made.state != Document.State.READY:
        return redirect("document", kind=kind, key=key)
    return pdf_answer(made.sha256, _file_name(kind, found.record), download=download)


def _file_name(kind: str, record: Mapping[str, Any]) -> str:
    """`letter-2026-0033`; a session has no number of its own, and goes by its gate and day."""
    name = f"{wording.FILES[Document.Kind(kind)]}-{record['number']}"
    return f"{name}-{record['held_at'][:10]}" if kind == Document.Kind.PACK else name


def _context(kind: str, key: uuid.UUID, found: Paper) -> dict[str, Any]:
    made = queries.made_of(found)
    lost = made is not None and queries.is_lost(made)
    failed = made is not None and (lost or made.state == Document.State.FAILED)
    return {
        "kind": kind,
        "key": key,
        "paper": found,
        "name": Document.Kind(kind).label,
        "about": wording.ABOUT[Document.Kind(kind)],
        "document": made,
        "lost": lost,
        "failure": wording.FAILURES.get(made.failure, wording.FAILED) if made is not None and failed else "",
        "request_key": new_key(),
    }
