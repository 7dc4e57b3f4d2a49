"""What the import says: about the file, about a line, and about what is to change."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from incubator.people.organisation.changes import Difference
from incubator.people.organisation.parsing import Problem
from incubator.people.organisation.reading import COLUMNS, FileRefused

WHOLE_FILE = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 200 MB."),
    "columns_missing": _("These columns are missing: %(columns)s."),
    "column_twice": _("The columns “%(first)s” and “%(second)s” say the same. Take one out."),
    "broken_csv": _(
        "The file cannot be read from line %(line)s on: a quotation mark is not closed, or it is no CSV."
    ),
    "broken_sheet": _("The file cannot be opened as an XLSX spreadsheet."),
}
PROBLEMS = {
    "missing": _("empty, but needed"),
    "too_long": _("more than %(longest)s characters"),
    "too_many_cells": _("more cells than headings"),
    "control_character": _("holds a sign that cannot be shown"),
    "not_an_email": _("“%(value)s” is not an e-mail address; loaded without it"),
    "not_a_day": _("“%(value)s” is not a date such as 31/12/2026 or 2026-12-31"),
    "ends_before": _("ends before it begins"),
    "not_yes_or_no": _("“%(value)s” is neither yes nor no"),
    "not_a_grade": _("“%(value)s” is not A, B or C"),
    "unknown_entity": _("“%(value)s” is not an entity of this installation"),
    "own_manager": _("names the person as their own manager"),
    "manager_ring": _("closes a ring: each is the manager of the next"),
    "unknown_manager": _("“%(value)s” is nobody known here; loaded without a manager"),
    "guest_number": _("this staff number belongs to a guest"),
    "other_name": _("another name than on line %(first)s for the same staff number"),
    "post_twice": _("the same post as on line %(first)s"),
    "other_value": _("“%(value)s” differs from line %(first)s; “%(kept)s” is kept"),
    "department_ring": _("would put %(value)s above itself; left where it is"),
}
PERSON_VERBS = {
    "arrived": pgettext_lazy("import", "arrives"),
    "returned": pgettext_lazy("import", "returns"),
    "moved": pgettext_lazy("import", "moves"),
    "changed": pgettext_lazy("import", "changes"),
    "left": pgettext_lazy("import", "leaves"),
}
DEPARTMENT_VERBS = {
    "created": pgettext_lazy("import", "new"),
    "reopened": pgettext_lazy("import", "open again"),
    "renamed": pgettext_lazy("import", "renamed"),
    "moved": pgettext_lazy("import", "placed elsewhere"),
    "closed": pgettext_lazy("import", "closed"),
}


def whole_file(refused: FileRefused) -> str:
    return str(WHOLE_FILE[refused.code]) % refused.values


def reason(problem: Problem) -> str:
    return str(PROBLEMS[problem.code]) % problem.values


def column(problem: Problem, headings: Mapping[str, str]) -> str:
    """The heading as written in the file, else the first name we know for it."""
    return headings.get(problem.column) or COLUMNS.get(problem.column, (problem.column,))[0]


def problem_line(problem: Problem, headings: Mapping[str, str]) -> str:
    values: dict[str, Any] = {
        "line": problem.line,
        "column": column(problem, headings),
        "reason": reason(problem),
    }
    if not values["column"]:
        return gettext("line %(line)s: %(reason)s (line not loaded)") % values
    if problem.refused:
        return gettext("line %(line)s, %(column)s: %(reason)s (line not loaded)") % values
    return gettext("line %(line)s, %(column)s: %(reason)s") % values


def changes(difference: Difference) -> Iterator[str]:
    """One line per change, departments first; no more than who, what and where."""
    for department in difference.departments:
        verbs = ", ".join(str(DEPARTMENT_VERBS[verb]) for verb in department.verbs)
        yield f"  {department.place.entity} {department.place.code} {department.name}: {verbs}"
    for change in difference.persons:
        before = ", ".join(f"{post.place.code}" for post, _day in change.ends)
        after = ", ".join(f"{start.post.place.code} ({start.starts_on})" for start in change.starts)
        way = " → ".join(part for part in (before, after) if part)
        fields = ", ".join(COLUMNS[name][0] for name in sorted(change.fields))
        details = "; ".join(part for part in (way, fields) if part)
        yield f"  {change.staff_number}: {PERSON_VERBS[change.verb]}" + (f" ({details})" if details else "")
