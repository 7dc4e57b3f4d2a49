import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Several were asked at once: of a re-examination that waits, the first of them keeps it, the others' items close.
KEEP_ONE = """
update workflows_reexamination asked set decider_id = (
    select item.person_id from inbox_workitem item
    join people_person person on person.id = item.person_id
    where item.key = 'reexamine:' || idea.key and item.closed_at is null
    order by person.staff_number limit 1
)
from ideas_idea idea where idea.id = asked.idea_id and asked.asked_at is not null and asked.closed_at is null
"""
CLOSE_OTHERS = """
update inbox_workitem item set closed_at = now()
from workflows_reexamination asked join ideas_idea idea on idea.id = asked.idea_id
where item.key = 'reexamine:' || idea.key and item.closed_at is null
    and asked.closed_at is null and asked.decider_id <> item.person_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0002_due_time_index'),
        ('people', '0007_letterhead'),
        ('ideas', '0009_masking'),
        ('workflows', '0027_masking_failure'),
    ]

    operations = [
        migrations.AddField(
            model_name='reexamination',
            name='decider',
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='+',
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(KEEP_ONE, migrations.RunSQL.noop),
        migrations.RunSQL(CLOSE_OTHERS, migrations.RunSQL.noop),
    ]
