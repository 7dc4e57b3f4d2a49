"""Pages that only say something (accessibility, your data, charter, help), and the language switch."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from incubator.lib.languages import supported


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/your_data.html")


@require_safe
def charter(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/charter.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the choice on the person when signed in, else in a cookie; returns to the page it came from."""
    code = supported(request.POST.get("language", "")) or settings.LANGUAGE_CODE
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    if request.user.is_authenticated:
        # A preference: no event, no lock. `lib` may not import the people room.
        get_user_model()._default_manager.filter(pk=request.user.pk).update(language=code)
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 86400,
            samesite="Lax",
            httponly=True,
        )
    return response
