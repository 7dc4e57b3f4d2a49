"""Pages about who stands for an idea: whether one carries it on, and whether one is named once it is closed."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ideas.drafting import actions as drafting
from ideas.drafting.queries import own_idea
from ideas.pages import reader
from incubator.lib.refusals import Invalid, NotFound
from incubator.people.actors import Actor
from incubator.people.once import new_key, once
from workflows.journey import actions
from workflows.journey.actions.succession import heirs


@require_http_methods(["GET", "HEAD", "POST"])
@once
def carry_on(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A co-author is asked to be the author: yes or no."""
    person = reader(request)
    idea = own_idea(key, person)
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer == "accept":
            actions.carry_on(idea=key, by=Actor(person=person))
            messages.success(request, _("You are the author now. Thank you."))
            return redirect("idea", key=key)
        if answer == "decline":
            actions.not_carry_on(idea=key, by=Actor(person=person))
            messages.success(request, _("You stay a co-author. Nobody asks why."))
            return redirect("my-work")
        raise Invalid(_("Say yes or no."), code="carry_on.no_answer")
    if not heirs(idea).filter(person=person).exists():
        raise NotFound(_("Nobody asks you to carry this idea on, or a colleague has accepted already."))
    return render(request, "journey/carry_on.html", {"idea": idea, "request_key": new_key()})


@require_POST
@once
def name(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one's name on a closed idea, or hide it (again)."""
    person = reader(request)
    shown = request.POST.get("shown")
    if shown not in ("yes", "no"):
        raise Invalid(_("Say yes or no."), code="name.no_answer")
    drafting.wish_name_shown(idea=own_idea(key, person), by=Actor(person=person), shown=shown == "yes")
    messages.success(request, _("Your wish is kept. You can change it whenever you like."))
    return redirect("idea", key=key)
