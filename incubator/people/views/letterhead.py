"""The administrator's page of what an entity prints at the head of its documents."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from incubator.lib import files
from incubator.lib.refusals import Invalid, NotAllowed, NotFound
from incubator.people import actions, queries
from incubator.people.actors import Actor
from incubator.people.forms.letterhead import LetterheadForm
from incubator.people.views.answers import administered, mend, reader


@require_safe
def letterheads(request: HttpRequest) -> HttpResponse:
    return _page(request)


# Not `once`: drawing a logo anew must not hold a transaction. The same letterhead twice is one change.
@require_POST
def change(request: HttpRequest, key: str) -> HttpResponse:
    form = LetterheadForm(request.POST, request.FILES, entity=administered(request, key))
    if not form.is_valid():
        return _page(request, form)
    try:
        actions.change_letterhead(entity=form.entity, by=Actor(person=reader(request)), **form.given())
    except Invalid as refusal:
        mend(form, refusal)
        return _page(request, form)
    messages.success(request, _("Kept. Documents made from now on have this head; earlier ones keep theirs."))
    return redirect("letterheads")


@require_safe
def logo(request: HttpRequest, key: str) -> HttpResponseBase:
    """The picture itself, for whoever may change it."""
    entity = administered(request, key)
    if entity.logo_id is None:
        raise NotFound(_("This entity has no logo."))
    response = FileResponse(files.open_verified(entity.logo_id), content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, refused: LetterheadForm | None = None) -> HttpResponse:
    entities = list(queries.administered(reader(request)))
    if not entities:
        raise NotAllowed(_("Only an administrator opens this page."))
    forms = [
        refused if refused is not None and refused.entity == entity else LetterheadForm(entity=entity)
        for entity in entities
    ]
    context = {"forms": forms, "refused": refused}
    return render(request, "people/letterheads.html", context, status=422 if refused else 200)
