"""The sentences of this room: names of fields, problems, what is still missing."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ideas.drafting.rules import Problem
from incubator.lib.words import number

LABELS = {
    "title": _("Name of the idea"),
    "pitch": _("Your idea in one sentence"),
    "problem": _("The problem"),
    "concerned": _("Who has this problem"),
    "proposal": _("What you would try"),
    "needs_euros": _("Money needed, in euros"),
    "needs_days": _("Working days needed"),
    "needs_people": _("People and skills needed"),
    "expected_effect": _("What would be better afterwards"),
    "in_mission": _("Is it part of your job?"),
    "language": _("Language of the text"),
    "masked_until_selected": _("Show my name"),
    "confidential": _("Confidential"),
}
MISSING = {
    "missing.title": _("Give your idea a name."),
    "missing.pitch": _("Say your idea in one sentence."),
    "missing.problem": _("Describe the problem."),
    "missing.concerned": _("Say who has this problem."),
    "missing.proposal": _("Say what you would try."),
    "missing.expected_effect": _("Say what would be better afterwards."),
    "missing.in_mission": _("Say whether this is part of your job."),
}
REASONS = {
    "saved": _("Saved by the team"),
    "submitted": _("Submitted"),
    "resubmitted": _("Completed and submitted again"),
    "imported": _("Imported from its source"),
}


def problem(field: str, found: Problem) -> str:
    """Why a field was refused, for the person who wrote it."""
    label = str(LABELS.get(field, field))
    if found.code == "too_long":
        sentence = gettext("“%(field)s” has %(given)s characters; there is room for %(limit)s. Shorten it.")
        values: dict[str, Any] = {"given": number(found.given), "limit": number(found.limit)}
    elif found.code == "too_high":
        sentence, values = gettext("“%(field)s” can be %(limit)s at most."), {"limit": number(found.limit)}
    elif found.code == "not_a_number":
        sentence, values = gettext("Write “%(field)s” as a whole number, for example 1500."), {}
    elif found.code == "control":
        sentence = gettext(
            "“%(field)s” holds an invisible control character that we cannot keep. Type that place again."
        )
        values = {}
    elif found.code == "unreadable":
        sentence, values = gettext("“%(field)s” holds a damaged character. Type it again."), {}
    else:
        sentence, values = gettext("Choose one of the answers for “%(field)s”."), {}
    return sentence % {"field": label, **values}


def problems(found: dict[str, Problem]) -> dict[str, list[str]]:
    """Sentences by field, as `Invalid(fields=…)` takes them."""
    return {field: [problem(field, one)] for field, one in found.items()}
