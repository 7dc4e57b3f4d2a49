import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# What is in service already waits for the readings that are still to come; where all are past, for the last, soon.
OPEN = """
insert into workflows_benefitreading (key, idea_id, months, due_on, note)
select gen_random_uuid(), due.idea_id, due.months, greatest(due.on_day, current_date + 14), ''
from (
    select idea.id as idea_id, read.months,
        ((idea.ended_at at time zone entity.time_zone)::date + make_interval(months => read.months))::date as on_day
    from ideas_idea idea
    join ideas_programme programme on programme.id = idea.programme_id
    join people_entity entity on entity.id = programme.entity_id
    cross join (values (6), (12)) as read(months)
    where idea.state = 'in_service' and idea.route <> 'local' and idea.ended_at is not null
) due
where due.months = 12 or due.on_day >= current_date + 14
"""
WAIT = """
update ideas_idea idea set due_at = (next.on_day + time '23:59:59') at time zone entity.time_zone
from (select idea_id, min(due_on) as on_day from workflows_benefitreading group by idea_id) next,
    ideas_programme programme, people_entity entity
where next.idea_id = idea.id and programme.id = idea.programme_id and entity.id = programme.entity_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0009_masking"),
        ("workflows", "0028_reexamination_decider"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BenefitReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("months", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("lines", models.JSONField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "idea",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="benefit_readings",
                        to="ideas.idea",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("idea", "months"), name="benefits_are_read_once_after_so_many_months"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lines__isnull", True), ("note", ""), ("read_at", None), ("read_by", None)
                            ),
                            models.Q(
                                ("lines__isnull", False),
                                ("read_at__isnull", False),
                                ("read_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_benefit_reading_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_at", None),
                            models.Q(("lines", []), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="benefits_without_indicators_have_a_sentence",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.RunSQL(WAIT, migrations.RunSQL.noop),
    ]
