"""Refusals and errors as pages: what happened, that nothing was changed, what to do next.

A htmx request gets the same words as a partial, put in the page's own alert region
so that what the person typed is not swapped away.
"""

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from incubator.lib.languages import speak
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal, note

logger = logging.getLogger(__name__)

# What is written in sentences, told from keys, codes and choices; a PIN or a password is never shown again.
WRITTEN = re.compile(r"\S\s+\S+\s+\S")
SECRET = re.compile(r"password|secret|again$|current$|pin$|code|token|key", re.IGNORECASE)

TITLES = {
    400: _("We could not read this request"),
    401: _("You have been signed out"),
    403: _("This is not yours to do"),
    404: _("There is nothing here for you"),
    405: _("This cannot be done here"),
    409: _("This is not possible as things stand"),
    413: _("This is too large to send"),
    422: _("Something needs mending first"),
}
OVERTAKEN = _("This has changed in the meantime")


def title_of(refusal: Refusal) -> Any:
    """What the page is headed by: by the status, but that a 409 may be a rule's, with nothing changed meanwhile."""
    if isinstance(refusal, Conflict) and refusal.overtaken:
        return OVERTAKEN
    return TITLES.get(refusal.status, TITLES[400])


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page (not a boosted link, not the history)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def show(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal as a page (or partial) with its status; one line in the log, which names no person."""
    speak(request)
    note(refusal)
    partial = is_partial(request)
    context = {
        "refusal": refusal,
        "title": title_of(refusal),
        "changed_nothing": request.method not in ("GET", "HEAD", "OPTIONS"),
        "ways_on": _ways_on(request, refusal),
        "written": [] if partial else _written(request, refusal),
    }
    template = "errors/refusal_part.html" if partial else "errors/refusal.html"
    response = HttpResponse(render_to_string(template, context, request), status=refusal.status)
    if partial:
        response.headers["HX-Retarget"] = "#refusal"
        response.headers["HX-Reswap"] = "innerHTML show:top"
        response.headers["HX-Reselect"] = "unset"
    return response


def _written(request: HttpRequest, refusal: Refusal) -> list[str]:
    """The sentences typed by a person who is signed in, to copy: the page they were on may be gone for them.

    Not after a forged or stale request (it may carry another's words), nor one too large to be read.
    """
    if refusal.status not in (403, 404, 409, 422) or refusal.code == "csrf" or not _signed_in(request):
        return []
    lists = request.POST.lists()
    return [
        text for name, texts in lists if not SECRET.search(name) for text in texts if WRITTEN.search(text)
    ]


def _ways_on(request: HttpRequest, refusal: Refusal) -> list[dict[str, Any]]:
    """At most two links: what the refusal proposes, else back to where the person came from; then My work."""
    ways: list[dict[str, Any]] = []
    came_from = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(came_from, {_host(request)})
    if refusal.next_url:
        ways.append({"url": refusal.next_url, "label": refusal.next_label or _("Continue")})
    elif refusal.status in (409, 413, 422) and here:
        parts = urlsplit(came_from)
        back = parts.path + (f"?{parts.query}" if parts.query else "")
        ways.append({"url": back, "label": _("Look at the page again")})
    try:
        home = reverse("my-work" if _signed_in(request) else "sign-in")
    except NoReverseMatch:
        home = "/"
    if home not in [way["url"] for way in ways]:
        ways.append(
            {
                "url": home,
                "label": _("Back to my work") if _signed_in(request) else _("Sign in"),
            }
        )
    return ways


def _host(request: HttpRequest) -> str:
    # get_host() refuses a forged host, which may be the very error shown here.
    return str(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", ""))


def _signed_in(request: HttpRequest) -> bool:
    person = getattr(request, "user", None)
    return person is not None and bool(person.is_authenticated)


def busy() -> Refusal:
    """Somebody holds the row that this act needs, longer than a page may wait."""
    return Conflict(
        _("Somebody is working on the same thing at this very moment. Wait a few seconds, then try again."),
        code="lock_wait",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403, and PermissionDenied from a view."""
    return show(
        request,
        NotAllowed(_("Your role does not open this page. If you need it, ask the programme team.")),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404, and Http404 from a view."""
    return show(
        request,
        NotFound(
            _(
                "The address may be wrong, or what it names may be a draft, confidential or gone. "
                "If someone sent you this link, ask them to add you."
            )
        ),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400, and SuspiciousOperation from a view; too much data is a 413."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return show(
            request,
            Invalid(
                _("What you sent is larger than we can take. Send less text, or smaller files."),
                code="too_large",
                status=413,
            ),
        )
    return show(
        request,
        Refusal(_("Part of the request is missing or damaged. Open the page again and try once more.")),
    )


def wrong_method(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The empty answer of an address that is only read, or only sent to, as a page."""
    page = show(
        request,
        Refusal(
            _("This address does not take what was sent to it. Open the page again and use its own buttons."),
            code="wrong_method",
            status=405,
        ),
    )
    page.headers["Allow"] = response.headers.get("Allow", "")
    return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: mostly a page left open over a sign-out."""
    return show(
        request,
        NotAllowed(
            _("This page was open for too long, or cookies are blocked. Open it again, then try once more."),
            code="csrf",
        ),
    )


def asks_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a part of a page was answered by a redirect to sign-in, which htmx would swap into the page."""
    if response.status_code not in (302, 303) or not is_partial(request):
        return False
    return urlsplit(response.headers.get("Location", "")).path == resolve_url(settings.LOGIN_URL)


def signed_out(request: HttpRequest) -> HttpResponse:
    """The session ended under an open page: its text stays, and a link leads to sign-in in a new tab."""
    return show(
        request,
        NotAllowed(
            _("Your text is still on this page. Sign in again in another tab, then come back and save it."),
            code="signed_out",
            status=401,
            next_url=resolve_url(settings.LOGIN_URL),
            next_label=_("Sign in"),
        ),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """handler500: asks nothing of the session or the database, which may be what failed."""
    speak_safely(request)
    return HttpResponse(render_to_string("errors/failed.html"), status=500)


def speak_safely(request: HttpRequest) -> None:
    """As `speak`, but never fails: the person's row may be out of reach."""
    try:
        speak(request)
    except Exception:
        logger.exception("the language of the error page could not be read")
