from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0031_ready_briefs_stay")]
    operations = [
        migrations.AddField(
            model_name="sessiondocument",
            name="language",
            # Those made until now speak the installation's.
            field=models.CharField(default=settings.LANGUAGE_CODE[:2], max_length=2),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="sessiondocument", name="one_document_per_edition"),
        migrations.AddConstraint(
            model_name="sessiondocument",
            constraint=models.UniqueConstraint(
                fields=("session", "kind", "edition", "language"), name="one_document_per_edition"
            ),
        ),
    ]
