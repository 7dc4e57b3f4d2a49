"""What the pages of an idea have in common: who reads, which idea, and a form whose act may be refused."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.access import access
from ideas.drafting.masking.queries import shown, with_passages
from ideas.drafting.models import Idea
from incubator.lib.refusals import Invalid, NotFound, note
from incubator.people.actors import Actor
from incubator.people.views.answers import reader as reader


def readable_idea(request: HttpRequest, key: uuid.UUID) -> Idea:
    """The idea as this person reads it, with its entity and text. Raises NotFound when it is not there or not open
    to the reader."""
    ideas = with_passages(Idea.objects.select_related("programme__entity", "content"))
    idea = ideas.filter(key=key).first()
    if idea is None or not access().may_read(reader(request), idea):
        raise nothing_here()
    return shown(idea, reader(request))


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form was sent, an empty one included; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def nothing_here() -> NotFound:
    return NotFound(_("There is nothing here, or it is not open to you. “My work” shows what waits for you."))


def done(form: forms.BaseForm, act: Callable[[], Any]) -> bool:
    """Whether the act went through; an Invalid is shown at the form's fields, other refusals pass.

    The savepoint keeps the transaction of the request key usable, so that the form can be shown again.
    """
    try:
        with transaction.atomic():
            act()
    except Invalid as refusal:
        note(refusal)
        for name, sentences in refusal.fields.items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        if not refusal.fields:
            form.add_error(None, refusal.sentence)
        return False
    return True


def acted(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[Actor, dict[str, Any]], Any],
    *,
    thanks: str,
    to: str,
    key: uuid.UUID,
) -> HttpResponse | None:
    """Where a form of an idea leads once its act, given who acts and what was typed, went through; None else."""
    by = Actor(person=reader(request))
    if form.is_valid() and done(form, lambda: act(by, form.cleaned_data)):
        messages.success(request, thanks)
        return redirect(to, key=key)
    return None


def crumbs(idea: Idea, *further: tuple[str, Any]) -> list[dict[str, Any]]:
    """The way back: the idea, then `(url name of a page of the idea, its label)`, nearest last."""
    label = _("Idea %(number)s") % {"number": idea.reference}
    found = [{"url": reverse("idea", args=[idea.key]), "label": label}]
    return found + [{"url": reverse(name, args=[idea.key]), "label": word} for name, word in further]
