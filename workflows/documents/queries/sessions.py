"""The pack of a selection session: everything a member reads before the hearings, in one document."""

from collections import defaultdict
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse

from ideas.access import access
from incubator.lib.reference import in_language
from incubator.people.models import Person
from workflows.documents.models import Document
from workflows.documents.queries.ideas import not_here
from workflows.documents.queries.papers import Paper, head, iso, language
from workflows.gates import rules
from workflows.gates.models import Vote
from workflows.sessions import queries as sessions
from workflows.sessions.models import SelectionSession, SessionIdea
from workflows.sessions.screen import limits

TEXTS = ("problem", "concerned", "proposal", "expected_effect", "needs_people")
Votes = dict[int, list[dict[str, Any]]]


def pack(key: UUID, person: Person) -> Paper:
    """For those inside a convened session: the order, then each idea heard as this person reads it.

    The panel's answers are left out where `opinions_kept_from` says so. A number of statements that does not grow with
    the ideas.
    """
    session = sessions.session_of(key)
    who = sessions.reader_of(session, person)
    if not who.is_inside or session.convened_at is None:
        raise not_here()
    zone = ZoneInfo(session.call.programme.entity.time_zone)
    heard = SessionIdea.objects.filter(session=session, left_at=None, hearing_at__isnull=False)
    rows = heard.select_related("idea__content", "idea__programme__entity", "round")
    lines = sessions.as_read(list(rows.order_by("hearing_at", "pk")), person)
    opened = set(
        access().readable(person).filter(session_lines__session=session).values_list("pk", flat=True)
    )
    (apart, unopened), votes = sessions.opinions_kept_from(session, who), _votes(session, lines)
    return Paper(
        Document.Kind.PACK,
        head(Document.Kind.PACK, session.call.programme, language(), session.convened_at, session.gate)
        | {
            "session": str(session.key),
            "title": session.call.title,
            "venue": session.venue,
            "held_at": session.held_at.astimezone(zone).isoformat(),
            "limits": limits(session),
            "ideas": [
                _idea(line, votes, opinion=line.idea_id not in apart | unopened, zone=zone)
                | {"unopened": line.idea_id in unopened}
                for line in lines
                if line.idea_id in opened
            ],
        },
        title=session.call.title,
        back_url=reverse("session", args=[session.key]),
        session=session,
    )


def _votes(session: SelectionSession, lines: list[SessionIdea]) -> Votes:
    """By idea, the votes the opinions stood on when the session was convened, as a record of the rules holds them.

    Votes and seats that have ended since are kept, with the time; the round may be another one by now.
    """
    found: Votes = defaultdict(list)
    at = session.convened_at
    rows = Vote.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at),
        Q(seat__left_at=None) | Q(seat__left_at__gt=at),
        seat__round__idea__in=[line.idea_id for line in lines],
        seat__round__gate=session.gate,
        cast_at__lte=at,
    )
    for idea, choice, scores in rows.order_by("pk").values_list("seat__round__idea", "choice", "scores"):
        found[idea].append({"vote": {"choice": choice, "scores": scores}})
    return found


def _idea(line: SessionIdea, votes: Votes, *, opinion: bool, zone: ZoneInfo) -> dict[str, Any]:
    content = line.idea.content
    return {
        "number": line.idea.reference,
        "title": line.idea.title,
        "texts_in": line.idea.language,
        "pitch": line.idea.pitch,
        "hearing_at": iso(line.hearing_at.astimezone(zone)) if line.hearing_at else "",
        "euros": line.euros,
        "agent_days": line.agent_days,
        "texts": {name: getattr(content, name) for name in TEXTS},
        "opinion": (line.opinion or {}) | {"criteria": _criteria(line, votes)} if opinion else None,
    }


def _criteria(line: SessionIdea, votes: Votes) -> list[dict[str, Any]]:
    """The answers by criterion, sorted."""
    record = {"rules": line.round.rules, "seats": votes.get(line.idea_id, [])}
    labels = {rule["key"]: in_language(rule) for rule in record["rules"].get("criteria", [])}
    return [
        {"label": labels[key], "weight": item.weight, "levels": item.levels, "mean": item.mean or ""}
        for key, item in rules.criteria(record).items()
    ]
