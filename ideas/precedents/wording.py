"""What the import of precedents says: about the file, and about a line."""

from typing import Any

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ideas.precedents.reading import Unreadable
from ideas.precedents.rules import BadLine

WHOLE_FILE = {
    "column_twice": _("The first line names a column twice."),
    "columns_missing": _("The first line must name the columns %(columns)s."),
}
REASONS = {
    "nul": _("holds a NUL character"),
    "no_text": _("holds bytes that are no text"),
    "empty": _("empty, but needed"),
    "too_long": _("more than 40 characters"),
    "neither": _("“%(value)s” is neither YYYY-MM nor words"),
    "no_month": _("“%(value)s” is no month"),
    "no_amount": _("“%(value)s” is no amount in whole euros"),
    "twice": _("“%(value)s” stands in the file twice"),
    "unreadable": _("cannot be read: %(why)s"),
    "open_quote": _("a quotation mark is not closed"),
    "misfit": _("%(cells)s cells where the first line has %(columns)s"),
}
OUTCOMES = {
    "created": pgettext_lazy("import of precedents", "created"),
    "updated": pgettext_lazy("import of precedents", "updated"),
    "unchanged": pgettext_lazy("import of precedents", "unchanged"),
    "refused": pgettext_lazy("import of precedents", "refused"),
}
HEADINGS = (
    pgettext_lazy("import of precedents", "line"),
    pgettext_lazy("import of precedents", "outcome"),
    pgettext_lazy("import of precedents", "number"),
    pgettext_lazy("import of precedents", "remark"),
)
MILESTONES = {
    "studies": _("the studies"),
    "procedure": _("the procedure"),
    "works": _("the works"),
    "delivery": _("the delivery"),
    "opening": _("the opening"),
}


def whole_file(refused: Unreadable) -> str:
    return str(WHOLE_FILE[refused.code]) % refused.values


def bad_line(bad: BadLine) -> str:
    reason = str(REASONS[bad.code]) % bad.values
    if not bad.column:
        return reason
    return gettext("%(column)s: %(reason)s") % {"column": bad.column, "reason": reason}


def refused_line(number: int, remark: str) -> str:
    return gettext("line %(line)s: %(remark)s") % {"line": number, "remark": remark}


def inversion(found: dict[str, Any]) -> str:
    """Two milestones in the wrong order."""
    said = ngettext(
        "%(earlier)s, one month after %(later)s",
        "%(earlier)s, %(months)s months after %(later)s",
        found["months"],
    )
    names = {name: MILESTONES[found[name]] for name in ("earlier", "later")}
    return said % (names | {"months": found["months"]})


def unknown_state(words: str) -> str:
    return gettext("state not met before: %(words)s") % {"words": words}


def for_staff(key: str) -> str:
    return gettext("The programme %(key)s is for staff ideas; name another one for precedents.") % {
        "key": key
    }


def loaded_elsewhere(source: str, programme: str) -> str:
    return gettext("The source %(source)s is loaded in the programme %(programme)s already.") % {
        "source": source,
        "programme": programme,
    }
