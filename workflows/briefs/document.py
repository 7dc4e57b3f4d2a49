"""From a brief's record to the HTML and the stylesheet that `incubator.lib.pdf_process` renders."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from incubator.lib.masks import worded
from incubator.lib.pdf_process import Attached
from incubator.lib.words import number, plain_day, working_days
from workflows.briefs import drawings, words
from workflows.briefs.public import NAME, as_bytes
from workflows.briefs.record import BriefRecord, Criterion, NextStep


def html_of(record: BriefRecord) -> str:
    """The whole page, in the record's language. A pure function of the record and of the catalogue."""
    with translation.override(record.language), timezone.override(record.decided_at.tzinfo):
        return worded(render_to_string("briefs/brief.html", _context(record.printed())))


def attached(record: BriefRecord, public: Mapping[str, Any]) -> Attached:
    """The public record as the file that the document carries."""
    with translation.override(record.language):
        said = gettext("Public record of decision %(number)s") % {"number": record.number}
    return Attached(NAME, as_bytes(public), said, record.made_at)


@lru_cache(1)
def stylesheet() -> str:
    return (settings.ROOT / "templates" / "briefs" / "brief.css").read_text()


def _context(record: BriefRecord) -> dict[str, Any]:
    delays = {
        "ask": working_days(record.reexamination_ask_days),
        "answer": working_days(record.reexamination_answer_days),
    }
    return {
        "record": record,
        "outcome": words.OUTCOMES[record.outcome],
        "place": words.PLACES.get(record.comparison.result, "") if record.comparison else "",
        "result": words.RESULTS.get(record.opinion.result, "") if record.opinion else "",
        "rail": _rail(record),
        "square": drawings.square(
            record.address, title=gettext("A QR code, which leads to the address printed beside it")
        )
        if record.address
        else "",
        "criteria": [(criterion, _answers(criterion)) for criterion in record.criteria],
        "disagreements": [criterion for criterion in record.criteria if criterion.is_wide],
        "weights": sum(criterion.weight for criterion in record.criteria),
        "next_steps": [_step(step, delays) for step in record.next_steps],
        "history": [
            (line, words.HISTORY[line.what], words.OUTCOMES.get(line.outcome, "")) for line in record.history
        ],
    }


def _rail(record: BriefRecord) -> str:
    named = words.GATES | {record.gate: record.gate_name}
    return drawings.rail(
        record.gate,
        stages=[str(stage) for stage in words.STAGES],
        gates=[f"{gate} {named[gate]}" for gate in drawings.GATES],
        title=gettext("The five stages and their gates. This brief is about gate %(gate)s, %(name)s.")
        % {"gate": record.gate, "name": record.gate_name},
    )


def _answers(criterion: Criterion) -> str:
    if criterion.mean is None:
        return drawings.answers((), None, title=gettext("No answer"))
    counted = ngettext("%(count)s answer", "%(count)s answers", len(criterion.levels))
    title = gettext("%(answers)s, from %(low)s to %(high)s; mean %(mean)s out of 4") % {
        "answers": counted % {"count": len(criterion.levels)},
        "low": criterion.lowest,
        "high": criterion.highest,
        "mean": number(float(criterion.mean), 2),
    }
    return drawings.answers(criterion.levels, float(criterion.mean), title=title)


def _step(step: NextStep, delays: Mapping[str, str]) -> dict[str, Any]:
    title, text = words.NEXT_STEPS[step.code]
    return {"title": title, "text": str(text) % delays, "until": until(step)}


def until(step: NextStep) -> str:
    """Until when, in a sentence; '' without a day."""
    if step.due_on is None:
        return ""
    sentence = words.UNTIL.get(step.code, words.UNTIL_THEN)
    return str(sentence) % {"day": plain_day(step.due_on, year=True)}
