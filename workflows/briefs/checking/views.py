"""Anyone may ask whether a brief is genuine and in force, without an account; nothing that is sent is kept."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from incubator.lib.refusals import NotFound
from incubator.lib.seals.configuration import certificates_in
from incubator.lib.seals.examination import Examination
from incubator.lib.seals.process import Busy, BusyWithYours, examine_in_process
from incubator.lib.words import plain_day
from incubator.people import addresses
from workflows.briefs import words as brief_words
from workflows.briefs.checking import forms, queries, words

RETRY_SECONDS = 5
WAIT = _("Several files are being checked at this moment. Wait a few seconds, then try again.")
WAIT_FOR_YOURS = _(
    "Another file from your network is being checked; one is read at a time. Wait a few seconds, then try again."
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Ask with a file; an address that was typed leads to its own page."""
    typed = forms.AddressForm(request.GET if "address" in request.GET else None)
    if typed.is_bound and typed.is_valid():
        return redirect("verify-token", token=typed.token()[:100] or "-")
    sent = request.method == "POST"
    form = forms.FileForm(request.POST, request.FILES) if sent else forms.FileForm()
    context: dict[str, Any] = {"form": form, "typed": typed}
    if not sent:
        return render(request, "briefs/checking/verify.html", context)
    if not form.is_valid():
        return render(request, "briefs/checking/verify.html", context, status=422)
    file = form.cleaned_data["file"]
    try:
        found = examine_in_process(file.read, *_trusted(), sender=addresses.hash_of(request))
    except Busy as busy:
        yours = isinstance(busy, BusyWithYours)
        form.add_error(None, WAIT_FOR_YOURS if yours else WAIT)
        response = render(request, "briefs/checking/verify.html", context, status=429 if yours else 503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    context |= _result(found) | {"file_name": file.name}
    return render(request, "briefs/checking/verify.html", context)


def _trusted() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    return certificates_in(settings.SEAL.certificates), certificates_in(settings.SEAL.timestamp_certificates)


def _result(found: Examination) -> dict[str, Any]:
    known = queries.of_file(found)
    _code, title, sentence, kind = words.said(found, known)
    result = {"title": title, "sentence": sentence, "kind": kind, "sha256": found.sha256}
    return {"result": result, "facts": words.facts(found, known)}


@require_safe
@login_not_required
def verify_token(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder of a printed brief may know: that it exists, whether it is in force and its decision stands, and
    what to compare."""
    paper = queries.of_token(token)
    if paper is None:
        raise NotFound(
            _(
                "No brief has this address. Check each letter, capitals too, or scan the QR code again. A brief that "
                "gives an address unknown here is not ours."
            ),
            code="verify.unknown",
            next_url=reverse("verify"),
            next_label=_("Check a file or another address"),
        )
    known = paper.known
    facts = [
        words.Fact(gettext("Number"), words.numbered(known.serial)),
        words.Fact(gettext("Reference"), known.number),
        words.Fact(gettext("Decided on"), plain_day(known.decided_on, year=True)),
        words.Fact(gettext("Decision"), str(brief_words.OUTCOMES[known.outcome])),
        words.force(known),
        *words.since(known.standing),
        _seal(paper.brief),
    ]
    title = words.of_the_paper(known)
    context = {
        "known": known,
        "title": title,
        "stands_no_more": words.STANDS_NO_MORE.get(known.standing.what, ""),
        "facts": facts,
        "form": forms.FileForm(),
    }
    return render(request, "briefs/checking/token.html", context)


def _seal(brief: Any) -> words.Fact:
    if brief.sealed_at is None:
        return words.Fact(gettext("Sealed on"), gettext("Not sealed: it was made before briefs were."))
    return words.Fact(gettext("Sealed on"), plain_day(brief.sealed_at, year=True))
