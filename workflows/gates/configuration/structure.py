"""The shape of a configuration: the published JSON Schema, keys given once, references without a circle. Pure.

A fault names its place by a JSON pointer (RFC 6901), such as `/gates/G1/criteria/0/weight`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators

MOST_BYTES = 500_000
MOST_FAULTS = 20
MOST_DEPTH = 12
SCHEMA = Path(__file__).resolve().parents[3] / "fixtures" / "schemas" / "configuration.json"
# What PostgreSQL's jsonb or a page cannot hold: controls but tab and line feed, and halves of a character.
UNKEEPABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

Path_ = Sequence[str | int]


@dataclass(frozen=True)
class Fault:
    """One thing that has no place in a configuration: where, a code, and what its sentence names."""

    pointer: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Malformed(Exception):
    """Raised with the faults of a document that cannot be taken."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.code}" for fault in faults))
        self.faults = faults


class _Doubled(dict[str, Any]):
    """An object in which a key stood twice: JSON leaves open which one counts."""

    key = ""


def pointer(path: Path_) -> str:
    """`("gates", "G1")` → `/gates/G1`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The published JSON Schema."""
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


def parse(raw: bytes) -> dict[str, Any]:
    """A document from JSON. Raises Malformed; its size is looked at before anything is read."""
    if len(raw) > MOST_BYTES:
        raise Malformed(Fault("", "too_large", {"most": MOST_BYTES // 1000}))
    try:
        found = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise Malformed(Fault("", "not_utf8", {"byte": error.start})) from None
    except json.JSONDecodeError as error:
        raise Malformed(Fault("", "not_json", {"line": error.lineno, "column": error.colno})) from None
    except RecursionError:
        raise Malformed(Fault("", "too_deep", {"most": MOST_DEPTH})) from None
    check(found)
    document: dict[str, Any] = found
    return document


def check(document: Any) -> None:
    """Raises Malformed unless this is a document of the schema, with keys given once and no circle."""
    faults = list(islice(_unkeepable(document, ()), MOST_FAULTS))
    faults = faults or list(islice(_once(_against_schema(document)), MOST_FAULTS))
    faults = faults or [*islice(_keys(document), MOST_FAULTS), *_circles(document), *_reminders(document)]
    if faults:
        raise Malformed(*faults)


def _once(faults: Iterable[Fault]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for fault in faults:
        if (fault.pointer, fault.code) not in seen:
            seen.add((fault.pointer, fault.code))
            yield fault


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            doubled = _Doubled(pairs)
            doubled.key = key
            return doubled
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise Malformed(Fault("", "not_a_number", {"name": name}))


def _integer(digits: str) -> int | float:
    """Python refuses integers of thousands of digits with an error of its own; the schema's bounds refuse this."""
    return int(digits) if len(digits) < 20 else float("inf")


def _unkeepable(value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Nesting beyond measure, texts that cannot be kept, keys given twice; none of it can be compared further."""
    if len(path) > MOST_DEPTH:
        yield Fault(pointer(path), "too_deep", {"most": MOST_DEPTH})
    elif isinstance(value, str):
        if UNKEEPABLE.search(value):
            yield Fault(pointer(path), "unkeepable")
    elif isinstance(value, dict):
        if isinstance(value, _Doubled):
            yield Fault(pointer((*path, _shown(value.key))), "doubled", {"key": _shown(value.key)})
        for key, item in value.items():
            if UNKEEPABLE.search(key):
                yield Fault(pointer((*path, _shown(key))), "unkeepable")
            else:
                yield from _unkeepable(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unkeepable(item, (*path, place))


def _strictly_whole(_checker: Any, value: Any) -> bool:
    # JSON Schema takes 3.0 for an integer; a number of seats that is a float would break the panel.
    return type(value) is int


@lru_cache(maxsize=1)
def _validator() -> Any:
    whole = Draft202012Validator.TYPE_CHECKER.redefine("integer", _strictly_whole)
    extended: Any = validators.extend(Draft202012Validator, type_checker=whole)  # type: ignore[no-untyped-call]
    return extended(schema())


def _against_schema(document: Any) -> Iterator[Fault]:
    for error in _validator().iter_errors(document):
        yield from _faults_of(error)


def _faults_of(error: Any) -> Iterator[Fault]:
    path, limit = tuple(error.absolute_path), error.validator_value
    match error.validator:
        case "additionalProperties":
            known = error.schema["properties"]
            for key in islice((key for key in error.instance if key not in known), MOST_FAULTS):
                yield Fault(pointer((*path, _shown(key))), "unknown_key", {"key": _shown(key)})
        case "required":
            # One error for each key that is missing, none of which names its key.
            for key in limit:
                if key not in error.instance:
                    yield Fault(pointer((*path, key)), "required", {"key": key})
        case "anyOf":
            yield Fault(pointer((*path, "due")), "no_clock")
        case "type":
            yield Fault(pointer(path), f"type_{limit}")
        case "enum":
            yield Fault(pointer(path), "enum", {"choices": ", ".join(str(item) for item in limit if item)})
        case "const":
            yield Fault(pointer(path), "enum", {"choices": str(limit).lower()})
        case "minimum" | "maximum" | "maxLength" | "maxItems" | "minItems" as name:
            yield Fault(pointer(path), name, {"limit": limit})
        case "pattern":
            yield Fault(pointer(path), "pattern")
        case _:
            yield Fault(pointer(path), "not_allowed")


def _shown(key: str) -> str:
    """A key as a sentence can name it, whatever it holds."""
    return UNKEEPABLE.sub("�", key[:60])


def _keys(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Answers are stored by the keys of criteria and must-meets: each once, none of the product's own."""
    for gate, configured in document["gates"].items():
        for kind in ("must_meet", "criteria"):
            seen: set[str] = set()
            for place, rule in enumerate(configured.get(kind, [])):
                key, path = rule["key"], ("gates", gate, kind, place, "key")
                if key in seen:
                    yield Fault(pointer(path), "doubled", {"key": key})
                # A form's `must_meet_<key>_reason` is the reason of `<key>`; `conditions` is the gate before's.
                if kind == "must_meet" and (key == "conditions" or key.endswith("_reason")):
                    yield Fault(pointer(path), "reserved", {"key": key})
                seen.add(key)


def _reminders(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Half of the time first, then whole days in order."""
    at = document.get("reminders", {}).get("at", [])
    days = at[1:] if at[:1] == ["half"] else at
    if any(type(day) is not int for day in days) or days != sorted(days):
        yield Fault(pointer(("reminders", "at")), "reminder_order")


def _circles(document: Mapping[str, Any]) -> Iterator[Fault]:
    """A decision may be handed to another gate's decider, never back to where it came from."""
    gates = document["gates"]
    onward = {
        gate: configured["if_they_differ"].removesuffix("_decider")
        for gate, configured in gates.items()
        if "if_they_differ" in configured
    }
    for gate in onward:
        place = pointer(("gates", gate, "if_they_differ"))
        if onward[gate] not in gates:
            yield Fault(place, "unknown_gate", {"gate": onward[gate]})
            continue
        passed, at = {gate}, onward[gate]
        while at in onward and at not in passed:
            passed.add(at)
            at = onward[at]
        if at == gate:
            yield Fault(place, "circle", {"gate": gate})
