import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0018_merging'),
    ]

    operations = [
        migrations.CreateModel(
            name='MaskedBrief',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passages_sha256', models.CharField(max_length=64)),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('brief', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='masked', to='workflows.brief')),
            ],
        ),
    ]
