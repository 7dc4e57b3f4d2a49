"""Telling people, and the one way a mail's state changes. Messages are derived: no event of their own."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from incubator.events.models import Event
from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.lib.refusals import NotFound
from incubator.messages import rules
from incubator.messages.models import Message
from incubator.people.models import Person

Mail = Message.Mail


def defer_telling(event: Event) -> None:
    """Called by an action in the transaction of its event: a job then tells who has to know."""
    if rules.is_told(event.verb):
        defer(app.configure_task("messages.tell"), event_id=event.pk)


def tell(event: Event) -> None:
    """Write a message to each person the event concerns and queue their mails. Twice is the same as once."""
    _tell(event, rules.tellings(event), mailed=True)


def tell_also(event: Event | None, tellings: Sequence[rules.Telling], *, mailed: bool) -> None:
    """What came of an event later (its brief is ready), in the same way: once for each person and kind."""
    if event is not None:
        _tell(event, tellings, mailed=mailed)


def _tell(event: Event, tellings: Sequence[rules.Telling], *, mailed: bool) -> None:
    fresh = mailed and clock.now() - event.happened_at <= rules.MAILED_WITHIN
    with transaction.atomic():
        Message.objects.bulk_create(
            [_message(event, telling, mailed=fresh) for telling in tellings], ignore_conflicts=True
        )
        queued = Message.objects.filter(event=event, mail=Mail.QUEUED, refusals=0)
        # Run twice, this queues a mail twice: `take` lets one of them send it.
        _defer_mails(queued.order_by("pk").values_list("pk", flat=True))


def _message(event: Event, telling: rules.Telling, *, mailed: bool) -> Message:
    person = telling.person
    return Message(
        person=person,
        event=event,
        kind=telling.kind,
        programme_key=telling.programme_key,
        subject_kind=event.subject_kind,
        subject_key=event.subject_key,
        subject_title=telling.title[:200],
        url=telling.url,
        parameters=dict(telling.parameters),
        created_at=event.happened_at,
        mail=Mail.QUEUED if mailed and _has_mail(person) else Mail.NONE,
        mail_at=clock.now(),
    )


def _has_mail(person: Person) -> bool:
    return bool(person.email) and person.is_active


def _defer_mails(pks: Iterable[int]) -> None:
    jobs: list[JSONDict] = [{"message_id": pk} for pk in pks]
    if jobs:
        app.configure_task("messages.send").batch_defer(*jobs)


def take(message_id: int) -> Message | None:
    """Claim a queued mail whose time has come, committed before a word leaves.

    None when it is taken, sent, or no longer wanted.
    """
    due = Message.objects.filter(
        pk=message_id, mail=Mail.QUEUED, mail_at__lte=clock.now() + rules.CLOCKS_DIFFER
    )
    taken = due.update(mail=Mail.SENDING, mail_at=clock.now())
    if not taken:
        return None
    message = Message.objects.select_related("person").get(pk=message_id)
    if _has_mail(message.person):
        return message
    _settle(message, Mail.NONE)
    return None


def sent(message: Message) -> None:
    """The server has taken it."""
    _settle(message, Mail.SENT)


def not_sent(message: Message, verdict: rules.Verdict) -> None:
    """A try failed. Only what was refused for sure, and may pass, is queued again."""
    if verdict == "unknown":
        _settle(message, Mail.UNKNOWN)
        return
    refusals = message.refusals + 1
    wait = rules.retry_after(refusals) if verdict == "later" else None
    if wait is None:
        _settle(message, Mail.REFUSED)
        return
    at = clock.now() + wait
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, mail=Mail.SENDING).update(
            mail=Mail.QUEUED, mail_at=at, refusals=refusals
        )
        app.configure_task("messages.send", schedule_at=at).defer(message_id=message.pk)


def _settle(message: Message, state: str) -> None:
    # A slow try may end after it was given up as unknown: how it really ended is worth more.
    Message.objects.filter(pk=message.pk, mail__in=[Mail.SENDING, Mail.UNKNOWN]).update(
        mail=state, mail_at=clock.now()
    )


def give_up_lost_mails() -> int:
    """Tries that never said how they ended become `unknown`: shown, listed, never sent again."""
    since = clock.now() - rules.GIVEN_UP_AFTER
    return Message.objects.filter(mail=Mail.SENDING, mail_at__lt=since).update(
        mail=Mail.UNKNOWN, mail_at=clock.now()
    )


def requeue_forgotten_mails() -> None:
    """Mails whose job was lost before it began are queued again; nothing of them had left."""
    since = clock.now() - rules.FORGOTTEN_AFTER
    with transaction.atomic():
        waiting = Message.objects.filter(mail=Mail.QUEUED, mail_at__lt=since)
        pks = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1000])
        Message.objects.filter(pk__in=pks).update(mail_at=clock.now())
        _defer_mails(pks)


def mark_read(*, reader: Person, message_id: int | None = None) -> None:
    """One of the reader's messages, or all. Raises NotFound for one that is not the reader's."""
    mine = Message.objects.filter(person=reader)
    if message_id is None:
        mine.filter(read=False).update(read=True)
    elif not mine.filter(pk=message_id).update(read=True):
        raise NotFound(_("This message is not among yours. Go back to your messages to see them all."))
