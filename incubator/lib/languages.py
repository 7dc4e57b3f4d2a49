"""Which language a page speaks: the person's, else the visitor's choice, else the browser's, else French."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)


def supported(code: str) -> str | None:
    """The offered language for a code such as `en-GB`, or None."""
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return None


def language_of(request: HttpRequest) -> str:
    """Language code for this request; needs neither session nor person, so error pages may ask too."""
    person = getattr(request, "user", None)
    if person is not None and person.is_authenticated:
        code = supported(getattr(person, "language", "") or "")
        if code:
            return code
    code = supported(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    if code:
        return code
    for accepted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        code = None if accepted == "*" else supported(accepted)
        if code:
            return code
    return settings.LANGUAGE_CODE


def speak(request: HttpRequest) -> str:
    """Switch this thread to the request's language and return its code."""
    code = language_of(request)
    translation.activate(code)
    request.LANGUAGE_CODE = code
    return code
