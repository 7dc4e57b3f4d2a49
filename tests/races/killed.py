"""A request whose process is killed (SIGKILL) before its first statement, its second, and so on to none.

`python -m tests.races.killed` reads `{"person": pk, "url": …, "data": {…}}` as JSON and writes one line per try:
`[exit status, SHA-256 of the whole database]`. A statement is what goes to the database: BEGIN apart, which goes with
the next one, and COMMIT included; the last death is after it, before the answer. The last line is of the try that
lived. Every try sends the same request, with its one key.
"""

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import django

MOST = 120
KILLED = -signal.SIGKILL
# Every row of every table, in one statement; the order of rows says nothing.
TABLES = """
select string_agg(
  format('select %L as place, coalesce(string_agg(md5(line::text), '''' order by md5(line::text)), '''') from %I line',
    table_name, table_name), ' union all ')
from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
"""
ALL = """
select encode(sha256(string_agg(place || lines, ';' order by place)::bytea), 'hex') from ({}) everything(place, lines)
"""


def main() -> None:
    django.setup()
    from django.db import connection
    from django.test import Client

    from incubator.people.models import Person

    asked = json.load(sys.stdin)
    # What a first request loads is loaded once, before the children part; the sign-in is no part of the act.
    client = Client()
    client.force_login(Person.objects.get(pk=asked["person"]))
    client.get(asked["url"])
    gc.freeze()  # else each child copies what its collector walks
    for step in range(1, MOST):
        connection.close()  # a child must not inherit it
        child = os.fork()
        if not child:
            os._exit(_request(client, asked, step))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps([status, everything()]) + "\n")
        sys.stdout.flush()
        if status != KILLED:
            return


def everything() -> str:
    """Says whether anything anywhere changed: rows, jobs, sessions."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        (statement,) = cursor.fetchone()
        cursor.execute(ALL.format(statement))
        (found,) = cursor.fetchone()
    return str(found)


def _request(client: Any, asked: dict[str, Any], step: int) -> int:
    """Sends the request, and dies at this step; 0 when it lived and was led on."""
    from django.db import connection

    done, commit = 0, connection._commit  # type: ignore[attr-defined]

    def count() -> None:
        nonlocal done
        done += 1
        if done == step:
            die()

    def run(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        count()
        return execute(sql, params, many, context)

    def committing() -> None:
        count()
        commit()
        count()

    connection._commit = committing  # type: ignore[attr-defined]
    with connection.execute_wrapper(run):
        answer = client.post(asked["url"], asked["data"])
    return 0 if answer.status_code == 302 else 1


def die() -> NoReturn:
    """As a power cut would: nothing is closed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL does not wait")


if __name__ == "__main__":
    main()
