"""What a message says, from its kind and parameters: the same on the page and in the e-mail.

A kind that is the code of a work item says what the item says. Rooms above declare kinds of their own with
`declare`; an unknown kind gets a neutral sentence. Nothing here ever names a person: “the team”.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from incubator.inbox import wording as asks
from incubator.lib import words
from incubator.messages.models import Message

GATES = {
    "L": pgettext_lazy("gate", "answer of the service"),
    "F": pgettext_lazy("gate", "fast lane"),
    "G0": pgettext_lazy("gate", "G0, admissibility"),
    "G1": pgettext_lazy("gate", "G1, selection"),
    "G2": pgettext_lazy("gate", "G2, launch"),
    "G3": pgettext_lazy("gate", "G3, end of pilot"),
    "G4": pgettext_lazy("gate", "G4, investment"),
}
OUTCOMES = {
    "go": pgettext_lazy("decided", "go on"),
    "go_with_conditions": pgettext_lazy("decided", "go on, with conditions"),
    "rework": pgettext_lazy("decided", "to complete"),
    "hold": pgettext_lazy("decided", "on hold"),
    "stop": pgettext_lazy("decided", "stopped, with the reasons"),
    "merge": pgettext_lazy("decided", "merged with another idea"),
    "redirect": pgettext_lazy("decided", "redirected, with your consent"),
    "scale": pgettext_lazy("decided", "scaled up"),
    "extend": pgettext_lazy("decided", "pilot extended"),
    "transfer": pgettext_lazy("decided", "transferred"),
    "to_programme": pgettext_lazy("decided", "to the programme"),
}


@dataclass(frozen=True)
class Text:
    """`subject` may hold `%(title)s`, `%(gate)s`, `%(outcome)s`, `%(number)s`, `%(day)s`; `more` is one sentence."""

    subject: Any
    more: Any = ""


TEXTS: dict[str, Text] = {
    "received": Text(
        gettext_lazy("“%(title)s” has been received under number %(number)s"),
        gettext_lazy("The page shows who has it now and until when."),
    ),
    "decided": Text(
        gettext_lazy("Decision on “%(title)s” (%(gate)s): %(outcome)s"),
        gettext_lazy("The page gives the reasons and what can be done next."),
    ),
    "brief": Text(gettext_lazy("The decision brief of “%(title)s” is ready (%(gate)s)")),
    "brief_failed": Text(
        gettext_lazy("The decision brief of “%(title)s” could not be made (%(gate)s)"),
        gettext_lazy("The decision stands. The people who run this site can have the brief made again."),
    ),
    "masked_brief_failed": Text(
        gettext_lazy("The masked copy of the decision brief of “%(title)s” could not be made (%(gate)s)"),
        gettext_lazy(
            "Until it is, those who read without names have no brief. The people who run this site can have it "
            "made again."
        ),
    ),
    "completed": Text(gettext_lazy("The team has completed “%(title)s”")),
    "withdrawn": Text(
        gettext_lazy("The team has withdrawn “%(title)s”"), gettext_lazy("Nothing is asked of you any more.")
    ),
    "taken_in": Text(
        gettext_lazy("Another idea goes on in “%(title)s”"),
        gettext_lazy("Its authors are of your team from now on. The page gives the reasons."),
    ),
    "taken_out": Text(
        gettext_lazy("An idea that went on in “%(title)s” goes its own way again"),
        gettext_lazy("Its authors leave your team. The page gives the reasons."),
    ),
    "unmerged": Text(
        gettext_lazy("“%(title)s” is an idea of its own again"),
        gettext_lazy(
            "It is back at the gate where it was, with a new consultation. The page gives the reasons."
        ),
    ),
    "to_hand_over": Text(
        gettext_lazy("“%(title)s” is to be handed over: its author has consented"),
        gettext_lazy("The receipt says to whom. Give it to them, and tell the author."),
    ),
    "handed_to_you": Text(
        gettext_lazy("“%(title)s” is handed to your service, with its author’s consent"),
        gettext_lazy("The programme lead tells you more, and puts you in touch."),
    ),
    "held": Text(gettext_lazy("“%(title)s” is on hold"), gettext_lazy("The page says until when, and why.")),
    "woken": Text(gettext_lazy("“%(title)s” goes on")),
    "reexamined": Text(
        gettext_lazy("Your request to re-examine “%(title)s” has its answer"),
        gettext_lazy("The page gives the reasons."),
    ),
    "seat_closed": Text(
        gettext_lazy("Your opinion on “%(title)s” is no longer asked for"),
        gettext_lazy("Thank you. Nothing is asked of you any more."),
    ),
    "carried_on": Text(gettext_lazy("A co-author carries “%(title)s” on, as its author")),
    "passed_on": Text(gettext_lazy("“%(title)s” has passed to you")),
    "pledged": Text(gettext_lazy("“%(title)s” has a sponsor")),
    "pledge_declined": Text(gettext_lazy("A director does not sponsor “%(title)s”")),
    "time_answered": Text(gettext_lazy("The request for time for “%(title)s” has its answer")),
    "pilot_started": Text(gettext_lazy("The pilot “%(title)s” has started")),
    "pilot_ended": Text(gettext_lazy("The pilot “%(title)s” has ended")),
    "evaluated": Text(gettext_lazy("The evaluation of “%(title)s” has been delivered")),
    "benefits_read": Text(
        gettext_lazy("The benefits of “%(title)s” have been read"),
        gettext_lazy("The page shows them beside what was promised."),
    ),
    "condition_met": Text(gettext_lazy("A condition set for “%(title)s” is met")),
    "joined": Text(gettext_lazy("The team of “%(title)s” has a new member")),
    "declined": Text(gettext_lazy("An invitation to the team of “%(title)s” was declined")),
    "answered": Text(gettext_lazy("A question about “%(title)s” has its answer")),
}
UNKNOWN = Text(gettext_lazy("Something new about “%(title)s”"))


@dataclass(frozen=True)
class Said:
    """A message in the language in force: `subject` is its sentence, `more` what follows, or empty."""

    subject: str
    more: str


def declare(kind: str, text: Text) -> None:
    """Add a kind. Raises ValueError when it is taken by another text."""
    if TEXTS.get(kind, text) != text:
        raise ValueError(f"The message kind {kind!r} is taken.")
    TEXTS[kind] = text


def said(message: Message) -> Said:
    """The sentences of this message, in the language in force."""
    text = TEXTS.get(message.kind)
    if text is None and message.kind in asks.ASKS:
        return _asked(message)
    values = _Values(_plain(message.parameters))
    values["title"] = message.subject_title.strip() or gettext("untitled")
    text = text or UNKNOWN
    return Said(str(text.subject) % values, str(text.more) % values)


def _asked(message: Message) -> Said:
    """A work item's own words; a reminder says that it is one."""
    title, reminder = asks.title(message.kind, message.subject_title), message.parameters.get("reminder")
    if reminder:
        title = gettext("Reminder: %(asked)s") % {"asked": title}
    day = _day(message.parameters.get("due_at"))
    if day and (reminder == "late" or (isinstance(day, datetime) and day < message.created_at)):
        return Said(title, gettext("It was due on %(day)s.") % {"day": words.long_day(day)})
    return Said(title, _due(message.parameters.get("due_at")))


class _Values(dict[str, str]):
    """A parameter that an old message does not have must not cost its page."""

    def __missing__(self, key: str) -> str:
        return "…"


def _plain(parameters: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: str(value) for name, value in parameters.items()}
    for name, codes in (("gate", GATES), ("outcome", OUTCOMES)):
        if name in plain:
            plain[name] = str(codes.get(plain[name], plain[name]))
    if day := _day(parameters.get("day")):
        plain["day"] = words.plain_day(day)
    return plain


def _due(value: Any) -> str:
    day = _day(value)
    return gettext("By %(day)s.") % {"day": words.long_day(day)} if day else ""


def _day(value: Any) -> date | datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = parse_datetime(value)
        if at is not None:
            return at if timezone.is_aware(at) else None
        return parse_date(value)
    except ValueError:
        return None
