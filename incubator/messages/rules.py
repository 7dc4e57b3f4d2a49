"""Who is told of what, and what the end of a try to send means. Pure: no database here."""

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from incubator.events.models import Event
    from incubator.people.models import Person


@dataclass(frozen=True)
class Telling:
    """One person to be told of an event. `kind` is a code of `messages.wording`.

    `parameters` hold codes, numbers and ISO dates, never a name: who wrote an idea may be hidden (law 8);
    or a line that a colleague wrote to this person, with what is masked for them masked.
    `programme_key` tells which lead sees that its e-mail may not have arrived; without one, no lead sees what it
    was about.
    """

    person: "Person"
    kind: str
    url: str
    title: str
    programme_key: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


Audience = Callable[["Event"], list[Telling]]
_audiences: dict[str, list[Audience]] = {}


def audience(*verbs: str) -> Callable[[Audience], Audience]:
    """Declare who is told of an event with one of these verbs:

        @audience("decided", "withdrawn")
        def of_the_decision(event: Event) -> list[Telling]: ...

    The module that holds it is imported in the room's `AppConfig.ready`. It runs in a job, after the act is
    committed; it may run twice, and says the same both times.
    """

    def declare(function: Audience) -> Audience:
        for verb in verbs:
            known = _audiences.setdefault(verb, [])
            if function not in known:
                known.append(function)
        return function

    return declare


def is_told(verb: str) -> bool:
    """Whether anybody is ever told of this verb."""
    return verb in _audiences


def tellings(event: "Event") -> list[Telling]:
    """Everyone who is told of this event; a person is told once of each kind."""
    found = [telling for ask in _audiences.get(event.verb, ()) for telling in ask(event)]
    return list({(telling.person.pk, telling.kind): telling for telling in reversed(found)}.values())[::-1]


# --- The end of a try to send -----------------------------------------------------------------------------

Verdict = Literal["later", "never", "unknown"]

# After each sure refusal that may pass: a mail server that greylists wants minutes, one under repair hours.
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
# The database says when a job is due, this machine when a mail may be tried again.
CLOCKS_DIFFER = timedelta(minutes=1)
# A try that has not said how it ended by then was killed; each step of SMTP has a time limit far below it.
GIVEN_UP_AFTER = timedelta(minutes=10)
# A mail queued this long has lost its job.
FORGOTTEN_AFTER = timedelta(hours=2)
# News older than this is told in the application only: a backlog must not become a flood.
MAILED_WITHIN = timedelta(days=3)


def verdict(error: BaseException, *, connected: bool) -> Verdict:
    """What a failed try means: refused for sure and worth another try, refused for good, or unknown.

    Without a connection nothing left this machine. After that only the server's own answer is sure: a server
    that answers 4yz or 5yz, also at the end of the text, has not taken the mail (RFC 5321, 4.2.5 and 6.1).
    A broken connection or a time-out may stand on either side of that answer, so its end is unknown.
    """
    if not connected:
        return "later"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _answer in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    elif isinstance(error, smtplib.SMTPNotSupportedError | UnicodeError | ValueError):
        return "never"  # refused on this side, before the first word
    else:
        return "unknown"
    if any(not 400 <= code < 600 for code in codes):
        return "unknown"
    return "later" if all(code < 500 for code in codes) else "never"


def retry_after(refusals: int) -> timedelta | None:
    """How long to wait after the `refusals`-th sure refusal; None when it is the last."""
    return RETRY_AFTER[refusals - 1] if refusals <= len(RETRY_AFTER) else None
