"""One message as a mail, and one try to hand it over."""

import contextlib
import logging

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.utils import DNS_NAME
from django.template.loader import render_to_string
from django.utils import translation

from incubator.inbox import titles
from incubator.lib.masks import worded
from incubator.messages import actions, rules, wording
from incubator.messages.models import Message

log = logging.getLogger("travee.mail")


def compose(message: Message) -> EmailMessage:
    """The mail in the person's language, with the words of the page. Raises ValueError for an unusable address."""
    with translation.override(message.person.language or settings.LANGUAGE_CODE):
        titles.as_read_by(message.person, [message])
        said = wording.said(message)
        url = f"{settings.SITE_URL}{message.url}"
        context = {"said": said, "city": settings.CITY_NAME, "url": url}
        body = worded(render_to_string("messages/mail.txt", context))
        # A title holds whatever its author typed; a line break in a header would be refused.
        subject = worded(" ".join(f"{said.subject}".split()))
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.person.email],
        reply_to=[settings.REPLY_TO] if settings.REPLY_TO else None,
        headers={
            # The same for each try, so that mailboxes too can tell a double.
            "Message-ID": f"<travee.{message.pk}.{message.event_id}@{DNS_NAME}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def send(message: Message) -> None:
    """Try once. The message is claimed (`sending`); a kill from here on leaves it so, and it is never resent."""
    connected = False
    connection = get_connection()
    try:
        mail = compose(message)
        connection.open()
        connected = True
        connection.send_messages([mail])
    except Exception as error:
        verdict = "never" if isinstance(error, ValueError) else rules.verdict(error, connected=connected)
        log.warning("mail of message %s: %s, %s", message.pk, verdict, type(error).__name__)
        actions.not_sent(message, verdict)
    else:
        actions.sent(message)
    finally:
        # The server's goodbye changes nothing about what it has taken.
        with contextlib.suppress(Exception):
            connection.close()
