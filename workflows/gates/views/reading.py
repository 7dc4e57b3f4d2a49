"""Who asks, and what every gate page shows beside its form."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, ngettext

from ideas import roles
from ideas.access import access
from ideas.drafting.masking.queries import masked_copy, masked_row, passages_for
from ideas.drafting.masking.rules import masked_all
from ideas.drafting.models import Idea
from incubator.lib import words
from incubator.people.actors import Actor
from incubator.people.models import Person
from incubator.people.views.answers import reader as reader
from workflows.gates import authority, queries, wording
from workflows.gates.models import Decision, ExpertQuestion, GateRound


def actor(request: HttpRequest) -> Actor:
    return Actor(person=reader(request))


def link(name: str, *arguments: Any) -> str:
    """The address of a page, or '' while no room has it."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def has_panel(round_: GateRound) -> bool:
    """Whether the gate seats anybody; where it does not, whoever may decide is asked at once."""
    return bool(round_.rules.get("seats"))


def idea_in_brief(idea: Idea, person: Person) -> dict[str, Any]:
    """What a judge needs at hand; names only for those who may see them, absent from the response otherwise.

    `passages`: what is masked for this person of whatever is said about the idea.
    """
    passages = passages_for(idea, person)
    idea = masked_copy(idea, passages)
    content = idea.content
    needs = []
    if content.needs_euros is not None:
        needs.append(words.euros(content.needs_euros))
    if content.needs_days is not None:
        needs.append(
            ngettext("%(number)s day of work", "%(number)s days of work", content.needs_days)
            % {"number": words.number(content.needs_days)}
        )
    named = access().sees_authors(person, idea)
    facts = [
        {"term": gettext("Asks for"), "text": ", ".join(needs) or gettext("nothing named")},
        {
            "term": gettext("You read"),
            "text": gettext("Version %(version)s, of %(day)s")
            % {"version": content.version, "day": words.plain_day(content.saved_at)},
        },
        {
            "term": gettext("Attached"),
            "text": ngettext("%(number)s file", "%(number)s files", len(content.files))
            % {"number": len(content.files)}
            if content.files
            else gettext("nothing"),
        },
    ]
    if named:
        team = ", ".join(str(person) for person in roles.authors(idea))
        facts.append({"term": gettext("Team"), "text": team})
    return {
        "passages": passages,
        "title": idea.title,
        "pitch": content.pitch,
        "facts": facts,
        "names_masked": not named,
        "url": link("idea", idea.key),
    }


def comparison(round_: GateRound, older: int, newer: int) -> str:
    """The address where two versions of the idea are compared word by word; without two, the list of versions."""
    address = link("idea-versions", round_.idea.key)
    return f"{address}?from={older}&to={newer}" if address and 0 < older < newer else address


def asked_last_time(round_: GateRound, passages: Sequence[str]) -> dict[str, Any] | None:
    """After a rework: the gaps named then, and where what was read then is compared with today's text.

    `passages`: those masked for the reader.
    """
    found = queries.last_rework(round_)
    if found is None:
        return None
    older, newer = found.content_version, round_.idea.content.version
    return {
        "gaps": masked_all(found.decision.gaps, passages),
        "decided_at": found.decision.issued_at,
        "comparison": comparison(round_, older, newer) if older < newer else "",
    }


def questions_read(round_: GateRound, passages: Sequence[str]) -> list[ExpertQuestion]:
    """What experts were asked and answered, as someone reads it from whom these passages are masked."""
    return [masked_row(item, ["question", "answer"], passages) for item in queries.questions_of(round_)]


def steps(round_: GateRound) -> list[dict[str, Any]]:
    """What happened in a consultation, in words, newest first; nobody is named."""
    seated = has_panel(round_)
    return [
        {"title": wording.step(event.verb, panel=seated), "text": words.moment(event.happened_at)}
        for event in queries.steps_of(round_, round_.idea)
    ]


def heading(round_: GateRound) -> str:
    return wording.gate_name(round_.gate, round_.rules)


def brief_links(decision: Decision, person: Person) -> dict[str, str]:
    """The addresses of the brief in force, to be read and to be kept, its evidence, and its correction by whoever
    decided or a lead.

    '' where there is none, or not yet."""
    briefs = getattr(decision, "briefs", None)
    found = briefs.filter(in_force=True).annotate(newer=F("replaced_by__state")).first() if briefs else None
    if found is None:
        return dict.fromkeys(("brief_url", "download_url", "evidence_url", "correct_url"), "")
    newest = found.state == "ready" and found.newer in (None, "failed")
    open_to_change = newest and authority.may_correct(person, decision)
    return {
        "brief_url": link("brief", found.key),
        "download_url": link("brief-download", found.key) if found.state == "ready" else "",
        "evidence_url": link("brief-evidence", found.key),
        "correct_url": link("brief-correct", found.key) if open_to_change else "",
    }
