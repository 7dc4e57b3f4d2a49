"""Pages that only say something (accessibility, your data, help), and the language switch."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from incubator.lib.context import APPEARANCE_COOKIE, APPEARANCES
from incubator.lib.languages import supported


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@login_not_required
@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/your_data.html")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=365 * 86400, samesite="Lax", httponly=True)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the choice on the person when signed in, else in a cookie; returns to the page it came from."""
    code = supported(request.POST.get("language", "")) or settings.LANGUAGE_CODE
    response = _back(request)
    if request.user.is_authenticated:
        # A preference: no event, no lock. `lib` may not import the people room.
        get_user_model()._default_manager.filter(pk=request.user.pk).update(language=code)
    else:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, code)
    return response


@login_not_required
@require_POST
def set_appearance(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system has it; a matter of the screen, so it stays in a cookie of this browser."""
    response = _back(request)
    chosen = request.POST.get("appearance", "")
    if chosen in APPEARANCES:
        _keep(response, APPEARANCE_COOKIE, chosen)
    else:
        response.delete_cookie(APPEARANCE_COOKIE, samesite="Lax")
    return response
