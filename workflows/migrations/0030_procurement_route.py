import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0009_masking'),
        ('people', '0007_letterhead'),
        ('workflows', '0029_benefit_readings'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProcurementRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('route', models.CharField(max_length=300)),
                ('written_at', models.DateTimeField()),
                (
                    'idea',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name='procurement_routes',
                        to='ideas.idea',
                    ),
                ),
                (
                    'written_by',
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('idea',), name='one_procurement_route_per_idea'),
                    models.CheckConstraint(condition=models.Q(('route', ''), _negated=True), name='procurement_route_is_said'),
                ],
            },
        ),
    ]
