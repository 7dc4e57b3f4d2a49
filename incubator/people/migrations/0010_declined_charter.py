from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0009_absence_noted_by")]

    operations = [
        migrations.AddField("entity", "declined_charter_on", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "entity",
            "declined_charter_because",
            models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddConstraint(
            "entity",
            models.CheckConstraint(
                condition=models.Q(declined_charter_on=None, declined_charter_because="")
                | (
                    models.Q(declined_charter_on__isnull=False, signed_charter_on=None)
                    & ~models.Q(declined_charter_because="")
                ),
                name="charter_signed_or_declined_with_why",
            ),
        ),
    ]
