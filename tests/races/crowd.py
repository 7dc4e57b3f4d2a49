"""Ten people at ten machines: processes with a connection each, that send their requests at one instant.

`python -m tests.races.crowd 10` forks so many once. It then reads, one JSON a line, what each has to send,
`[{"person": pk, "url": …, "data": {…}, "until": text or ""}, …]`, lets all of them go at one instant, and writes one
JSON a line: `[[status, page, tries], …]` in the same order. With `until`, whoever is answered 409 tries again at once
with the same request key, until the act succeeds or the page holds that text.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds, on the busiest machine
Request = dict[str, Any]
# Status, page, number of tries.
Answer = tuple[int, str, int]


class Crowd:
    """What a test holds: the processes, started once and used for each instant."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.run = subprocess.Popen(
            [sys.executable, "-m", "tests.races.crowd", str(size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            # The product gives up after 3 s: ten people on a busy machine are slower.
            env={**os.environ, "DATABASE_URL": here(), "LOCK_TIMEOUT_MILLISECONDS": f"{PATIENCE}000"},
        )

    def at_once(self, *requests: Request) -> list[Answer]:
        assert len(requests) == self.size, "everybody acts"
        assert self.run.stdin is not None
        assert self.run.stdout is not None
        self.run.stdin.write(json.dumps(requests) + "\n")
        self.run.stdin.flush()
        line = self.run.stdout.readline()
        assert line, "the crowd is gone: its words are above"
        return [(status, page, tries) for status, page, tries in json.loads(line)]

    def go_home(self) -> None:
        """End the processes; raises AssertionError when one did not end well."""
        assert self.run.stdin is not None
        assert self.run.stdout is not None
        self.run.stdin.close()
        assert self.run.wait(PATIENCE) == 0
        self.run.stdout.close()


def here() -> str:
    """The address of the database that this test uses."""
    from django.db import connection

    found = connection.get_connection_params()
    place = (
        f"postgresql://{found['user']}:{found.get('password') or ''}@/{found['dbname']}?host={found['host']}"
    )
    return place + (f"&port={found['port']}" if found.get("port") else "")


def main(size: int) -> None:
    django.setup()
    from django.db import connection
    from django.test import Client

    # What a first request loads is loaded once, before the processes part.
    Client().get("/sign-in")
    connection.close()
    parts = multiprocessing.get_context("fork")
    gun = parts.Barrier(size)
    lines = []
    for _ in range(size):
        ours, theirs = parts.Pipe()
        parts.Process(target=_one_of_them, args=(theirs, gun), daemon=True).start()
        lines.append(ours)
    for asked in sys.stdin:
        for line, request in zip(lines, json.loads(asked), strict=True):
            line.send(request)
        sys.stdout.write(json.dumps([line.recv() for line in lines]) + "\n")
        sys.stdout.flush()
    for line in lines:
        line.send(None)
    for one in multiprocessing.active_children():
        one.join(PATIENCE)


def _one_of_them(line: Connection, gun: Barrier) -> None:
    from django.test import Client

    from incubator.people.models import Person

    clients: dict[int, Client] = {}
    while (request := line.recv()) is not None:
        client = clients.get(request["person"])
        if client is None:
            client = clients[request["person"]] = Client(headers={"accept-language": "en"})
            client.force_login(Person.objects.get(pk=request["person"]))
        gun.wait(PATIENCE)
        line.send(_send(client, request))


def _send(client: Any, request: Request) -> Answer:
    tries, until = 0, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        tries += 1
        answer = client.post(request["url"], request["data"])
        page = answer.content.decode()
        if answer.status_code != 409 or not request["until"] or request["until"] in page:
            break
        time.sleep(0.02)
    return answer.status_code, page, tries


if __name__ == "__main__":
    main(int(sys.argv[1]))
