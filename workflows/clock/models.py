"""The clock's ledger: one row per thing that time did, so that it is done once whatever the number of workers."""

from django.db import models
from django.db.models import Q


class ClockStep(models.Model):
    """One step: claimed by a sweep, then carried out in one transaction with what it does.

    `key` names what is waited for: a work item's key, or `wake:17` for an act of the clock; `subject_key` is the
    idea's, or that of other work (`other_work`). `step` is a reminder of `defaults.json` (`half`, `-1`, `1` …),
    `escalate`, or the name of a duty; `rank` orders the steps of one due time. A step whose try failed waits until
    `try_at`.
    """

    key = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    step = models.CharField(max_length=20)
    rank = models.PositiveSmallIntegerField(default=0)
    subject_key = models.UUIDField()
    claimed_at = models.DateTimeField()
    try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "due_at", "step"], name="a_step_of_time_happens_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="steps_to_carry_out"),
        ]

    @property
    def named(self) -> str:
        """What the key names after its kind: `17` of `wake:17`."""
        return self.key.partition(":")[2]
