"""The text of an idea: one part per page, saved as it is written."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ideas.calls.queries import open_calls
from ideas.drafting import actions, queries, rules, wording
from ideas.drafting.actions import TextConflict
from ideas.drafting.forms import PARTS, Part, PartForm, to_do, values_of
from ideas.drafting.models import Idea
from ideas.drafting.views.persons import actor, reader
from incubator.lib import comparison
from incubator.lib.refusals import Invalid, note
from incubator.people.once import once

HIGHEST_VERSION = 2_000_000_000


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def edit(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One part of the form; a POST keeps it and goes where its button says."""
    idea = queries.own_idea(key, reader(request))
    actions.check_may_write(idea, reader(request))
    part = _part(request.POST.get("part") or request.GET.get("part", ""))
    if request.method != "POST":
        return _page(request, idea, part)
    try:
        # A savepoint: the page that shows the refusal still asks the database.
        with transaction.atomic():
            _keep(request, idea, part.fields)
            _choose_call(request, idea)
            return _go(request, idea, part)
    except TextConflict as conflict:
        note(conflict)
        return _page(request, idea, part, conflict=conflict, status=409)
    except Invalid as refusal:
        note(refusal)
        return _page(request, idea, part, refusal=refusal, status=422)


@require_POST
@login_required
def autosave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What the script sends while someone writes; the same fields as `edit`, no page."""
    idea = queries.own_idea(key, reader(request))
    try:
        with transaction.atomic():
            _keep(request, idea, rules.FIELDS)
    except TextConflict as conflict:
        note(conflict)
        return render(
            request,
            "ideas/drafting/conflict.html",
            _conflict(request, conflict) | {"live": True},
            status=409,
        )
    draft = queries.draft_of(idea)
    response = render(request, "ui/saved.html", {"saved": {"state": "saved", "at": draft.saved_at}})
    # The page keeps the version it was opened with: what others wrote since, it has not seen.
    response.headers["Travee-Version"] = str(_version(request.POST.get("version", "")))
    return response


@require_POST
@login_required
@once
def delete(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    actions.delete_draft(idea=queries.own_idea(key, reader(request)), by=actor(request))
    messages.success(request, _("The draft is deleted."))
    return redirect("my-work")


def _keep(request: HttpRequest, idea: Idea, fields: tuple[str, ...]) -> None:
    posted = {field: request.POST[field] for field in fields if field in request.POST}
    actions.autosave(
        idea=idea,
        by=actor(request),
        version=_version(request.POST.get("version", "")),
        changes=posted | _chosen(request, idea),
        token=request.POST.get("page", "").replace("\x00", "")[:36],
        seen=_pairs(request, "seen"),
        settled=_settled(request),
    )


def _pairs(request: HttpRequest, name: str) -> dict[str, str]:
    return dict(pair.split(":", 1) for pair in request.POST.get(name, "").split(",") if ":" in pair)


def _settled(request: HttpRequest) -> dict[str, int]:
    """Field → the version of the text beside which this writer chose: before, and with this choice."""
    pairs = _pairs(request, "settled") | (_pairs(request, "met") if "resolve" in request.POST else {})
    return {field: _version(typed) for field, typed in pairs.items()}


def _version(typed: str) -> int:
    return min(int(typed), HIGHEST_VERSION) if typed.isascii() and typed.isdigit() and len(typed) < 12 else 0


def _chosen(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """Field → what stays, where two people wrote and this is not simply the text in the form."""
    if "resolve" not in request.POST:
        return {}
    current = values_of(idea, queries.draft_of(idea))
    found: dict[str, Any] = {}
    for field in rules.FIELDS:
        choice, mine = request.POST.get(f"keep_{field}", ""), request.POST.get(field)
        if choice == "theirs":
            found[field] = current[field]
        elif choice == "both" and field in rules.TEXTS and mine is not None:
            found[field] = rules.joined(field, current[field], mine)
    return found


def _choose_call(request: HttpRequest, idea: Idea) -> None:
    typed = request.POST.get("call", "")
    if not typed or idea.state != Idea.State.DRAFT or (idea.call and str(idea.call.key) == typed):
        return
    call = next((call for call in open_calls(reader(request)) if str(call.key) == typed), None)
    if call is None:
        raise Invalid(_("Choose one of the calls that are open for you."), code="call.none")
    actions.change_call(idea=idea, by=actor(request), call=call)


def _go(request: HttpRequest, idea: Idea, part: Part) -> HttpResponse:
    goal = "stay" if "resolve" in request.POST else request.POST.get("go", "next")
    here = reverse("idea-edit", kwargs={"key": idea.key})
    if goal == "later":
        messages.success(request, _("Your draft is saved. It waits here until you come back."))
        return redirect("my-work")
    if goal in ("files", "team", "versions"):
        return redirect(f"idea-{goal}", key=idea.key)
    if goal == "version":
        before = queries.newest_version(idea)
        version = actions.save_version(idea=idea, by=actor(request))
        said = (
            _("Version %(number)s is kept.")
            if version != before
            else _("Nothing changed since version %(number)s.")
        )
        messages.success(request, said % {"number": version})
        return redirect(f"{here}?part={part.number}")
    step = {"back": -1, "stay": 0}.get(goal, 1)
    number = min(max(part.number + step, 1), len(PARTS))
    return redirect(f"{here}?part={number}")


def _part(typed: str) -> Part:
    return next((part for part in PARTS if str(part.number) == typed), PARTS[0])


def _page(
    request: HttpRequest,
    idea: Idea,
    part: Part,
    *,
    conflict: TextConflict | None = None,
    refusal: Invalid | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = queries.draft_of(idea)
    values = values_of(idea, draft)
    typed = values | _typed(request, idea, conflict) if refusal or conflict else None
    form = PartForm(part, typed, values)
    if refusal:
        form.refuse(refusal.fields or {"": [refusal.sentence]})
    missing = rules.missing(draft)
    context = {
        "idea": idea,
        "draft": draft,
        "part": part,
        "form": form,
        "steps": _steps(idea, part, {one.field for one in missing}),
        "missing": to_do(idea, missing),
        "calls": list(open_calls(reader(request))) if part.number == len(PARTS) else [],
        "files": queries.files_of(idea, names_shown=True) if part.number == 2 else [],
        "seen": (typed or {}).get("seen") or _marks(values, part.fields),
        "settled": _listed(_settled_since(request, conflict)),
        "page_token": _page_token(typed),
        "version": typed.get("version", "0") if typed is not None else draft.version,
        "saved": {"state": "conflict" if conflict else "saved", "at": draft.saved_at},
        **(_conflict(request, conflict) if conflict else {}),
    }
    return render(request, "ideas/drafting/edit.html", context, status=status)


def _typed(request: HttpRequest, idea: Idea, conflict: TextConflict | None) -> dict[str, Any]:
    """What the form shows again. Where two texts meet it is the writer's own, or both would come in twice."""
    meetings = conflict.meetings if conflict else {}
    chosen = {name: text for name, text in _chosen(request, idea).items() if name not in meetings}
    theirs = {name: text for name, text in chosen.items() if request.POST[f"keep_{name}"] == "theirs"}
    seen = ",".join(filter(None, [request.POST.get("seen", ""), _marks(theirs, theirs)]))
    return request.POST.dict() | chosen | {"seen": seen}


def _settled_since(request: HttpRequest, conflict: TextConflict | None) -> dict[str, int]:
    """What is settled on the page that is shown again: there, texts that met nothing are as new as theirs."""
    settled = _settled(request) | (dict.fromkeys(conflict.rest, conflict.version) if conflict else {})
    # The saved text stays there: nothing of the writer's own that could meet another one.
    return {name: at for name, at in settled.items() if request.POST.get(f"keep_{name}") != "theirs"}


def _listed(pairs: Mapping[str, Any]) -> str:
    return ",".join(f"{name}:{value}" for name, value in pairs.items())


def _marks(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return _listed({name: rules.mark(_stored(values[name])) for name in names})


def _stored(shown: Any) -> Any:
    return {"yes": True, "no": False}.get(shown, shown) if isinstance(shown, str) else shown


def _page_token(typed: Mapping[str, Any] | None) -> str:
    return (typed.get("page", "") if typed is not None else "") or str(uuid.uuid4())


def _steps(idea: Idea, here: Part, missing: set[str]) -> list[dict[str, Any]]:
    edit_url = reverse("idea-edit", kwargs={"key": idea.key})
    return [
        {
            "label": f"{part.number}. {part.title}",
            "url": f"{edit_url}?part={part.number}",
            "state": "here" if part is here else "todo" if missing & set(part.fields) else "done",
        }
        for part in PARTS
    ]


def _conflict(request: HttpRequest, conflict: TextConflict) -> dict[str, Any]:
    """Both texts of each field that two people wrote; the writer's own stays in the form."""
    mine = {name: request.POST.get(name, "") for name in conflict.meetings}
    cleaned = rules.clean(mine)[0]
    fields = [
        {
            "name": name,
            "label": wording.LABELS[name],
            "is_text": name in rules.TEXTS,
            "pieces": comparison.pieces(_words(met.theirs), _words(cleaned.get(name, met.mine))),
        }
        for name, met in conflict.meetings.items()
    ]
    met_at = dict.fromkeys(conflict.meetings, conflict.version)
    own = conflict.saved_by == request.user
    return {
        "conflict": {
            "who": _("You, in another window") if own else str(conflict.saved_by),
            "fields": fields,
            "met": _listed(met_at),
            "settled": _listed(_settled(request) | met_at),
        },
    }


def _words(value: Any) -> str:
    return (
        {True: _("Yes"), False: _("No"), None: ""}.get(value, str(value))
        if not isinstance(value, str)
        else value
    )
