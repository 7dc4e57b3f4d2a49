from django.db import migrations


class Migration(migrations.Migration):
    # A sequence and not a counter row: two submissions never wait for each other, and a gap is harmless.
    dependencies = [("ideas", "0001_initial")]
    operations = [migrations.RunSQL("create sequence ideas_number", "drop sequence ideas_number")]
