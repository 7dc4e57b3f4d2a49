"""Tables as they were published: computed once per period, shown and downloaded from here ever after."""

from django.db import models


class PublishedTable(models.Model):
    """`content` is what was shown, hidden figures absent: what changes later must not show in a second version."""

    name = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField()
    threshold = models.PositiveSmallIntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "starts_on"], name="a_table_is_published_once"),
            models.CheckConstraint(condition=models.Q(threshold__gte=3), name="threshold_is_at_least_3"),
        ]
