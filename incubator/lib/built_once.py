"""Statements of one shape that every act makes: built once in a process, prepared once in a connection.

Django's way from expressions to SQL takes several times as long as PostgreSQL's answer, and PostgreSQL's way to a plan
often longer than running it. Kept is Django's own SQL; rows become instances as in any other read.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Given(Expression):
    """Stands in a kept read for a value named each time: a key, an instant, a primary key (never an instance)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class _Built(NamedTuple):
    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    parameters: Sequence[Any]


class BuiltOnce(Generic[Row]):
    """A read whose SQL is made at its first use; `build` gives the queryset, with a `Given` for each value.

    Django looks only then whether a `select_for_update` stands in a transaction.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._built: _Built | None = None

    def all(self, **given: Any) -> list[Row]:
        """The rows, in one query; `given`: the value of each `Given`, by its name."""
        built = self._built = self._built or _made(self._build())
        with planned_once() as cursor:
            cursor.execute(
                built.sql, [given[one.name] if isinstance(one, Given) else one for one in built.parameters]
            )
            rows = [cursor.fetchall()]
        # A compiler of this read's own: a connection is its thread's.
        compiler = copy(built.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        vars(compiler)["execute_sql"] = lambda *_args, **_named: rows
        queryset = built.queryset.all()
        vars(queryset.query)["get_compiler"] = lambda *_args, **_named: compiler
        return list(queryset)

    def first(self, **given: Any) -> Row | None:
        """The first row, or None; all that fit are read."""
        return next(iter(self.all(**given)), None)


def _made(queryset: QuerySet[Any, Any]) -> _Built:
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    # Asked of each column, each time.
    converters = compiler.get_converters([column for column, *_named in compiler.select])
    vars(compiler)["get_converters"] = lambda _columns: converters
    vars(compiler)["connection"] = None  # of the thread that came first
    return _Built(queryset, compiler, sql, parameters)


class _Cursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        # Asked for each time: psycopg's count of what recurs is flooded by Django's statements, each a new text.
        return super().execute(query, params, **more | {"prepare": True})

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # psycopg forgets the text of what is prepared, and Django's log of statements reads it here.
        self._query = super()._convert_query(query, params)
        return self._query


def planned_once() -> CursorWrapper:
    """A cursor for statements that are always the same text: prepared, until a rollback drops what is."""
    database: Any = connections[DEFAULT_DB_ALIAS]  # django-stubs knows no cursor of a driver
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        cursor: CursorWrapper = database._prepare_cursor(_Cursor(database.connection))
        return cursor
