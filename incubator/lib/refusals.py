"""An act that is refused: one plain sentence for the person, a status, and nothing changed.

Rules and actions raise these; `incubator.lib.middleware.PlainRefusals` shows them. Whoever catches one and goes on,
a page that shows the form again or a job, says so in the log by `note`.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

log = logging.getLogger("travee.refusals")
_place: ContextVar[str] = ContextVar("place", default="")
LONGEST_PLACE = 200

Sentence = Any  # str or a lazy translation; gettext_lazy has no precise public type

# The last words of the codes of a Conflict that say: it was so when the page was opened, and is no longer.
OVERTAKEN = frozenset(
    (
        "changed",
        "opinion_changed",
        "panel_changed",
        "other_version",
        "version",
        "two_texts",
        "closed",
        "done",
        "gone",
        "left",
        "taken",
        "void",
    )
)


class Refusal(Exception):
    """Raised when an act cannot be done.

    `sentence`: str or lazy translation, what happened and what to do next, for the person.
    `code`: stable key for the log and the API, such as `vote.hard_conflict`; never shown on a page.
    `fields`: form field name → sentences, for what can be mended in a form.
    `next_url`, `next_label`: where the refusal page leads; without them, to My work.
    """

    status = 400
    code = "refused"

    def __init__(
        self,
        sentence: Sentence,
        *,
        code: str = "",
        fields: Mapping[str, Sequence[Sentence]] | None = None,
        next_url: str = "",
        next_label: Sentence = "",
        status: int | None = None,
    ) -> None:
        super().__init__(code or self.code)
        self.sentence = sentence
        self.code = code or self.code
        self.fields = {name: list(sentences) for name, sentences in (fields or {}).items()}
        self.next_url = next_url
        self.next_label = next_label
        self.status = status or self.status

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refusal):
    """The person may not do this, whatever the state (403)."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """There is nothing here that the person may read (404); never tells which of the two."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """The state does not permit it: somebody was faster, it is done already, or a rule asks for more first (409)."""

    status = 409
    code = "conflict"

    @property
    def overtaken(self) -> bool:
        """Whether somebody was faster, as the code’s last word says; else a rule refuses, and waiting may change it."""
        return self.code.rpartition(".")[2] in OVERTAKEN


class Invalid(Refusal):
    """What was written has to be mended first (422); `fields` names where."""

    status = 422
    code = "invalid"


@contextmanager
def refused_at(place: str) -> Iterator[None]:
    """What is refused in here is refused at this place: a request's method and path, a job's subject by its key."""
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)


def note(refusal: Refusal) -> None:
    """One line in the log: the rule by its code and in the words the person reads, where, and the fields to mend.

    Never what was typed, nor who typed it: sentences name no person, places hold keys.
    """
    fields = ", ".join(refusal.fields)
    log.info(
        "refused %s (%s) at %s: %s%s",
        refusal.code,
        refusal.status,
        _line(_place.get())[:LONGEST_PLACE] or "-",
        _line(str(refusal.sentence)),
        f" [{_line(fields)}]" if fields else "",
    )


def _line(text: str) -> str:
    """Without line ends, which would begin a line that nobody wrote."""
    return " ".join(text.split())


def lock_wait(error: BaseException | None) -> bool:
    """Whether PostgreSQL gave up waiting for a row: 55P03 lock_timeout, 40P01 deadlock.

    Walks both chains: viewflow's FlowLockFailed hides the driver's error in `__context__`.
    """
    seen: set[int] = set()
    queue = [error]
    while queue:
        link = queue.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        if getattr(link, "sqlstate", None) in ("55P03", "40P01"):
            return True
        queue += [link.__cause__, link.__context__]
    return False
