"""Letting in whoever the HR system does not know: guests, elected members."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from incubator.lib.refusals import NotAllowed
from incubator.people import actions, authority
from incubator.people.actors import Actor
from incubator.people.forms.guests import GuestForm
from incubator.people.models import Person
from incubator.people.once import once
from incubator.people.views.answers import done, form_page, reader, typed


@require_http_methods(["GET", "HEAD", "POST"])
@once
def add(request: HttpRequest) -> HttpResponse:
    by = Actor(person=reader(request))
    authority.check_may_add_guests(by.human)
    form = GuestForm(typed(request))
    added: list[Person] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: added.append(actions.hire(**form.cleaned_data, guest=True, by=by)))
    ):
        return _next(request, by, added[0])
    return form_page(request, "people/add_guest.html", form)


def _next(request: HttpRequest, by: Actor, guest: Person) -> HttpResponse:
    """Who may make the guest's code prints the slip at once; an administrator gives the delegation or the role first.

    Asked as the slip's page asks: a role that hands codes over elsewhere would lead to a refusal there.
    """
    try:
        authority.check_may_issue_code(by, guest)
    except NotAllowed:
        messages.success(
            request,
            _("%(name)s is added. Give the delegation or the role; the HR desk hands over the code.")
            % {"name": guest},
        )
        return redirect("mandates")
    messages.success(request, _("%(name)s is added. Hand over the code.") % {"name": guest})
    return redirect("issue-code", guest.key)
