"""Sign in, sign out, the first time with a code. The only pages of this room that need no sign-in."""

import math
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.people import actions, addresses
from incubator.people.forms.sign_in import ChooseSecretForm, CodeForm, SignInForm
from incubator.people.models import Person
from incubator.people.sign_in import begin_session
from incubator.people.views.answers import done, form_page, typed

SHARED_MACHINE = "shared_screen"
OPENED = "opened_code"  # session: the code that was typed rightly, waiting for a secret
CHOOSE_WITHIN = timedelta(minutes=15)
NO_MATCH = _(
    "The staff number and the PIN or password do not go together, or sign-in is paused. After five wrong tries "
    "it pauses for 15 minutes, then longer. You can wait, or ask for a code in person."
)
NO_CODE = _(
    "The staff number and the code do not go together, or the code is over or paused. After five wrong tries it "
    "pauses for 15 minutes, then longer. You can wait, or ask for a new code in person."
)


def landing(request: HttpRequest) -> str:
    """Where to go after sign-in: `next` when it is a page of ours, else My work."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return reverse(settings.LOGIN_REDIRECT_URL)


@login_not_required
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(landing(request))
    form = SignInForm(typed(request), shared=_shared_machine(request))
    if request.method == "POST" and form.is_valid():
        if wait := addresses.begin_try(request):
            return _too_many(request, "people/sign_in.html", form, wait)
        person = authenticate(
            request, staff_number=form.cleaned_data["staff_number"], password=form.cleaned_data["secret"]
        )
        if isinstance(person, Person):
            addresses.was_right(request)
            return _signed_in(request, person, form.cleaned_data["shared_screen"])
        form.add_error(None, NO_MATCH)
    return form_page(request, "people/sign_in.html", form, next=landing(request) if _asks(request) else "")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session and what the browser keeps of it; a GET only asks."""
    if request.method != "POST":
        if not request.user.is_authenticated:
            return redirect("sign-in")
        return render(request, "people/sign_out.html")
    kiosk = bool(request.session.get("kiosk"))
    logout(request)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    # Clearing the cache is slow in some browsers: only where the next person sits at the same screen.
    response.headers["Clear-Site-Data"] = '"cache", "storage"' if kiosk else '"storage"'
    return response


@require_safe
def stay(request: HttpRequest) -> HttpResponse:
    """Asked by the script of a shared screen while somebody reads: moves the end of the session on, no more."""
    return HttpResponse(status=204)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """First time, or PIN forgotten: the code of the slip."""
    form = CodeForm(typed(request), shared=_shared_machine(request))
    if request.method == "POST" and form.is_valid():
        if wait := addresses.begin_try(request):
            return _too_many(request, "people/sign_in_code.html", form, wait)
        opened = actions.open_code(
            staff_number=form.cleaned_data["staff_number"], typed=form.cleaned_data["code"]
        )
        if opened is not None:
            addresses.was_right(request)
            logout(request)  # someone else may still be signed in here
            request.session[OPENED] = {"code": opened.pk, "at": clock.now().timestamp()}
            request.session.set_expiry(int(CHOOSE_WITHIN.total_seconds()))
            return redirect("choose-secret")
        form.add_error(None, NO_CODE)
    return form_page(request, "people/sign_in_code.html", form)


@login_not_required
@sensitive_post_parameters("secret", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def choose_secret(request: HttpRequest) -> HttpResponse:
    """The code is used here, together with the secret: a browser that dies in between costs no code."""
    opened = request.session.get(OPENED)
    if not opened or opened["at"] < (clock.now() - CHOOSE_WITHIN).timestamp():
        raise Conflict(
            _("The code has to be typed first, at most 15 minutes before. It is still good: type it again."),
            next_url=reverse("sign-in-code"),
            next_label=_("Type the code"),
        )
    form = ChooseSecretForm(typed(request), shared=_shared_machine(request))
    if request.method == "POST" and form.is_valid():
        chosen: list[Person] = []
        secret = form.cleaned_data["secret"]
        if done(form, lambda: chosen.append(actions.choose_secret(code_pk=opened["code"], secret=secret))):
            request.session.pop(OPENED)
            return _signed_in(request, chosen[0], form.cleaned_data["shared_screen"])
    return form_page(request, "people/choose_secret.html", form)


def _signed_in(request: HttpRequest, person: Person, shared: bool) -> HttpResponse:
    begin_session(request, person, shared_screen=shared)
    response = HttpResponseRedirect(landing(request))
    if shared:
        # Says only that this machine is shared, so that the next sign-in page is ticked already.
        response.set_cookie(SHARED_MACHINE, "1", max_age=365 * 86400, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(SHARED_MACHINE)
    return response


def _too_many(request: HttpRequest, template: str, form: forms.Form, seconds: int) -> HttpResponse:
    """429 with the form: how long to wait, and that it is nobody's account that is shut."""
    minutes = math.ceil(seconds / 60)
    form.add_error(
        None,
        ngettext(
            "There were many wrong tries from this screen or network. Wait %(minutes)s minute, then try again: "
            "your account itself is not paused by this.",
            "There were many wrong tries from this screen or network. Wait %(minutes)s minutes, then try again: "
            "your account itself is not paused by this.",
            minutes,
        )
        % {"minutes": minutes},
    )
    response = form_page(request, template, form)
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds)
    return response


def _shared_machine(request: HttpRequest) -> bool:
    return request.COOKIES.get(SHARED_MACHINE) == "1"


def _asks(request: HttpRequest) -> bool:
    return bool(request.POST.get("next") or request.GET.get("next"))
