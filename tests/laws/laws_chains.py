"""Law 4: every change of a subject is one event on its chain, and each chain is whole."""

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection

from tests.laws.seen import Row, Seen

if TYPE_CHECKING:
    from tests.laws.game import Try

# Column → table of what it points to, up to the subject itself.
UP = {
    "idea_id": "idea", "round_id": "gateround", "seat_id": "seat", "decision_id": "decision",
    "member_id": "teammember", "pilot_id": "pilot",
}  # fmt: skip
OF_IDEA = [
    "idea", "teammember", "ideacontent", "gateround", "seat", "vote", "decision", "condition", "hold", "reexamination",
    "pledge", "budgetline", "pilotplan", "evaluation", "done", "timerelease", "pilot", "checkin", "incident",
    "merge", "learningnote", "expertquestion", "keptdecision",
]  # fmt: skip
OF_SESSION = ["selectionsession", "sessionidea", "sessionmember"]
OF_MEMBER = ["steppingout", "roomvote"]
OF_CALL = ["call", "call_departments"]
OF_PERSON = {
    "person": "id",
    "post": "person_id",
    "mandate": "holder_id",
    "rolegrant": "person_id",
    "absence": "person_id",
}
# A session's own marks on the rounds it compares are told on the session's chain; that a merge is final, on the other
# idea's.
NOT_OF_IDEA = {"comparison", "final_at"}


def _violation(message: str) -> Exception:
    from tests.laws.game import Violation

    return Violation(message)


def hash_of(event: Row) -> str:
    """SHA-256 of the event as canonical JSON, written again from its description."""
    fields = ("subject_kind", "subject_key", "sequence", "verb", "system", "previous_hash")
    plain = {name: event[name] for name in fields}
    plain["actor_key"], plain["on_behalf_of_key"] = event.actor_key or "", event.on_behalf_of_key or ""
    plain["payload"], plain["effects"] = json.loads(event.payload), json.loads(event.effects)
    plain["happened_at"] = event.happened_at
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Heads:
    """The last event of each chain, as it was followed from the start of the history."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select distinct on (subject_kind, subject_key) subject_kind, subject_key::text, sequence, hash"
                " from events_event order by subject_kind, subject_key, sequence desc"
            )
            self.chains = {(kind, key): (sequence, hash_) for kind, key, sequence, hash_ in cursor.fetchall()}
            cursor.execute("select coalesce(max(id), 0) from events_event")
            (self.last,) = cursor.fetchone()

    def follow(self, events: list[Row]) -> None:
        for event in events:
            chain = event.subject_kind, event.subject_key
            sequence, previous = self.chains.get(chain, (0, ""))
            if (
                event.sequence != sequence + 1
                or event.previous_hash != previous
                or event.hash != hash_of(event)
            ):
                raise _violation(f"law 4: the chain of {chain[0]} breaks at {event.verb}")
            self.chains[chain] = event.sequence, event.hash
            self.last = event.id


def appended(before: Seen, seen: Seen, events: list[Row], tried: "Try | None") -> None:
    """Exactly one event of an act on the chain of its subject, at most one on any other; no change without one."""
    counts = Counter((event.subject_kind, event.subject_key) for event in events)
    verbs = [event.verb for event in events]
    if tried is not None and tried.rights is not None:
        if tried.chain is not None and counts[tried.chain] != tried.events:
            raise _violation(f"law 4: {counts[tried.chain]} events instead of {tried.events}: {verbs}")
        # Those whom a leaver leaves behind are handed on by acts of their own.
        if "departed" not in verbs:
            twice = [chain for chain, count in counts.items() if count > 1 and chain != tried.chain]
            if twice:
                raise _violation(f"law 4: more than one event on a chain: {verbs}")
    unsaid = [f"{kind} {what}" for kind, key, what in _changes(before, seen) if (kind, key) not in counts]
    if unsaid:
        raise _violation(f"law 4: changed without an event: {unsaid}, events {verbs}")


def _changes(before: Seen, seen: Seen) -> list[tuple[str, str, str]]:
    found = []
    for table, old, new in seen.changed(before, *OF_IDEA):
        if old is not None and new is not None and _same(old, new):
            continue
        at = seen if new is not None else before
        found.append(("idea", _idea(at, table, new or old), table))
    for table, old, new in seen.changed(before, *OF_SESSION):
        row = new or old
        key = row.key if table == "selectionsession" else seen.one("selectionsession", row.session_id).key
        found.append(("session", str(key), table))
    for table, old, new in seen.changed(before, *OF_MEMBER):
        member = (seen if new else before).one("sessionmember", (new or old).member_id)
        found.append(("session", str(seen.one("selectionsession", member.session_id).key), table))
    for table, old, new in seen.changed(before, *OF_CALL):
        row = new or old
        key = row.key if table == "call" else (seen if new else before).one("call", row.call_id).key
        found.append(("call", str(key), table))
    for table, old, new in seen.changed(before, *OF_PERSON):
        row = new or old
        found.append(("person", str(seen.one("person", row[OF_PERSON[table]]).key), table))
    if seen.configuration != before.configuration:
        found.append(("programme", str(seen.programme[0].subject_key), "configuration"))
    return found


def _same(old: Row, new: Row) -> bool:
    return all(old[name] == new[name] for name in old if name not in NOT_OF_IDEA)


def _idea(seen: Seen, table: str, row: Row) -> str:
    while table != "idea":
        column = next(name for name in UP if name in row)
        table, row = UP[column], seen.one(UP[column], row[column])
    return str(row.key)
