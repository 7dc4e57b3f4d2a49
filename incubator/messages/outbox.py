"""EMAIL_BACKEND of the demo: what would have left is kept and shown at /demo/outbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from incubator.lib import clock
from incubator.messages.models import Outbox


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [
            Outbox(recipient=recipient, subject=str(mail.subject), body=str(mail.body), sent_at=clock.now())
            for mail in email_messages
            for recipient in mail.recipients()
        ]
        Outbox.objects.bulk_create(rows)
        return len(email_messages)
