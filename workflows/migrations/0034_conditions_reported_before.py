from django.db import migrations

# When it was said last, from the event that says so: as every report since is dated.
FILL = """
update workflows_condition condition set reported_at = said.said_at
from (
    select payload ->> 'condition' as key, max(happened_at) as said_at
    from events_event where verb = 'condition_reported' group by 1
) said
where said.key = condition.key::text and condition.reported_at is null
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_append_only"),
        ("workflows", "0033_condition_reported_at"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
