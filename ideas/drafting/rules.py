"""What may be written, by whom and when; pure. Sentences for the codes are in `ideas.drafting.wording`."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

LONG = 20_000
REFERENCE = re.compile(r"\s*\d{4}-(\d{1,9})\s*", re.ASCII)
TEXTS = {
    "title": 120,
    "pitch": 300,
    "problem": LONG,
    "concerned": LONG,
    "proposal": LONG,
    "needs_people": LONG,
    "expected_effect": LONG,
}
ONE_LINE = ("title", "pitch")
NUMBERS = ("needs_euros", "needs_days")
HIGHEST = 1_000_000_000
YES_OR_NO = ("in_mission",)
WRITTEN = (*TEXTS, *NUMBERS, *YES_OR_NO)
# Kept on the idea itself; they are choices of the author until the idea is submitted.
CHOICES = ("language", "masked_until_selected", "confidential")
FIELDS = (*WRITTEN, *CHOICES)
LANGUAGES = ("fr", "en")

# Why a version was kept. Outside the team, nothing older than the first public one is read.
SAVED, SUBMITTED, RESUBMITTED, IMPORTED = "saved", "submitted", "resubmitted", "imported"
PUBLIC = (SUBMITTED, RESUBMITTED, IMPORTED)

# In the order in which a reader of the form meets them.
REQUIRED = ("title", "pitch", "problem", "concerned", "proposal", "expected_effect", "in_mission")

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c]")  # those of word processors too
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_GROUPED = re.compile(r"[\s\u00a0\u202f_']")


class Problem(NamedTuple):
    """Why a field is refused: a code, and for `too_long` and `too_high` the limit and what was given."""

    code: str
    limit: int = 0
    given: int = 0


class Missing(NamedTuple):
    """A field that must be filled before submission, and the code of the sentence that asks for it."""

    field: str
    code: str


def clean_text(typed: str, limit: int, *, one_line: bool = False) -> str | Problem:
    """The text to keep, or the problem with it.

    Line ends become `\\n` and characters are composed (NFC). Everything else stays as typed: emoji, right-to-left
    marks, formulas. A NUL, or another control character than tab, is refused, because what stands around it is never
    what the person meant to send.
    """
    if _CONTROLS.search(typed):
        return Problem("control")
    try:
        typed.encode()
    except UnicodeEncodeError:
        return Problem("unreadable")
    text = _LINE_ENDS.sub("\n", typed)
    # Composing a text of a hundred thousand combining marks takes quadratic time.
    if len(text) > 4 * limit:
        return Problem("too_long", limit, len(text))
    text = unicodedata.normalize("NFC", text)
    if one_line:
        text = " ".join(text.splitlines())
    return text if len(text) <= limit else Problem("too_long", limit, len(text))


def clean_number(typed: Any) -> int | Problem | None:
    """A whole number from 0, typed with or without group spaces; None for nothing."""
    text = _GROUPED.sub("", str(typed if typed is not None else "")).removesuffix("€")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        return Problem("not_a_number")
    return int(text) if int(text) <= HIGHEST else Problem("too_high", HIGHEST)


def clean_choice(field: str, typed: Any) -> Any:
    """`yes`, `no` or nothing for questions; a known code for the language. Else a problem."""
    if field == "language":
        return typed if typed in LANGUAGES else Problem("not_a_choice")
    answers = {"yes": True, "on": True, True: True, "no": False, False: False, "": None, None: None}
    try:
        answer = answers[typed]
    except (KeyError, TypeError):
        return Problem("not_a_choice")
    return bool(answer) if field in CHOICES else answer


def clean(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Problem]]:
    """The values to keep and the problems, by field. Raises KeyError for a name that is no field."""
    values: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for field, typed in changes.items():
        if field in TEXTS:
            value: Any = clean_text(str(typed or ""), TEXTS[field], one_line=field in ONE_LINE)
        elif field in NUMBERS:
            value = clean_number(typed)
        elif field in YES_OR_NO or field in CHOICES:
            value = clean_choice(field, typed)
        else:
            raise KeyError(field)
        if isinstance(value, Problem):
            problems[field] = value
        else:
            values[field] = value
    return values, problems


def missing(text: Any) -> list[Missing]:
    """What a text (anything with the fields of `WRITTEN`) still needs before it can be submitted."""
    return [Missing(field, f"missing.{field}") for field in REQUIRED if _is_empty(getattr(text, field))]


def _is_empty(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else value is None


class Meeting(NamedTuple):
    """Two texts of a field written at the same time."""

    mine: Any
    theirs: Any


class Page(NamedTuple):
    """What the writer had on the page: the draft's version when it was opened, a token of the page itself, and
    `seen`, the marks of the fields as they were then. `settled`: field → the version whose text the writer was
    shown beside the own one since, and chose."""

    version: int
    token: str = ""
    seen: Mapping[str, str] = {}
    settled: Mapping[str, int] = {}


def mark(value: Any) -> str:
    """A short mark of a field's value, for `Page.seen`."""
    plain = "" if value is None else str(value)
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


class Merged(NamedTuple):
    changes: dict[str, Any]
    meetings: dict[str, Meeting]


def merge(
    values: Mapping[str, Any], current: Mapping[str, Any], touched: Mapping[str, Any], page: Page
) -> Merged:
    """What to write, and the fields that two people wrote at once.

    A page sends all its fields. Those it never changed are not its changes, however old it is; those it was itself
    the last to change, or nobody changed since it was opened, are. `touched`: field → [version, page token].
    """
    changes: dict[str, Any] = {}
    meetings: dict[str, Meeting] = {}
    for field, mine in values.items():
        version, token = touched.get(field, (1, ""))
        own = bool(page.token) and token == page.token
        untouched = field not in page.settled and not own and page.seen.get(field) == mark(mine)
        if mine == current[field] or untouched:
            continue
        if own or version <= page.settled.get(field, page.version):
            changes[field] = mine
        else:
            meetings[field] = Meeting(mine, current[field])
    return Merged(changes, meetings)


def joined(field: str, theirs: str, mine: str) -> str:
    """Both texts, theirs first, for a person who wants to keep both."""
    between = " / " if field in ONE_LINE else "\n\n"
    return between.join(part for part in (theirs.strip(), mine.strip()) if part)


WRITERS = ("author", "co_author", "helper")
# A helper types for someone; the one whose idea it is confirms.
SUBMITTERS = ("author", "co_author")


def may_write(state: str, holder: str, role: str) -> bool:
    """Who writes, and when: the team, while the idea is a draft or has come back to its author, late or not."""
    return role in WRITERS and (state == "draft" or (state in ("live", "held") and holder == "author"))


def may_submit(role: str) -> bool:
    """Whether this role in the team may hand the idea in."""
    return role in SUBMITTERS


def may_invite(state: str, role: str) -> bool:
    """Whether the team may still grow, and by whom."""
    return role in SUBMITTERS and state in ("draft", "live", "held")


def numbered(typed: str) -> int | None:
    """The number in `2026-0142`, as pages, messages and papers write it; None for any other text."""
    found = REFERENCE.fullmatch(typed)
    return int(found[1]) if found else None
