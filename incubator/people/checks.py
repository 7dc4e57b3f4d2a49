"""What `manage.py check --database default` and `migrate` say of a real installation."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

from incubator.people import demo
from incubator.people.models import Person


@register(Tags.database)
def no_demo_account(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """In production no account of the demo city may be there: its PIN is printed for everyone."""
    if not settings.PRODUCTION or "default" not in (databases or ()):
        return []
    connection = connections["default"]
    try:
        # Before the first migration there is no table, and nobody in it.
        if Person._meta.db_table not in connection.introspection.table_names():
            return []
        found = demo.any_account()
    except DatabaseError:
        return []  # a database out of reach has its own message
    if not found:
        return []
    return [
        Error(
            "Accounts of the demo city are in this database; their PIN is public.",
            hint="Start from an empty database: `manage.py demo_city` made this one.",
            id="people.E001",
        )
    ]
