"""The page on which the team and the lead say which words are masked, and see what the others will read."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.drafting.masking import actions, queries, rules
from ideas.drafting.masking.forms import MaskForm
from ideas.drafting.models import Idea, IdeaContent
from ideas.drafting.queries import readable_idea
from ideas.drafting.views.persons import actor, reader
from ideas.drafting.wording import LABELS
from incubator.lib.refusals import Invalid, note
from incubator.people.once import new_key, once


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def masking(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`step=preview` shows what is typed without keeping it."""
    idea = readable_idea(key, reader(request))
    actions.check_may_mask(idea, actor(request))
    marked = [row.text for row in queries.passages_of(idea)]
    form = MaskForm(
        request.POST if request.method == "POST" else None,
        marked=marked,
        suggested=queries.suggested(idea, marked),
    )
    wanted = marked
    if form.is_valid():
        wanted = form.wanted()
        if request.POST.get("step") != "preview":
            try:
                actions.mask(idea=idea, by=actor(request), passages=wanted)
            except Invalid as refusal:
                note(refusal)
                for sentence in refusal.fields.get("passages", [refusal.sentence]):
                    form.add_error("passages", sentence)
            else:
                messages.success(
                    request, _("Kept. Whoever does not see the names reads the text as it is shown here.")
                )
                return redirect("idea-masking", key=key)
    context = {
        "idea": idea,
        "form": form,
        "fields": _compared(idea, wanted),
        "files": idea.attachments.filter(removed_at=None).exists(),
        "request_key": new_key(),
    }
    return render(request, "ideas/drafting/masking.html", context, status=422 if form.errors else 200)


def _compared(idea: Idea, passages: list[str]) -> list[dict[str, Any]]:
    """Each text as it is written and as it will be read, in the order of the form."""
    content = IdeaContent.objects.get(idea=idea)
    texts = [(name, getattr(content, name)) for name in queries.TEXTS]
    return [
        {"label": LABELS[name], "text": text, "masked": rules.masked(text, passages)}
        for name, text in texts
        if text
    ]
