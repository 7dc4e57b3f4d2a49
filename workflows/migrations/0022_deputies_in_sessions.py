import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery


def votes_were_the_members_own(apps, schema_editor):
    votes = apps.get_model("workflows", "RoomVote").objects.filter(cast_by=None)
    members = apps.get_model("workflows", "SessionMember").objects.filter(pk=OuterRef("member"))
    votes.update(cast_by=Subquery(members.values("person")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("workflows", "0021_kept_drafts_experts_learning"),
    ]

    operations = [
        migrations.AddField(
            model_name="sessionmember",
            name="sat_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lent_session_seats",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionmember",
            constraint=models.UniqueConstraint(
                condition=Q(left_at=None), fields=("session", "sat_by"), name="a_deputy_sits_once_in_a_room"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionmember",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("sat_by", None),
                    Q(("arrived_at__isnull", False), Q(("sat_by", F("person")), _negated=True)),
                    _connector="OR",
                ),
                name="a_deputy_who_sat_is_another_who_came",
            ),
        ),
        migrations.AddField(
            model_name="roomvote",
            name="cast_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="room_votes_cast",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        # Else the checks of the keys just written wait for the end, and the column cannot be altered before.
        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
        migrations.RunPython(votes_were_the_members_own, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="roomvote",
            name="cast_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="room_votes_cast",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
