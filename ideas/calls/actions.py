"""Opening a programme, publishing a call, changing a call."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ideas.calls import queries, rules
from ideas.calls.judging import objections
from ideas.calls.models import Call, Programme
from ideas.calls.opening import opened
from ideas.calls.wording import problems
from incubator.events.actions import Subject, append, effect
from incubator.events.rules import sha256
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Department, Entity

NOT_YOURS = _("Only a lead of the programme or an administrator sets up calls. Ask the programme team.")


def open_programme(
    *,
    by: Actor,
    entity: Entity,
    key: str,
    name_fr: str,
    name_en: str,
    kind: str = Programme.Kind.STAFF,
) -> Programme:
    """Make a programme; an import may make one of citizens' projects. Raises NotAllowed, Invalid, Conflict."""
    if by.system is None and not grants.holds(by.principal, "administrator", entity=entity):
        raise NotAllowed(_("Only an administrator opens a programme."), code="programme.not_administrator")
    _check_programme(key, name_fr, name_en)
    with transaction.atomic():
        programme, made = Programme.objects.get_or_create(
            key=key, defaults={"entity": entity, "name_fr": name_fr, "name_en": name_en, "kind": kind}
        )
        if not made:
            raise Conflict(_("A programme with this key exists already."), code="programme.exists")
        append(
            subject=Subject("programme", programme.subject_key),
            verb="programme_opened",
            by=by,
            payload={"key": key, "kind": str(kind), "entity": entity.key},
            effects=[effect("programme", None, "open")],
        )
        if programme.kind == Programme.Kind.STAFF:
            opened(programme)
    return programme


def _check_programme(key: str, name_fr: str, name_en: str) -> None:
    fields: dict[str, list[Any]] = {}
    if not re.fullmatch("[a-z0-9-]{1,50}", key):
        fields["key"] = [_("A programme’s key has small letters, digits and hyphens, 50 at most.")]
    for name, title in (("name_fr", name_fr), ("name_en", name_en)):
        if not title.strip() or len(title) > 200:
            fields[name] = [_("Give the programme’s title in French and in English, in 200 letters at most.")]
    if fields:
        raise Invalid(next(iter(fields.values()))[0], code="programme.incomplete", fields=fields)


def publish_call(
    *,
    by: Actor,
    programme: Programme,
    departments: Iterable[Department] = (),
    always_open: bool = False,
    **fields: Any,
) -> Call:
    """Publish a call of `rules.FIELDS`, dated, or always open (one box per programme).

    Raises NotAllowed, Invalid (with fields), Conflict when the programme has its box already.
    """
    _check_may_set_up(by, programme)
    asked = list(departments)
    settings: dict[str, Any] = {name: fields.pop(name, None) for name in rules.FIELDS}
    if fields:
        raise TypeError(f"not a field of a call: {', '.join(sorted(fields))}")
    settings |= {name: settings[name] or "" for name in rules.TEXTS}
    _check(settings | {"always_open": always_open})
    with transaction.atomic():
        # The row makes two publications of a box wait for each other, so that the second reads the first.
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
        _check_judged(programme, settings)
        if always_open and Call.objects.filter(programme=programme, always_open=True).exists():
            raise Conflict(_("This programme has its always-open box already."), code="call.box_exists")
        call = Call.objects.create(programme=programme, always_open=always_open, **settings)
        call.departments.set(asked)
        append(
            subject=Subject("call", call.key),
            verb="call_published",
            by=by,
            payload=_payload(programme, settings, asked, always_open),
            effects=[effect("call", None, "published")],
        )
    return call


def change_call(
    *, by: Actor, call: Call, departments: Iterable[Department] | None = None, **fields: Any
) -> Call:
    """Change fields of `rules.FIELDS`; what people already write under stays. Raises NotAllowed, Invalid."""
    _check_may_set_up(by, call.programme)
    with transaction.atomic():
        # What judges it may not change meanwhile.
        Programme.objects.select_for_update(no_key=True).get(pk=call.programme_id)
        current = Call.objects.select_for_update(no_key=True).filter(pk=call.pk).first()
        if current is None:
            raise NotFound(_("This call is no longer there."))
        before = _settings(current)
        after = before | fields
        if departments is not None:
            after["departments"] = sorted(str(department.key) for department in departments)
        _check(after)
        if late := rules.late_changes(before, after, clock.now()):
            raise Invalid(_("This can no longer change."), code="call.late", fields=problems(late))
        changed = [name for name in after if after[name] != before[name]]
        if {"voters_hidden", "closes_at"} & set(changed):
            _check_judged(current.programme, after)
        if changed:
            _write(current, after, changed)
            append(
                subject=Subject("call", current.key),
                verb="call_changed",
                by=by,
                payload=_payload(
                    current.programme, after, list(current.departments.all()), current.always_open
                ),
                effects=[_change(name, before[name], after[name]) for name in changed],
            )
    return current


def _write(call: Call, after: Mapping[str, Any], changed: list[str]) -> None:
    plain = [name for name in changed if name != "departments"]
    for name in plain:
        setattr(call, name, after[name])
    call.save(update_fields=plain)
    if "departments" in changed:
        call.departments.set(Department.objects.filter(key__in=after["departments"]))


def _settings(call: Call) -> dict[str, Any]:
    fields: dict[str, Any] = {name: getattr(call, name) for name in (*rules.FIELDS, "always_open")}
    keys = call.departments.values_list("key", flat=True)
    return fields | {"departments": sorted(str(key) for key in keys)}


def _change(name: str, before: Any, after: Any) -> dict[str, Any]:
    if name in rules.TEXTS:
        return effect(name, sha256(before), sha256(after))
    return effect(name, before, after)


def _payload(
    programme: Programme, settings: Mapping[str, Any], departments: list[Department], always_open: bool
) -> dict[str, Any]:
    texts = {name: sha256(settings[name]) for name in rules.TEXTS}
    dates = {name: settings[name] and settings[name].isoformat() for name in ("opens_at", "closes_at")}
    return {
        "programme": programme.key,
        "always_open": always_open,
        "sha256": texts,
        "departments": sorted(str(department.key) for department in departments),
        **dates,
        **{name: settings[name] for name in (*rules.LIMITS, *rules.NAMES)},
    }


def _check_may_set_up(by: Actor, programme: Programme) -> None:
    if (
        by.system is not None
        or not _acts_for_oneself_or_absent(by)
        or not queries.leads(by.principal, programme)
    ):
        raise NotAllowed(NOT_YOURS, code="call.not_lead")


def _acts_for_oneself_or_absent(by: Actor) -> bool:
    return by.on_behalf_of is None or by.on_behalf_of in grants.stands_in_for(by.human)


def _check_judged(programme: Programme, settings: Mapping[str, Any]) -> None:
    if found := objections(programme, settings):
        raise Invalid(_("The call cannot be kept like this."), code="call.not_judged", fields=found)


def _check(settings: Mapping[str, Any]) -> None:
    if found := rules.problems(settings):
        raise Invalid(_("The call is not complete yet."), code="call.incomplete", fields=problems(found))
