import secrets

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q

import workflows.briefs.models


def each_brief_has_its_token(apps, schema_editor):
    briefs = apps.get_model("workflows", "Brief").objects
    rows = []
    for brief in briefs.filter(token=None).only("pk").iterator(500):
        brief.token = secrets.token_urlsafe(16)
        rows.append(brief)
    briefs.bulk_update(rows, ["token"], batch_size=500)


def ready_briefs_are_as_rendered(apps, schema_editor):
    apps.get_model("workflows", "Brief").objects.filter(state="ready").update(unsigned_sha256=F("sha256"))


class Migration(migrations.Migration):
    dependencies = [("workflows", "0022_deputies_in_sessions")]

    operations = [
        migrations.AddField("brief", "token", models.CharField(max_length=22, null=True)),
        migrations.AddField("brief", "unsigned_sha256", models.CharField(blank=True, default="", max_length=64), preserve_default=False),
        migrations.AddField("brief", "sealed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("brief", "seal_certificate", models.CharField(blank=True, default="", max_length=64), preserve_default=False),
        migrations.AddField(
            "maskedbrief",
            "former",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), blank=True, default=list, size=None
            ),
        ),
        migrations.RunPython(each_brief_has_its_token, migrations.RunPython.noop),
        migrations.RunPython(ready_briefs_are_as_rendered, migrations.RunPython.noop),
        # Else the checks of the rows just written wait for the end, and the column cannot be altered before.
        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
        migrations.AlterField(
            "brief",
            "token",
            models.CharField(
                default=workflows.briefs.models.new_token, editable=False, max_length=22, unique=True
            ),
        ),
        migrations.AddConstraint(
            "brief",
            models.CheckConstraint(
                condition=Q(state="ready") & ~Q(unsigned_sha256="") | ~Q(state="ready") & Q(unsigned_sha256=""),
                name="ready_brief_has_its_unsigned_hash",
            ),
        ),
        migrations.AddConstraint(
            "brief",
            models.CheckConstraint(
                condition=Q(sealed_at=None, seal_certificate="", unsigned_sha256=F("sha256"))
                | Q(sealed_at__isnull=False) & ~Q(seal_certificate="") & ~Q(unsigned_sha256=F("sha256")),
                name="brief_is_sealed_or_as_rendered",
            ),
        ),
    ]
