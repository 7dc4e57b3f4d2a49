"""Reads of messages, and tellings drawn from what an act has opened in the inbox."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from incubator.events.models import Event
from incubator.inbox import titles
from incubator.inbox.models import WorkItem
from incubator.lib.row_numbers import row_number
from incubator.messages.models import Message, Outbox
from incubator.messages.rules import Telling
from incubator.people import grants
from incubator.people.models import Person

# An act reads the clock more than once: its items are opened moments before or after its event.
ONE_ACT = timedelta(seconds=10)


def waiting(event: Event, *verbs: str, programme_key: str = "") -> list[Telling]:
    """Tell those for whom this act opened one of these work items, with the item's own words and link.

    An item already done when the job runs is not told: nothing waits any more.
    """
    items = WorkItem.objects.filter(
        subject_kind=event.subject_kind,
        subject_key=event.subject_key,
        verb__in=verbs,
        closed_at=None,
        opened_at__gte=event.happened_at - ONE_ACT,
        opened_at__lte=event.happened_at + ONE_ACT,
    ).select_related("person")
    return [
        Telling(
            person=item.person,
            kind=item.verb,
            url=item.url,
            title=item.subject_title,
            programme_key=programme_key,
            parameters={"due_at": item.due_at.isoformat()} if item.due_at else {},
        )
        for item in items.order_by("pk")
    ]


def of_reader(reader: Person, limit: int, after: str = "") -> list[Message]:
    """The reader's messages, unread first, newest first; `after`: the `place` of the last one shown."""
    found = titles.with_marks(Message.objects.filter(person=reader), reader)
    read, _separator, typed = after.partition("-")
    if (number := row_number(typed)) is not None:
        beyond = Q(read=read == "1", pk__lt=number)
        found = found.filter(beyond if read == "1" else beyond | Q(read=True))
    return list(found.order_by("read", "-pk")[:limit])


def place(message: Message) -> str:
    """Where a message stands in the reader's list, for `after`."""
    return f"{int(message.read)}-{message.pk}"


def uncertain(lead: Person, limit: int) -> list[Message] | None:
    """Mails whose end is unknown or that were refused, of the programmes this person leads; None for no lead.

    A lead without a programme in the grant leads all of them. What belongs to no programme (a draft is its team's
    alone) is listed to these only, and the page says of it only whom it was for.
    """
    keys = set(grants.of_person(lead, "programme_lead").values_list("programme_key", flat=True))
    if not keys:
        return None
    found: QuerySet[Message] = Message.objects.filter(
        mail__in=[Message.Mail.UNKNOWN, Message.Mail.REFUSED]
    ).select_related("person")
    if "" not in keys:
        found = found.filter(programme_key__in=keys)
    return list(found.order_by("-mail_at", "-pk")[:limit])


def outbox(limit: int, before: int | None = None) -> list[Outbox]:
    """The demo's mails, newest first."""
    found = Outbox.objects.order_by("-pk")
    return list((found.filter(pk__lt=before) if before else found)[:limit])


def held_about(person: Person) -> list[dict[str, Any]]:
    """For the person's own copy of their data: what they were told, oldest first."""
    told = list(Message.objects.filter(person=person).order_by("pk"))
    titles.as_read_by(person, told)
    return [
        {
            "kind": message.kind,
            "about": message.subject_title,
            "told_at": message.created_at.isoformat(),
            "mail": message.mail,
        }
        for message in told
    ]
