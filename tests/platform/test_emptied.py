"""After a test with real transactions nothing of it is left, though its rows are deleted and not truncated."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from incubator.events.models import Event
from incubator.people.models import Person
from tests.journey import cast as play
from tests.journey.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def emptied() -> None:
    """As after such a test."""
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True, reset_sequences=False)


def test_flush_leaves_no_row_of_any_table() -> None:
    play.submit(Cast())
    assert Event.objects.exists()
    assert Person.objects.exists()
    emptied()
    with connection.cursor() as cursor:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        for name in names:
            cursor.execute(f'select count(*) from "{name}"')  # noqa: S608 - the database's own names
            assert cursor.fetchone() == (0,), name


def test_afterwards_no_event_can_be_deleted() -> None:
    emptied()
    play.submit(Cast())
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append"):
        cursor.execute("delete from events_event")
