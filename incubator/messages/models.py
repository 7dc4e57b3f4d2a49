"""What people are told, derived from events, at most once."""

from django.db import models

from incubator.events.models import Event
from incubator.people.models import Person


class Message(models.Model):
    """One person told of one event. The mail state only moves forward: `sending` is never tried again."""

    class Mail(models.TextChoices):
        NONE = "none"
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        UNKNOWN = "unknown"

    person = models.ForeignKey(Person, models.CASCADE, related_name="told")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_key = models.UUIDField()
    subject_title = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=8, choices=Mail, default=Mail.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "event", "kind"], name="told_once_of_an_event"),
        ]
        indexes = [models.Index(fields=["person", "-created_at"], name="messages_by_person")]
