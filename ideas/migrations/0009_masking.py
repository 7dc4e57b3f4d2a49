import django.contrib.postgres.search
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0008_merging'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MaskedText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=2)),
                ('title', models.TextField(blank=True)),
                ('first', models.TextField(blank=True)),
                ('rest', models.TextField(blank=True)),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func('language', 'title', 'first', 'rest', function='idea_words'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('idea', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='masked_text', to='ideas.idea')),
            ],
        ),
        migrations.CreateModel(
            name='MaskedPassage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('text', models.CharField(max_length=200)),
                ('marked_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('idea', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='ideas.idea')),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('idea', 'text'), name='passage_masked_once'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='masked_passage_is_not_empty')],
            },
        ),
    ]
