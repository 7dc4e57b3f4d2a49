"""Whoever heard that work is late says that they have asked: their item is done, and the work stays with its holder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.utils.translation import gettext as _

from ideas.acts import record
from ideas.drafting.masking.queries import passages_for
from ideas.drafting.masking.rules import masked
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.models import Event
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.inbox.queries import open_named
from incubator.lib import clock
from incubator.lib.refusals import Conflict
from incubator.messages.actions import tell_also
from incubator.messages.rules import Telling
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.clock import other_work
from workflows.clock.tellings import present


def ask_after(*, late: str, by: Actor, line: str = "") -> Event:
    """Close what told that work is late (`late`, its key) for everyone who heard it, and tell who has the work.

    `line`: what is sent to them, in the asker's words; it is kept in their messages alone. Whoever stands in for an
    absent person is recorded with them. The work stays open, and the clock tells of it again when another day of it
    passes. Raises Conflict when the work was done, or somebody asked, in the meantime.
    """
    told = _open(late, by)
    with _held(told) as (append, idea):
        told = _open(late, by)
        acting = by if told.person_id == by.human.pk else Actor(person=by.human, on_behalf_of=told.person)
        work = late_work(told)
        inbox.close(late)
        works, line_sha256 = [item.key for item in work], sha256(line) if line else ""
        event = append("asked_after", acting, late=late, works=works, line_sha256=line_sha256)
        tell_also(event, _tellings(work, by.human, line, idea), mailed=True)
        return event


def late_work(told: WorkItem) -> list[WorkItem]:
    """The work that this item says is late, with who has it."""
    verb = told.key.split(":")[1]
    items = WorkItem.objects.filter(
        subject_key=told.subject_key, verb=verb, closed_at=None, due_at__lt=clock.now()
    )
    return list(items.select_related("person").order_by("pk"))


def _open(late: str, by: Actor) -> WorkItem:
    told = open_named(by.human, late) if late.startswith("late:") else None
    if told is None:
        raise Conflict(
            _("Somebody has asked already, or the work has been done. Nothing more is asked of you."),
            code="late.closed",
        )
    return told


@contextmanager
def _held(told: WorkItem) -> Iterator[tuple[Callable[..., Event], Idea | None]]:
    """The subject under its lock: what appends to its chain; and the idea, if it is one."""
    other = other_work.of_kind(told.subject_kind)
    if other is None:
        with locked(key=told.subject_key) as idea:
            yield partial(record, idea), idea
    else:
        with other.held(told.subject_key) as append:
            yield append, None


def _tellings(work: list[WorkItem], asker: Person, line: str, idea: Idea | None) -> list[Telling]:
    """To whoever has the work, or their deputy while they are away: what is masked for them in the title is masked in
    the line too."""
    found = []
    for item in work:
        for person in present(item):
            if person == asker:
                continue
            words = masked(line, passages_for(idea, person)) if idea is not None else line
            kind = "asked_after_in_words" if words else "asked_after"
            programme = idea.programme.key if idea is not None else ""
            given = {"line": words} if words else {}
            found.append(Telling(person, kind, item.url, item.subject_title, programme, given))
    return list({telling.person.pk: telling for telling in reversed(found)}.values())[::-1]
