"""A database of the bench's own on the embedded server: never the demo's, gone when the bench has ended."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from incubator import postgres

PREFIX = "travee_bench_"


@contextmanager
def fresh() -> Iterator[str]:
    """The address of an empty database. Those that a killed bench left are dropped too."""
    postgres.start()
    server = postgres.running_url("postgres")
    assert server is not None, "it was just started"
    name = f"{PREFIX}{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        for left in _left(connection):
            _drop(connection, left)
        connection.execute(f"create database {name} template {postgres.EMPTY}".encode())
    try:
        yield postgres.running_url(name) or ""
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            _drop(connection, name)


def _left(connection: psycopg.Connection) -> list[str]:
    """Databases whose bench no longer runs."""
    found = connection.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX])
    return [name for (name,) in found if not _runs(int(name.removeprefix(PREFIX)))]


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(f"drop database if exists {name} with (force)".encode())
