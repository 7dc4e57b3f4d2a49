"""A brief is read or kept by whoever may read its idea; a page says when it is not ready, another how to check it."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas.access import access
from ideas.drafting.masking.queries import passages_for
from ideas.pages import crumbs, done, nothing_here, readable_idea, reader, typed
from incubator.lib.pdf_answer import pdf_answer
from incubator.lib.refusals import NotFound
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.once import new_key, once
from workflows.briefs import actions, queries, standing, words
from workflows.briefs.checking.words import numbered, since
from workflows.briefs.forms import Correction
from workflows.briefs.models import Brief, MaskedBrief
from workflows.briefs.rules import MOST_TRIES
from workflows.gates import authority

JOINED = ("series", "decision__round__idea__programme__entity")
SCHEMA = settings.ROOT / "fixtures" / "schemas" / "public_record.json"


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The published JSON Schema of the public record that a brief carries."""
    response = HttpResponse(SCHEMA.read_text(encoding="utf-8"), content_type="application/schema+json")
    response["Content-Disposition"] = 'attachment; filename="public_record.schema.json"'
    return response


@require_safe
@login_required
def brief(request: HttpRequest, key: uuid.UUID, *, download: bool = False) -> HttpResponseBase:
    """The PDF; else 200 with where it stands. A brief of an idea that the reader may not read does not exist."""
    found = _readable(request, key)
    assert isinstance(request.user, Person)
    if found.state != Brief.State.READY:
        return _waiting(request, found)
    sha256 = _sha256_for(request.user, found)
    if not sha256:
        return _waiting(request, found)
    return pdf_answer(sha256, f"{gettext('decision-brief')}-{found.number}", download=download)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def correct(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The form by which whoever may correct it has the brief made anew."""
    found = Brief.objects.select_related(*JOINED).filter(key=key).first()
    if found is None:
        raise nothing_here()
    person, idea = reader(request), readable_idea(request, found.decision.round.idea.key)
    if not authority.may_correct(person, found.decision):
        raise nothing_here()
    form = Correction(typed(request))
    if form.is_valid() and done(
        form, lambda: actions.correct(brief=key, reason=form.cleaned_data["reason"], by=Actor(person=person))
    ):
        messages.success(
            request, _("The corrected brief is being prepared. Until it is ready, this one stays in force.")
        )
        return redirect("idea", key=idea.key)
    context = {"brief": found, "idea": idea, "form": form, "crumbs": crumbs(idea), "request_key": new_key()}
    return render(request, "briefs/correct.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def evidence(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """By what the brief can be checked: fingerprints, seal, record, chain, editions."""
    found = _readable(request, key)
    assert isinstance(request.user, Person)
    sha256 = _sha256_for(request.user, found) if found.state == Brief.State.READY else ""
    if not sha256:
        return _waiting(request, found)
    idea = found.decision.round.idea
    newer = Brief.objects.filter(replaces=found, state=Brief.State.READY).select_related("series").first()
    context = {
        "brief": found,
        "idea": idea,
        # As the papers have them.
        "serial": _numbered(found),
        "replaces": _numbered(found.replaces),
        "replacing": _numbered(newer),
        "replaced_by": newer,
        "sha256": sha256,
        # Whoever reads a copy with masked names would find them by trying: other fingerprints cover the names too.
        "whole": sha256 == found.sha256,
        # As the brief says it. Today's end would count each vote of a panel at the moment it is cast.
        "chain": (found.public or {}).get("chain"),
        "address": queries.address_of(found),
        "since": since(standing.standing_of(found)),
    }
    return render(request, "briefs/evidence.html", context)


def _numbered(one: Brief | None) -> str:
    return numbered(queries.serial_in_words(one)) if one is not None else ""


def _readable(request: HttpRequest, key: uuid.UUID) -> Brief:
    """The brief, if its idea is the reader's to read. Raises NotFound."""
    assert isinstance(request.user, Person)
    briefs = standing.with_later_round(Brief.objects.all())
    briefs = briefs.select_related("series", "replaces__series", "decision__round__idea__programme__entity")
    found = briefs.filter(key=key).first()
    if found is None or not access().may_read(request.user, found.decision.round.idea):
        raise NotFound(
            _(
                "There is no such brief, or it is not open to you. Your list of ideas shows those you can read."
            )
        )
    return found


def _sha256_for(reader: Person, found: Brief) -> str:
    """The file for this reader: the brief, or its copy without what is masked for them; '' while that is being made."""
    passages = passages_for(found.decision.round.idea, reader)
    if not passages:
        return found.sha256
    made = MaskedBrief.objects.filter(brief=found, passages_sha256=queries.passages_sha256(passages)).first()
    return made.sha256 if made is not None else ""


def _waiting(request: HttpRequest, found: Brief) -> HttpResponse:
    reason = found.masking_failure if found.masking_tries >= MOST_TRIES else found.failure
    failure = words.FAILURES.get(reason, words.FAILED) if reason else ""
    context = {"brief": found, "idea": found.decision.round.idea, "failure": failure}
    response = render(request, "briefs/waiting.html", context)
    response["Cache-Control"] = "no-store"
    return response
