"""What every answer carries: security headers, a language, and refusals as pages."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from incubator.lib import errors, masks
from incubator.lib.languages import speak
from incubator.lib.refusals import Refusal, lock_wait, refused_at

Answer = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """First in the chain, so that static files carry the headers too (an SVG opened directly is a page)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # On a shared screen the back button must not show the last person's pages.
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class PlainCookies:
    """Ignores cookies that no page of ours has set: an escape in a quoted one may hide what no column takes.

    Stands before the session, whose key is looked up as it comes.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)


class PersonLanguage:
    """Speaks the person's language; stands after authentication, which it asks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = speak(request)
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", code)
        return response


class SpokenMasks:
    """Says to a screen reader what is masked, on whatever page; stands inside the language it says it in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            mask = masks.MASK.encode(response.charset)
            if mask in response.content:
                response.content = masks.spoken(response.content.decode(response.charset))
        return response


class PlainRefusals:
    """Turns what a view raises into a clear page with the right status; everything else stays a 500."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with refused_at(f"{request.method} {request.path}"):
            response = self.get_response(request)
            if errors.asks_to_sign_in(request, response):
                return errors.signed_out(request)
            if response.status_code == 405 and not response.streaming and not response.content:
                return errors.wrong_method(request, response)
            return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            return errors.show(request, error)
        if lock_wait(error):
            return errors.show(request, errors.busy())
        if isinstance(error, PermissionDenied):
            return errors.forbidden(request, error)
        if isinstance(error, Http404):
            return errors.not_found(request, error)
        if isinstance(error, SuspiciousOperation):
            return errors.bad_request(request, error)
        return None
