"""What a page typed, written into a copy of the document; a criterion or a must-meet more, or less."""

import copy
from collections.abc import Mapping
from typing import Any, Literal

from workflows.gates.configuration.document import Document, at, put
from workflows.gates.configuration.settings import LEVELS, Setting, groups


def shown(document: Document, setting: Setting) -> Any:
    """What the field shows; `unset` for a setting that is not there."""
    found = _at(document, setting.pointer)
    return setting.unset if found is None else found


def written(document: Document, values: Mapping[str, Any], section: str) -> Document:
    """A copy of the document with the fields of a section as typed; `values` by field name.

    A field left as it was writes nothing, so that an unchanged section is the same document.
    """
    made = copy.deepcopy(document)
    for group in groups(document, section):
        for setting in (*group.settings, *group.details):
            value = values.get(setting.name)
            empty = value in ("", None, [])
            if _at(made, setting.pointer) is None and (empty or value == setting.unset):
                continue
            _make_room(made, setting.pointer)
            put(made, setting.pointer, setting.absent if empty else value)
    _prune(made)
    return made


def _at(document: Document, pointer: str) -> Any:
    try:
        return at(document, pointer)
    except LookupError:
        return None


def _make_room(document: Document, pointer: str) -> None:
    """Levels, the reason why, letters and the second signature have a holder of their own."""
    holder = pointer.rpartition("/")[0]
    above = holder.rpartition("/")[0]
    if above.endswith("/levels"):
        if _at(document, above) is None:
            put(document, above, [{"fr": "", "en": ""} for _level in range(LEVELS)])
    elif _at(document, holder) is None:
        put(document, holder, {})


def _prune(document: Document) -> None:
    """Words that nobody wrote are not settings."""
    for rules in document["gates"].values():
        if rules.get("second_signature_for") == {}:
            del rules["second_signature_for"]
        for rule in rules.get("must_meet") or []:
            if "why" in rule and not any(rule["why"].values()):
                del rule["why"]
        for rule in rules.get("criteria") or []:
            if "levels" in rule and not any(any(level.values()) for level in rule["levels"]):
                del rule["levels"]


def with_row(document: Document, gate: str, kind: Literal["criteria", "must_meet"]) -> Document:
    """A copy with one more, empty, criterion or must-meet at the end."""
    made = copy.deepcopy(document)
    rules = made["gates"][gate].setdefault(kind, [])
    taken = {rule["key"] for rule in rules}
    prefix = "criterion" if kind == "criteria" else "must_meet"
    key = next(key for n in range(1, 100) if (key := f"{prefix}_{n}") not in taken)
    own: dict[str, Any] = {"weight": 0} if kind == "criteria" else {"kind": "judgement"}
    rules.append({"key": key, "fr": "", "en": ""} | own)
    return made


def without_row(document: Document, row: str) -> Document:
    """A copy without the criterion or must-meet at this pointer."""
    made = copy.deepcopy(document)
    holder, _slash, number = row.rpartition("/")
    del at(made, holder)[int(number)]
    return made
