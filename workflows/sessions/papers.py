"""Agenda and minutes as HTML for the PDF."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from incubator.lib import words
from incubator.lib.masks import worded
from workflows.briefs import words as briefs
from workflows.briefs.gathering import letterhead_of
from workflows.sessions import queries, rules, wording
from workflows.sessions.models import SelectionSession, SessionDocument, SessionIdea
from workflows.sessions.screen import limits, result_words


def html_of(document: SessionDocument) -> str:
    """The whole page, in the document's language.

    No vote is named; who stepped out is a number, for a name would tell of a link.
    """
    session = document.session
    zone = ZoneInfo(session.call.programme.entity.time_zone)
    with translation.override(document.language), timezone.override(zone):
        room = queries.room_of(session, None)
        there = [line for line in room.lines if line.left_at is None or line.rank is not None]
        context: dict[str, Any] = {
            "session": session,
            "entity": session.call.programme.entity.name,
            "letterhead": letterhead_of(session.call.programme, document.language),
            "language": document.language,
            "limits": limits(session),
            "ties": [wording.TIES[code] for code in [*session.rules["ties"], rules.LOT]],
            "heard": _heard(session, there),
            "members": room.members,
            "present": [member for member in room.members if member.arrived_at is not None],
            "made_at": document.asked_at,
        }
        if document.kind == SessionDocument.Kind.MINUTES:
            context |= {
                "rows": _rows(room, there),
                "not_heard": [line for line in there if line.rank is None],
                "settled_sha256": queries.settled_sha256(session),
            }
        return worded(render_to_string(f"workflows/sessions/{document.kind}.html", context))


@lru_cache(1)
def stylesheet() -> str:
    folder = settings.ROOT / "templates"
    own = (folder / "workflows" / "sessions" / "paper.css").read_text()
    return (folder / "briefs" / "brief.css").read_text() + str(own)


def _heard(session: SelectionSession, there: list[SessionIdea]) -> list[SessionIdea]:
    """By hour. An idea that has left keeps the hour it had, and is heard no more; one with a rank was."""
    heard = [line for line in there if line.hearing_at is not None]
    return sorted(heard, key=lambda line: line.hearing_at or session.held_at)


def _rows(room: queries.Room, there: list[SessionIdea]) -> list[dict[str, Any]]:
    """The frozen list, line by line, with what was decided."""
    assert room.session.record is not None, "minutes are made of a settled list"
    by_key = {str(line.idea.key): line for line in there}
    items = {item["idea"]: item for item in room.session.record["ideas"]}
    return [
        {
            "rank": line["rank"],
            "number": by_key[line["idea"]].idea.reference,
            "title": by_key[line["idea"]].idea.title,
            "language": by_key[line["idea"]].idea.language,
            "mean": words.number(float(line["mean"]), 2),
            "votes": line["votes"],
            "abstentions": line["abstentions"],
            "out": len(items[line["idea"]]["stepped_out"]),
            "silent": _silent(room.session.record, items[line["idea"]]),
            "tie": wording.TIES[line["tie"]] if line["tie"] else "",
            "result": result_words(by_key[line["idea"]]),
            "decision": decision_words(by_key[line["idea"]]),
        }
        for line in room.session.record["outcome"]["list"]
        if line["idea"] in by_key
    ]


def _silent(record: Mapping[str, Any], item: Mapping[str, Any]) -> int:
    """How many members were there for the idea and gave it no level; an abstention is one."""
    voted = {vote["member"] for vote in item["votes"]}
    return len({member["member"] for member in record["members"]} - voted - set(item["stepped_out"]))


def decision_words(line: SessionIdea) -> str:
    """As the decision's brief says it."""
    decision = getattr(line.round, "decision", None)
    return str(briefs.OUTCOMES[decision.outcome]) if decision is not None and decision.issued_at else ""
