"""The append-only log: one hash chain per subject. Triggers refuse update, delete and truncate."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act on one subject. Payloads hold keys, codes and SHA-256 of texts kept elsewhere, never a text.

    `effects` lists in order what the act changed: `[{"what": "stage", "from": "review", "to": "sponsorship"}, …]`.
    """

    subject_kind = models.CharField(max_length=20)
    subject_key = models.UUIDField()
    sequence = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    actor_key = models.UUIDField(null=True)
    on_behalf_of_key = models.UUIDField(null=True)
    system = models.CharField(max_length=20, blank=True)
    payload = models.JSONField(default=dict)
    effects = models.JSONField(default=list)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_key", "sequence"],
                name="one_event_per_place_in_chain",
            ),
            models.CheckConstraint(
                condition=models.Q(actor_key=None, on_behalf_of_key=None) & ~models.Q(system="")
                | models.Q(actor_key__isnull=False, system=""),
                name="event_by_person_or_system",
            ),
        ]
        indexes = [models.Index(fields=["happened_at"], name="events_by_time")]
