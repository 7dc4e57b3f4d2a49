"""The team of an idea: who writes, who is asked."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ideas.drafting import actions, queries
from ideas.drafting.forms import InviteForm
from ideas.drafting.models import Idea
from ideas.drafting.views.persons import actor, colleague, reader
from incubator.lib.refusals import Conflict, Invalid, note
from incubator.people.once import new_key, once


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def team(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The team, and a form to invite; only the team opens it."""
    idea = queries.own_idea(key, reader(request))
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = colleague(form.cleaned_data["staff_number"])
            with transaction.atomic():
                actions.invite(idea=idea, by=actor(request), person=person, role=form.cleaned_data["role"])
            messages.success(request, _("%(name)s is asked to join.") % {"name": person})
            return redirect("idea-team", key=key)
        except (Invalid, Conflict) as refusal:
            note(refusal)
            form.add_error("staff_number", refusal.sentence)
    members = list(
        idea.team.select_related("person").filter(left_at=None, declined_at=None).order_by("invited_at")
    )
    me = next(member for member in members if member.person_id == reader(request).pk)
    context = {
        "idea": idea,
        "form": form,
        "members": [member for member in members if member.accepted_at],
        "asked": [member for member in members if not member.accepted_at],
        "me": me,
        "may_write": queries.may_write(idea, reader(request)),
        "may_invite": me.role in ("author", "co_author"),
    }
    return render(request, "ideas/drafting/team.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
@once
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take an unanswered invitation back; the colleague is named by their staff number."""
    idea = queries.own_idea(key, reader(request))
    person = queries.invited(idea, request.POST.get("staff_number", ""))
    actions.withdraw_invitation(idea=idea, by=actor(request), person=person)
    messages.success(request, _("The invitation is taken back."))
    return redirect("idea-team", key=key)


@require_POST
@login_required
@once
def leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    actions.leave_team(idea=queries.own_idea(key, reader(request)), by=actor(request))
    messages.success(request, _("You have left the team."))
    return redirect("my-work")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def invitation(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What one is asked to join, and the answer; the text itself shows once one has joined."""
    idea = queries.idea_asked(key, reader(request))
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer == "accept":
            actions.accept_invitation(idea=idea, by=actor(request))
            messages.success(request, _("You have joined the team."))
            return redirect("idea-edit" if idea.state == Idea.State.DRAFT else "idea-team", key=key)
        if answer == "decline":
            actions.decline_invitation(idea=idea, by=actor(request))
            messages.success(request, _("You have said no. Nobody asks why."))
            return redirect("my-work")
        raise Invalid(_("Say yes or no to the invitation."), code="invitation.no_answer")
    member = queries.invitation_of(idea, reader(request))
    context = {"idea": idea, "member": member, "request_key": new_key()}
    return render(request, "ideas/drafting/invitation.html", context)
