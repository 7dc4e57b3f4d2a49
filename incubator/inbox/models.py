"""Work items: one row per thing that waits for a person, so that “My work” is one query."""

from django.db import models
from django.db.models import Q

from incubator.people.models import Person


class WorkItem(models.Model):
    """`key` names the thing that waits (`vote:seat:17`); several persons may share it, and one act closes it for all.

    `verb` is the code of what is asked (see `inbox.wording`); `subject_title` is what the row shows.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="work_items")
    key = models.CharField(max_length=80)
    verb = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_key = models.UUIDField()
    subject_title = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"],
                condition=Q(closed_at=None),
                name="one_open_work_item_per_person_and_key",
            )
        ]
        indexes = [
            models.Index(
                fields=["person", "due_at", "id"],
                condition=Q(closed_at=None),
                name="open_work_by_person",
            ),
            models.Index(
                fields=["subject_kind", "subject_key"],
                condition=Q(closed_at=None),
                name="open_work_by_subject",
            ),
            models.Index(fields=["key"], condition=Q(closed_at=None), name="open_work_by_key"),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="open_work_by_due_time"),
        ]
