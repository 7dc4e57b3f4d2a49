"""A kept read gives what the same read would give anew."""

from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from ideas.drafting.models import Idea, TeamMember
from incubator.lib import clock
from incubator.lib.built_once import BuiltOnce, Given, planned_once
from incubator.people import grants
from tests.factories import IdeaFactory, PersonFactory

NEWER = BuiltOnce(
    lambda: (
        Idea.objects.select_related("programme__entity")
        .annotate(has_team=Exists(TeamMember.objects.filter(idea=OuterRef("pk"))))
        .filter(created_at__gt=Given("since"), state="draft")
        .order_by("-pk")
    )
)
PK = BuiltOnce(lambda: Idea.objects.filter(key=Given("key")).values_list("pk", flat=True))


@pytest.mark.django_db
def test_it_reads_what_the_queryset_reads_each_time_anew() -> None:
    before = clock.now() - timedelta(hours=1)
    assert NEWER.all(since=before) == []
    for count in range(1, 5):  # built, planned, and planned for any values
        IdeaFactory(author=PersonFactory(employed=True))
        with CaptureQueriesContext(connection) as asked:
            found = NEWER.all(since=before)
            assert found[0].programme.entity.pk
        assert len(found) == count
        assert len(asked) == 1
        assert "ideas_idea" in asked[0]["sql"]
    assert [idea.pk for idea in found] == list(Idea.objects.order_by("-pk").values_list("pk", flat=True))
    assert found[0].has_team is True
    assert found[0] is not NEWER.first(since=before)
    assert NEWER.first(since=clock.now() + timedelta(hours=1)) is None


@pytest.mark.django_db
def test_single_values_are_read_too() -> None:
    idea = IdeaFactory(author=PersonFactory(employed=True))
    assert PK.first(key=idea.key) == PK.first(key=str(idea.key)) == idea.pk
    assert PK.all(key=uuid4()) == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_reads_on_its_own_connection_and_sees_its_own_transaction() -> None:
    person = PersonFactory(employed=True)
    with transaction.atomic():
        idea = IdeaFactory(author=person)
        elsewhere: list[int | None] = []

        def ask() -> None:
            elsewhere.append(PK.first(key=idea.key))
            connection.close()

        other = Thread(target=ask)
        other.start()
        other.join()
        assert elsewhere == [None]
        assert PK.first(key=idea.key) == idea.pk


@pytest.mark.django_db
def test_its_statements_are_prepared_and_others_are_not() -> None:
    key = uuid4()
    for _ in range(2):  # as many others between as a few pages ask
        PK.all(key=key)
        for number in range(150):
            Idea.objects.filter(pk=number).exists()
    with planned_once() as cursor:
        cursor.execute("select statement from pg_prepared_statements where statement like '%ideas_idea%'")
        prepared = [text for (text,) in cursor.fetchall()]
    assert sum('FROM "ideas_idea" WHERE' in text for text in prepared) == 1, prepared


@pytest.mark.django_db
def test_it_reads_on_after_a_rollback() -> None:
    idea = IdeaFactory(author=PersonFactory(employed=True))
    for _ in range(3):
        with transaction.atomic():
            assert PK.first(key=idea.key) == idea.pk
            transaction.set_rollback(True)


def test_a_kept_read_of_who_stands_in_is_given_the_day() -> None:
    with pytest.raises(TypeError, match="kept"):
        grants.stands_in_for(Given("person"))
