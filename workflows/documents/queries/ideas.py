"""Documents of an idea: for its team, for whoever reads it, for someone who had a part in it."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.access import access
from ideas.drafting.masking.queries import passages_for, shown
from ideas.drafting.models import EVER_IN_TEAM, Idea, TeamMember
from ideas.drafting.rules import TEXTS
from incubator.lib import clock
from incubator.lib.refusals import Conflict, NotFound
from incubator.people.models import Person
from workflows.briefs.gathering import content_sha256, record_of
from workflows.documents.models import Document
from workflows.documents.queries.papers import Paper, head, iso, language
from workflows.gates.models import Decision
from workflows.journey import queries as journey
from workflows.journey import windows
from workflows.journey.models import Reexamination

Kind = Document.Kind
# The ways on that have a last day.
RECOURSES = ("reexamination", "send_up")
# What staff may not read is named by its number alone.
UNNAMED = ("withdrawn",)


def not_here() -> NotFound:
    return NotFound(_("There is no such document, or it is not open to you."))


def receipt(key: UUID, person: Person) -> Paper:
    """For the team: what was handed in, when, with its fingerprints."""
    idea = journey.readable_idea(key, person)
    if idea.submitted_at is None or not journey.in_team(idea, person):
        raise not_here()
    content = idea.content
    return Paper(
        Kind.RECEIPT,
        head(Kind.RECEIPT, idea.programme, language(), idea.submitted_at, idea.reference)
        | {
            "title": content.title,
            "texts_in": content.language,
            "submitted_at": _local(idea, idea.submitted_at),
            "handed_in_at": _local(idea, content.saved_at),
            "version": content.version,
            "sha256": content_sha256(content),
            "files": [{name: file[name] for name in ("name", "size", "sha256")} for file in content.files],
            "texts": {name: getattr(content, name) for name in TEXTS},
            "needs_euros": content.needs_euros,
            "needs_days": content.needs_days,
        },
        title=idea.title,
        back_url=reverse("receipt", args=[idea.key]),
        idea=idea,
    )


def letter(key: UUID, person: Person) -> Paper:
    """For the team: a decision addressed to it, in the idea's language as its brief is."""
    related = ("round__idea__programme__entity", "round__configuration", "target", "decider", "second_signer")
    issued = Decision.objects.select_related(*related, "mandate", "second_mandate", "on_behalf_of")
    decision = issued.filter(key=key, issued_at__isnull=False).first()
    if decision is None or not journey.in_team(decision.round.idea, person):
        raise not_here()
    idea, said = decision.round.idea, record_of(decision)
    recourse = next((code for code in decision.next_steps if code in RECOURSES), "")
    return Paper(
        Kind.LETTER,
        head(Kind.LETTER, idea.programme, said.language, said.decided_at, said.idea_number)
        | {
            "brief": said.as_data(),
            "recourse": recourse,
            "recourse_until_on": iso(_last_day(decision)) if recourse else "",
        },
        title=idea.title,
        back_url=reverse("idea", args=[idea.key]),
        idea=idea,
    )


def _last_day(decision: Decision) -> date | None:
    """Until when the team may ask, with the leave known today."""
    idea = decision.round.idea
    opened = Reexamination.objects.filter(idea=idea, gate=decision.round.gate)
    # The window of an earlier stop, overturned since, may last longer than the question took.
    earlier = Q(closed_at__lt=decision.issued_at)
    window = opened.filter(window_until__gt=decision.issued_at).exclude(earlier).order_by("pk").first()
    if window is None:
        return None
    return windows.end_of(window, idea).astimezone(ZoneInfo(idea.programme.entity.time_zone)).date()


def learning(key: UUID, person: Person) -> Paper:
    """For whoever reads a stopped idea: why it stopped and what can be learnt; nobody of the team is named."""
    idea = journey.readable_idea(key, person)
    passages = passages_for(idea, person)
    decisions = journey.decisions_of(idea, passages)
    if not journey.has_learning_sheet(idea, decisions):
        raise not_here()
    last = decisions[-1]
    assert last.issued_at is not None, "only issued decisions are read here"
    return Paper(
        Kind.LEARNING,
        head(Kind.LEARNING, idea.programme, language(), last.issued_at, idea.reference)
        | {
            "title": idea.title,
            "texts_in": idea.language,
            "pitch": idea.pitch,
            "gate": last.round.gate,
            "decided_at": _local(idea, last.issued_at),
            "reasons": last.reasons,
            "learning": last.learning,
            "notes": [
                {"text": note.text, "written_at": _local(idea, note.written_at)}
                for note in journey.learning_of(idea, passages)
            ],
        },
        title=idea.title,
        back_url=reverse("idea", args=[idea.key]),
        idea=idea,
    )


def certificate(key: UUID, person: Person) -> Paper:
    """For oneself only: that this person had a part in the idea, as author, co-author, helper or coach.

    Nobody else is named, and no seat on a panel is certified: who sat is nobody's to read. Raises Conflict while
    a gate reads the idea without names: a paper that names an author would undo that.
    """
    member = (
        TeamMember.objects.filter(
            EVER_IN_TEAM, idea__key=key, idea__submitted_at__isnull=False, person=person
        )
        .select_related("idea__programme__entity")
        .first()
    )
    if member is None or not person.is_active:
        raise not_here()
    idea = member.idea
    if idea.state in ("live", "held") and access().names_hidden(idea):
        raise Conflict(
            _(
                "A gate reads this idea without names, so nothing that names someone is made now. Ask again once "
                "its decision is there."
            ),
            code="certificate.names_hidden",
            next_url=reverse("idea", args=[idea.key]),
            next_label=_("Back to the idea"),
        )
    named = not idea.confidential and idea.state not in UNNAMED
    assert idea.submitted_at is not None, "asked for above"
    # Handed to anyone: the title as someone outside the team reads it.
    return Paper(
        Kind.CERTIFICATE,
        head(Kind.CERTIFICATE, idea.programme, language(), idea.submitted_at, idea.reference)
        | {
            "title": shown(idea, None).title if named else "",
            "texts_in": idea.language,
            "submitted_at": _local(idea, idea.submitted_at),
            "person_name": person.get_full_name(),
            "role": member.role,
            "made_on": clock.today(idea.programme.entity.time_zone).isoformat(),
        },
        title=idea.title,
        back_url=reverse("idea", args=[idea.key]),
        idea=idea,
    )


def _local(idea: Idea, at: Any) -> str:
    return iso(at.astimezone(ZoneInfo(idea.programme.entity.time_zone)))
