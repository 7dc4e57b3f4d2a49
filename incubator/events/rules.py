"""The hash chain, pure: what is hashed and how a chain is checked."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

HASHED = (
    "subject_kind",
    "subject_key",
    "sequence",
    "verb",
    "actor_key",
    "on_behalf_of_key",
    "system",
    "payload",
    "effects",
    "happened_at",
    "previous_hash",
)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces and no ASCII escapes: the same bytes for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(value: bytes | str) -> str:
    """The SHA-256 of bytes, or of a text as UTF-8, in hexadecimal."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def event_hash(fields: Mapping[str, Any]) -> str:
    """The hash of one event: keys and instants as text, everything of `HASHED`, nothing else.

    `recorded_at` is the database's and stays out: it is not known before the row is written.
    """
    plain = {name: fields[name] for name in HASHED}
    for name in ("subject_key", "actor_key", "on_behalf_of_key"):
        plain[name] = str(plain[name]) if plain[name] else ""
    plain["happened_at"] = plain["happened_at"].isoformat()
    return sha256(canonical(plain))


def subject_sha256(kind: str, key: Any) -> str:
    """What a published list calls a chain: keys are by chance, so nobody finds the key from it."""
    return sha256(f"{kind}:{key}")


def first_break(chain: Iterable[Mapping[str, Any]]) -> int | None:
    """The sequence at which a chain (in order) breaks: a gap, a wrong link or a changed event; None when whole."""
    previous, expected = "", 1
    for event in chain:
        if (
            event["sequence"] != expected
            or event["previous_hash"] != previous
            or event["hash"] != event_hash(event)
        ):
            return expected
        previous, expected = event["hash"], expected + 1
    return None
