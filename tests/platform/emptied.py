"""Tables emptied after a test that needed real transactions: rows deleted where there are any.

Django's TRUNCATE makes the files of every table and index anew, half a second each time, for tables that nearly all
are empty.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

# As replica no trigger fires: neither foreign keys, in whatever order, nor those that keep events from being deleted.
EMPTY = """
do $$
declare
  name text;
  has_rows boolean;
begin
  -- As a truncation would: what another session has written is waited for, not passed by.
  lock table {tables} in share row exclusive mode;
  set local session_replication_role = replica;
  foreach name in array array[{names}] loop
    execute format('select exists (select from %I)', name) into has_rows;
    if has_rows then
      execute format('delete from %I', name);
    end if;
  end loop;
end $$
"""
TRUNCATED = DatabaseOperations.sql_flush


def _sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
    with self.connection.cursor() as cursor:
        cursor.execute("show is_superuser")  # only such a one may act as a replica
        (superuser,) = cursor.fetchone()
    if superuser != "on" or not tables or options.get("reset_sequences"):
        return TRUNCATED(self, style, tables, **options)
    names = ", ".join(f"'{name}'" for name in tables)
    return [EMPTY.format(names=names, tables=", ".join(f'"{name}"' for name in tables))]


@pytest.fixture(scope="session", autouse=True)
def _rows_are_deleted() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _sql_flush)
        yield
