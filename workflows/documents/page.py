"""From a document's record to the HTML and the stylesheet that `incubator.lib.pdf_process` renders."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from ideas.drafting.models import TeamMember
from incubator.lib.masks import worded
from incubator.lib.words import long_day, number, working_days
from workflows.briefs import drawings
from workflows.briefs import words as briefs
from workflows.briefs.document import until
from workflows.briefs.record import NextStep, from_data
from workflows.documents import rules, wording
from workflows.documents.models import Document
from workflows.gates.opinions import FAR_APART
from workflows.gates.wording import OPINIONS

Kind = Document.Kind


def html_of(record: Mapping[str, Any]) -> str:
    """The whole page, in the record's language. A pure function of the record and of the catalogue."""
    with translation.override(record["language"]), timezone.override(ZoneInfo(record["zone"])):
        kind = record["kind"]
        context = rules.dated(record) | {"name": Kind(kind).label, "reference": record["number"]}
        context |= CONTEXTS.get(kind, _nothing)(record)
        return worded(render_to_string(f"documents/{kind}.html", context))


@lru_cache(1)
def stylesheet() -> str:
    folder = settings.ROOT / "templates"
    return (folder / "briefs" / "brief.css").read_text() + (folder / "documents" / "document.css").read_text()


def _nothing(record: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _receipt(record: Mapping[str, Any]) -> dict[str, Any]:
    parts = [(wording.PARTS[name], record["texts"][name]) for name in wording.PARTS if record["texts"][name]]
    return {"parts": parts}


def _letter(record: Mapping[str, Any]) -> dict[str, Any]:
    said = from_data(record["brief"])
    delays = {
        "ask": working_days(said.reexamination_ask_days),
        "answer": working_days(said.reexamination_answer_days),
    }
    return {
        "brief": said,
        "title": said.title,
        "outcome": briefs.OUTCOMES[said.outcome],
        "place": briefs.PLACES.get(said.comparison.result, "") if said.comparison else "",
        "result": briefs.RESULTS.get(said.opinion.result, "") if said.opinion else "",
        # A recourse has a place of its own in the letter, with its last day.
        "steps": [_step(step, delays) for step in said.next_steps if step.code not in wording.RECOURSES],
        "recourse_words": str(wording.RECOURSES.get(record["recourse"], "")) % delays,
        "last_day": _last_day(record),
    }


def _last_day(record: Mapping[str, Any]) -> str:
    until = record["recourse_until_on"]
    if not until:
        return ""
    return str(wording.LAST_DAYS[record["recourse"]]) % {
        "day": long_day(date.fromisoformat(until), year=True)
    }


def _step(step: NextStep, delays: Mapping[str, str]) -> dict[str, Any]:
    title, text = briefs.NEXT_STEPS[step.code]
    return {"title": title, "text": str(text) % delays, "until": until(step)}


def _time_release(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"days_a_month": Decimal(record["days_a_month"])}


def _certificate(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"role_label": TeamMember.Role(record["role"]).label, "did": wording.PARTS_PLAYED[record["role"]]}


def _pack(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"ideas": [_pack_idea(idea) for idea in rules.dated(record["ideas"])]}


def _pack_idea(idea: Mapping[str, Any]) -> dict[str, Any]:
    opinion = idea["opinion"]
    found = dict(idea) | {
        "parts": [
            (wording.PARTS[name], idea["texts"][name]) for name in wording.PARTS if idea["texts"].get(name)
        ]
    }
    if opinion:
        result = opinion.get("result")
        found["result"] = OPINIONS[result] if result else ""
        found["score"] = opinion.get("score") or ""
        found["criteria"] = [(item, _answers(item), _is_wide(item)) for item in opinion["criteria"]]
    return found


def _is_wide(item: Mapping[str, Any]) -> bool:
    levels = item["levels"]
    return bool(levels) and levels[-1] - levels[0] >= FAR_APART


def _answers(item: Mapping[str, Any]) -> str:
    levels = item["levels"]
    if not levels:
        return drawings.answers((), None, title=gettext("No answer"))
    counted = ngettext("%(count)s answer", "%(count)s answers", len(levels)) % {"count": len(levels)}
    mean = float(item["mean"])
    title = gettext("%(answers)s, from %(low)s to %(high)s; mean %(mean)s out of 4") % {
        "answers": counted,
        "low": levels[0],
        "high": levels[-1],
        "mean": number(mean, 2),
    }
    return drawings.answers(levels, mean, title=title)


CONTEXTS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Kind.RECEIPT: _receipt,
    Kind.LETTER: _letter,
    Kind.TIME_RELEASE: _time_release,
    Kind.CERTIFICATE: _certificate,
    Kind.PACK: _pack,
}
