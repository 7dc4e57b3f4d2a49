from django.db import migrations, models
from django.db.models import Q


def said(apps, schema_editor):
    """Of copies that could not be made so far nobody kept why."""
    apps.get_model("workflows", "Brief").objects.filter(masking_tries__gt=0).update(masking_failure="stopped")


class Migration(migrations.Migration):

    dependencies = [
        ("workflows", "0026_masking_tries"),
    ]

    operations = [
        migrations.AddField(
            model_name="brief",
            name="masking_failure",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.RunPython(said, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=Q(masking_tries=0, masking_failure="") | Q(masking_tries__gt=0) & ~Q(masking_failure=""),
                name="failed_masked_copy_says_why",
            ),
        ),
    ]
