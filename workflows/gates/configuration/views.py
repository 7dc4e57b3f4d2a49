"""Pages of a configuration: its versions, one section at a time, the reviewer's form, and the file."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.calls.models import Programme
from ideas.pages import nothing_here
from incubator.lib.languages import supported
from incubator.lib.refusals import Conflict, Invalid, NotFound, note
from incubator.lib.row_numbers import row_number
from incubator.people.once import new_key, once
from workflows.gates import wording as gate_wording
from workflows.gates.configuration import actions, editing, queries, rules, settings, wording
from workflows.gates.configuration.document import Document, rules_of
from workflows.gates.configuration.forms import ImportForm, SectionForm
from workflows.gates.configuration.reading import in_force
from workflows.gates.configuration.rules import Problem
from workflows.gates.configuration.structure import MOST_BYTES, SCHEMA, Malformed, parse
from workflows.gates.forms.votes import VoteForm
from workflows.gates.models import Configuration
from workflows.gates.views.reading import actor, reader

LISTED = 30


@require_safe
def configurations(request: HttpRequest) -> HttpResponse:
    """The programmes one may look into, each with its versions."""
    return _versions_page(request)


def _versions_page(request: HttpRequest, refused: dict[str, Any] | None = None) -> HttpResponse:
    person = reader(request)
    programmes = queries.readable_programmes(person)
    if not programmes:
        raise nothing_here()
    rows = []
    for programme in programmes:
        of_it = programme.key == request.GET.get("programme")
        before = row_number(request.GET.get("before", "")[:9]) if of_it else None
        found = queries.listed(programme, LISTED, before)
        known = queries.states(programme)
        rows.append(
            {
                "programme": programme,
                "versions": [(one, wording.STATES[one.state]) for one in found[:LISTED]],
                "before": found[LISTED - 1].version if len(found) > LISTED else None,
                "has_draft": not known.isdisjoint(actions.OPEN),
                "in_force": "published" in known,
                "may_change": queries.may_change(person, programme),
                "form": ImportForm(auto_id=f"id_{programme.key}_%s"),
                "refused": (refused or {}).get(programme.key),
            }
        )
    return render(
        request, "gates/configuration/versions.html", {"rows": rows}, status=422 if refused else 200
    )


@require_POST
@once
def begin(request: HttpRequest, programme: str) -> HttpResponse:
    """A draft: a copy of the version in force."""
    draft = actions.begin_draft(by=actor(request), programme=_programme(request, programme))
    messages.success(
        request, _("The draft is yours to change. Nothing changes for anybody before you publish it.")
    )
    return redirect("configuration", key=draft.key)


@require_POST
@once
def take(request: HttpRequest, programme: str) -> HttpResponse:
    """A draft from a JSON file; one that cannot be taken is shown with the places of its faults."""
    found = _programme(request, programme)
    upload = request.FILES.get("file")
    try:
        if upload is None or isinstance(upload, list):
            raise Invalid(_("Choose a file."), fields={"": [_("Choose a file.")]})
        with transaction.atomic():
            draft = actions.begin_draft(
                by=actor(request), programme=found, document=_parsed(upload.read(MOST_BYTES + 1))
            )
    except Invalid as refusal:
        note(refusal)
        return _versions_page(request, {found.key: list(refusal.fields.items())})
    messages.success(request, _("The file is taken as a draft. Check it before you publish it."))
    return redirect("configuration", key=draft.key)


def _parsed(raw: bytes) -> Document:
    try:
        return parse(raw)
    except Malformed as malformed:
        actions.refuse(malformed)


@require_http_methods(["GET", "HEAD", "POST"])
def configuration(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One version: its state, its sections, what the checker found; and what can be done with it."""
    if request.method == "POST":
        return _act(request, key)
    found = _configuration(request, key)
    is_open = found.state in actions.OPEN
    context = _about(request, found) | {
        "changed_since": found.checked_revision is not None and found.checked_revision != found.revision,
        "checked": found.checked_revision is not None,
        "problems": _said(found, [Problem(**item) for item in found.findings]),
        "advice": _said(
            found, rules.advice(found.document, queries.advised_on(found.document, found.programme))
        )
        if is_open
        else [],
        "staying": wording.staying(queries.staying(found.document, found.programme)) if is_open else "",
    }
    return render(request, "gates/configuration/version.html", context)


def _said(found: Configuration, items: list[Problem]) -> list[dict[str, str]]:
    """Each as a sentence with its place and the address of its field."""
    return [
        {
            "sentence": wording.problem(item),
            "place": wording.place(item.pointer, found.document),
            "url": _address(found, item.pointer),
        }
        for item in items
    ]


@once
def _act(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    by = actor(request)
    match request.POST.get("act"):
        case "check":
            if actions.check(by=by, key=key):
                messages.warning(request, _("The checker found something to mend."))
            else:
                messages.success(
                    request, _("The checker found nothing to mend: this version can be published.")
                )
        case "publish":
            actions.publish(by=by, key=key, revision=_revision_read(request))
            messages.success(request, _("This version is in force. Consultations under way keep theirs."))
        case "retire":
            actions.retire(by=by, key=key, revision=_revision_read(request))
            messages.success(request, _("The draft is set aside."))
            return redirect("configurations")
        case _:
            raise Conflict(_("Nothing was asked for, and nothing was changed."), code="configuration.no_act")
    return redirect("configuration", key=key)


def _revision_read(request: HttpRequest) -> int:
    """The revision that the page showed; 0, which no draft has, where the form does not say."""
    return row_number(request.POST.get("revision", "")) or 0


@require_http_methods(["GET", "HEAD", "POST"])
@once
def section(request: HttpRequest, key: uuid.UUID, section: str) -> HttpResponse:
    """The settings of one gate, the letters, or what all gates share."""
    found = _configuration(request, key)
    if section not in settings.sections(found.document):
        raise NotFound(_("There is no such version."))
    if found.state not in actions.OPEN or not queries.may_change(reader(request), found.programme):
        return redirect("configuration", key=key)
    form = SectionForm(request.POST or None, document=found.document, section=section)
    if request.method == "POST" and form.is_valid():
        where = _save(request, found, form)
        if where is not None:
            return redirect(reverse("configuration-section", args=[key, section]) + where)
    context = _about(request, found, section) | {
        "form": form,
        "section": section,
        "is_gate": section in found.document["gates"],
        "may_add": settings.may_add(found.document, section),
        "has_panel": found.document["gates"].get(section, {}).get("seats", 0) > 1,
        "revision": request.POST.get("revision", found.revision),
        "heading": _section_name(found.document, section),
    }
    return render(request, "gates/configuration/section.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, found: Configuration, form: SectionForm) -> str | None:
    """Keep what was typed, with a row more or less if a button asked for it. Gives the place to go on at."""
    document, where = form.as_typed(), ""
    act, _colon, what = request.POST.get("act", "save").partition(":")
    rows = {group.row for group in form.groups if group.row}
    if act == "add" and what in settings.may_add(document, form.section):
        document = editing.with_row(document, form.section, "criteria" if what == "criteria" else "must_meet")
        place = f"/gates/{form.section}/{what}/{len(document['gates'][form.section][what]) - 1}/fr"
        where = f"#id_{settings.field_name(place)}"
    elif act == "remove" and what in rows:
        document = editing.without_row(document, what)
    try:
        with transaction.atomic():
            revision = _revision_read(request)
            actions.edit(by=actor(request), key=found.key, revision=revision, document=document)
    except Invalid as refusal:
        note(refusal)
        form.refuse(refusal.fields)
        return None
    except Conflict as refusal:
        note(refusal)
        # What was typed stays on the page.
        form.add_error(None, refusal.sentence)
        return None
    messages.success(request, _("Saved. Check the draft when you are done."))
    return where


@require_safe
def preview(request: HttpRequest, key: uuid.UUID, gate: str) -> HttpResponse:
    """The form a panel member would fill under this version: the very template, in the language asked for."""
    found = _configuration(request, key)
    if gate not in found.document["gates"]:
        raise NotFound(_("There is no such version."))
    language = supported(request.GET.get("language", "")) or translation.get_language()
    with translation.override(language):
        context = _about(request, found, gate) | {
            "heading": _section_name(found.document, gate),
            "language": language,
            "form": VoteForm(None, rules=rules_of(found.document, gate)),
            "idea": {"names_masked": found.document["gates"][gate].get("authors_hidden", False)},
            "preview": True,
            "gate": gate,
        }
        return render(request, "gates/configuration/preview.html", context)


@require_safe
def export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The document as a file that `import` takes."""
    found = _configuration(request, key)
    name = f"{found.programme.key}-{found.version}.json"
    return _file(json.dumps(found.document, ensure_ascii=False, indent=2), name)


@require_safe
def export_in_force(request: HttpRequest, programme: str) -> HttpResponse:
    """What is in force now, published or not changed yet."""
    found = _programme(request, programme)
    return _file(json.dumps(in_force(found), ensure_ascii=False, indent=2), f"{found.key}.json")


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The published JSON Schema of a configuration."""
    return _file(SCHEMA.read_text(encoding="utf-8"), "configuration.schema.json", "application/schema+json")


def _file(text: str, name: str, kind: str = "application/json") -> HttpResponse:
    response = HttpResponse(text, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _programme(request: HttpRequest, key: str) -> Programme:
    found = Programme.objects.select_related("entity").filter(key=key).first()
    if found is None or not queries.may_read(reader(request), found):
        raise nothing_here()
    return found


def _configuration(request: HttpRequest, key: uuid.UUID) -> Configuration:
    found = Configuration.objects.select_related("programme__entity", "changed_by").filter(key=key).first()
    if found is None or not queries.may_read(reader(request), found.programme):
        raise nothing_here()
    return found


def _about(request: HttpRequest, found: Configuration, current: str = "") -> dict[str, Any]:
    """What every page of a version shows."""
    is_open = found.state in actions.OPEN
    return {
        "configuration": found,
        "state": wording.STATES[found.state],
        "is_open": is_open,
        "may_change": is_open and queries.may_change(reader(request), found.programme),
        "sections": [
            {
                "key": name,
                "url": reverse("configuration-section", args=[found.key, name]),
                "label": _section_name(found.document, name),
                "current": name == current,
                "has_panel": found.document["gates"].get(name, {}).get("seats", 0) > 1,
            }
            for name in settings.sections(found.document)
        ],
        "request_key": new_key(),
    }


def _section_name(document: Document, section: str) -> str:
    if section in document["gates"]:
        return gate_wording.gate_name(section, document["gates"][section])
    return pgettext("configuration", "Letters") if section == settings.LETTERS else _("Delays and recourse")


def _address(found: Configuration, pointer: str) -> str:
    """The page of the section, at the field; where there is no row yet, at the button that adds one."""
    section, name = settings.section_of(pointer), settings.field_name(pointer)
    fields = [
        setting
        for group in settings.groups(found.document, section)
        for setting in (*group.settings, *group.details)
    ]
    here = [one.anchor for one in fields if one.name == name or one.name.startswith(f"{name}.")]
    kind = pointer.rpartition("/")[2]
    if not here and kind in settings.may_add(found.document, section):
        here = [settings.add_anchor(kind)]
    page = reverse("configuration-section", args=[found.key, section])
    return f"{page}#{here[0]}" if here else page
