"""A request whose process dies before its first statement, its second, and so on to none.

`python -m tests.races.killed` reads `{"person": pk, "url": …, "data": {…}, "count": [model labels]}` as JSON and
writes one line per death: `[exit status, [rows of each model]]`. The last line is of the request that lived.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

MOST = 120


def main() -> None:
    django.setup()
    from django.apps import apps
    from django.db import connection
    from django.test import Client

    asked = json.load(sys.stdin)
    # What a first request loads is loaded once, before the children part.
    Client().get("/sign-in")
    models = [apps.get_model(label) for label in asked["count"]]
    for statement in range(1, MOST):
        connection.close()  # a child must not inherit it
        child = os.fork()
        if not child:
            os._exit(_request(asked, statement))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps([status, [model.objects.count() for model in models]]) + "\n")
        sys.stdout.flush()
        if status == 0:
            return


def _request(asked: dict[str, Any], statement: int) -> int:
    from django.db import connection
    from django.test import Client

    from incubator.people.models import Person

    client = Client()
    client.force_login(Person.objects.get(pk=asked["person"]))
    with connection.execute_wrapper(_dies_before(statement)):
        answer = client.post(asked["url"], asked["data"])
    return 0 if answer.status_code == 302 else 1


def _dies_before(statement: int) -> Callable[..., Any]:
    done = 0

    def run(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal done
        done += 1
        if done == statement:
            os._exit(9)
        return execute(sql, params, many, context)

    return run


if __name__ == "__main__":
    main()
