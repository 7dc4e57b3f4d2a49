"""What people are told, derived from events, at most once; and the demo's outbox."""

from django.db import models
from django.db.models import Q

from incubator.events.models import Event
from incubator.people.models import Person


class Message(models.Model):
    """One person told of one event.

    `mail` moves forward: `queued → sending → sent`. Only a refusal that is sure leads back to `queued` (tried
    again later) or to `refused` (not sent, for good); `sending` whose end is not known becomes `unknown` and is
    never tried again. `mail_at` is when the state was set, or from when it may be tried again.
    """

    class Mail(models.TextChoices):
        NONE = "none"
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    person = models.ForeignKey(Person, models.CASCADE, related_name="told")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    programme_key = models.SlugField(blank=True)
    subject_kind = models.CharField(max_length=20)
    subject_key = models.UUIDField()
    subject_title = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    # Whether, never when: nothing tells when a person was at work.
    read = models.BooleanField(default=False)
    mail = models.CharField(max_length=8, choices=Mail, default=Mail.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)
    refusals = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "event", "kind"], name="told_once_of_an_event"),
        ]
        indexes = [
            models.Index(fields=["person", "read", "-id"], name="messages_by_person"),
            models.Index(
                fields=["mail", "mail_at"],
                condition=Q(mail__in=["queued", "sending", "refused", "unknown"]),
                name="messages_by_mail",
            ),
        ]


class Outbox(models.Model):
    """The demo's mail: what would have left, kept to be looked at."""

    recipient = models.CharField(max_length=320)
    subject = models.TextField()
    body = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-id"], name="outbox_newest_first")]
