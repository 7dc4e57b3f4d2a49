from django.db import migrations


class Migration(migrations.Migration):
    # The engine's own table lacks an index for "the open task of this process".
    dependencies = [("workflows", "0001_initial"), ("viewflow", "0015_task_scheduled")]
    operations = [
        migrations.RunSQL(
            "create index open_tasks_by_process on viewflow_task (process_id) where finished is null",
            "drop index open_tasks_by_process",
        )
    ]
