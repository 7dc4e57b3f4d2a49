"""What the kinds of documents have in common."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from ideas.calls.models import Programme
from ideas.drafting.models import Idea
from workflows.briefs.gathering import letterhead_of
from workflows.sessions.models import SelectionSession


@dataclass(frozen=True)
class Paper:
    """A document to be: `record` holds all that is printed, as JSON values; `title`: what it is about, as the reader
    reads it; `back_url`: the page it prints."""

    kind: str
    record: dict[str, Any]
    title: str
    back_url: str
    idea: Idea | None = None
    session: SelectionSession | None = None


def language() -> str:
    """The reader's: a document in the language its page is read in."""
    return (get_language() or "fr")[:2]


def head(kind: str, programme: Programme, in_language: str, at: datetime, number: str) -> dict[str, Any]:
    """What every record begins with. `at`: the instant the document is about, which dates its file."""
    zone = programme.entity.time_zone
    return {
        "kind": kind,
        "language": in_language,
        "zone": zone,
        "letterhead": asdict(letterhead_of(programme, in_language)),
        "number": number,
        "dated_at": at.astimezone(ZoneInfo(zone)).isoformat(),
    }


def iso(when: date | datetime | None) -> str:
    return when.isoformat() if when is not None else ""
