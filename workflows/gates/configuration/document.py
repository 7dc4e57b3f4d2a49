"""One document holds everything a programme may change; a gate's rules are cut from it. Pure."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

FORMAT = 1
SHARED = ("gates", "rework", "reexamination", "open_seats_per_person", "letters")
# The delays beside those of the gates, in working days: where `fixtures/defaults.json` has each.
DELAYS = {
    "local_done": ("routes", "local", "done_in"),
    "sponsor_search": ("stages", "sponsorship", "sponsor_search"),
    "investigation": ("stages", "sponsorship", "investigation"),
    "manager_opinion": ("line_manager_opinion", "answer_in"),
    "time_release": ("director_time_release", "answer_in"),
    "arbitration": ("director_time_release", "arbitration_in"),
    "evaluation": ("stages", "evaluation", "write_in"),
    "carrying_on": ("carrying_on", "answer_in"),
}
REMINDERS = ("at", "then")
# Gates and levels of criteria: an object there has words to hold though it has none.
NAMED = re.compile(r"/gates/[^/]+(/criteria/\d+/levels/\d+)?")
# What a version from before these were settings does not say; the defaults hold there.
LATER = ("delays", "reminders")

Document = dict[str, Any]

# Asked at a gate whose rules say from how many euros on.
PROCUREMENT_ABOVE = "procurement_above"
PROCUREMENT_ROUTE = {
    "key": "procurement_route",
    "kind": "fact",
    "en": "Procurement has named the route, if one is needed",
    "fr": "La commande publique a indiqué la procédure, s’il en faut une",
}


def document_from(defaults: Mapping[str, Any]) -> Document:
    """The document of a programme that has changed nothing, from `fixtures/defaults.json`."""
    return (
        {"format": FORMAT}
        | {name: copy.deepcopy(defaults[name]) for name in SHARED}
        | {
            "delays": delays_from(defaults),
            "reminders": {name: copy.deepcopy(defaults["reminders"][name]) for name in REMINDERS},
        }
    )


def delays_from(defaults: Mapping[str, Any]) -> dict[str, int]:
    """The delays of such a programme alone, in working days: asked for in each decision."""
    return {name: at(defaults, "/" + "/".join(path)) for name, path in DELAYS.items()}


def completed(document: Mapping[str, Any], defaults: Mapping[str, Any]) -> Document:
    """The document with the defaults of what its version does not say yet."""
    whole = document_from(defaults)
    return {name: whole[name] for name in LATER} | dict(document)


def rules_of(document: Mapping[str, Any], gate: str) -> dict[str, Any]:
    """The rules a round of this gate is opened with, and the letters that tell its outcome."""
    own: dict[str, Any] = copy.deepcopy(document["gates"][gate])
    asked = own.get("must_meet") or []
    if own.get(PROCUREMENT_ABOVE) is not None and PROCUREMENT_ROUTE["key"] not in [r["key"] for r in asked]:
        own["must_meet"] = [*asked, dict(PROCUREMENT_ROUTE)]
    return {
        "gate": gate,
        "max_reworks": document["rework"]["max_per_gate"],
        "rework_days": document["rework"]["author_days"],
        "reexamination": document["reexamination"],
        "letters": document["letters"],
        **{name: document[name] for name in LATER if name in document},
    } | own


class GateDelay(NamedTuple):
    """Working days until a gate's decision: from entering it, or from the submission, once, where that is set."""

    due: int
    from_submission: int | None

    @property
    def whole(self) -> int:
        """Of a gate entered with the submission, and where one gate counts from there, of all up to it."""
        return self.from_submission or self.due


def gate_delay(rules: Mapping[str, Any]) -> GateDelay:
    """The delay a round has under these rules."""
    return GateDelay(rules.get("due") or rules["review_in"] * 2, rules.get("due_from_submission"))


def at(document: Any, path: str) -> Any:
    """What stands at a JSON pointer. Raises LookupError when nothing does."""
    found = document
    for part in path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            if not (key.isascii() and key.isdigit()):
                raise KeyError(path)
            found = found[int(key)]
        elif isinstance(found, dict):
            found = found[key]
        else:
            raise KeyError(path)
    return found


def put(document: Document, path: str, value: Any) -> None:
    """Write in place at a JSON pointer whose holder exists; None takes a setting away."""
    holder_path, _slash, key = path.rpartition("/")
    holder = at(document, holder_path)
    if isinstance(holder, list):
        holder[int(key)] = value
    elif value is None:
        holder.pop(key, None)
    else:
        holder[key] = value


def worded(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every place that holds words in two languages: (pointer, the object with `en` and `fr`)."""
    if isinstance(value, Mapping):
        if "en" in value or "fr" in value or "key" in value or NAMED.fullmatch(path):
            yield path, value
        for key, item in value.items():
            yield from worded(item, f"{path}/{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from worded(item, f"{path}/{place}")
