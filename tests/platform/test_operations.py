"""docs/operations.md keeps its word."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from incubator import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
ROLES = (ROOT / "docs" / "database-roles.sql").read_text(encoding="utf-8")
NAME = "travee_roles"
WORK = """
import django; django.setup()
from incubator.jobs import remove_done_jobs
from incubator.people.models import Entity
from incubator.events.models import Event
from django.db import connection
assert remove_done_jobs.defer(timestamp=0) > 0
print(Entity.objects.count() + Event.objects.count())
"""


def test_every_variable_of_the_settings_is_explained() -> None:
    read = re.findall(
        r'env\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "incubator" / "settings.py").read_text(encoding="utf-8")
    )
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert read
    assert [name for name in read if f"`{name}`" not in text] == []


def _address(role: str) -> str:
    url = postgres.running_url(NAME)
    if url is None:
        pytest.skip("The roles are tried on the embedded server only.")
    return url.replace("postgres@", f"{role}@")


def _manage(role: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _address(role), "DJANGO_SETTINGS_MODULE": "incubator.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.prove
def test_the_applications_role_works_and_cannot_change_events() -> None:
    server = _address("postgres").replace(f"/{NAME}?", "/postgres?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database if exists {NAME}")
        connection.execute(f"create database {NAME} template {postgres.EMPTY}")
    with psycopg.connect(_address("postgres"), autocommit=True) as superuser:
        superuser.execute(ROLES)
        _manage("travee_owner", "manage.py", "migrate", "--verbosity", "0")
        superuser.execute(ROLES)
    assert _manage("travee_app", "-c", WORK) == "0\n"
    with psycopg.connect(_address("travee_app"), autocommit=True) as app:
        granted = app.execute(
            "select name from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) name"
            " where has_table_privilege('events_event', name)"
        ).fetchall()
        assert [row[0] for row in granted] == ["SELECT", "INSERT"]
        for act in (
            "update events_event set id = id",
            "delete from events_event",
            "truncate events_event",
            "alter table events_event disable trigger all",
            "drop trigger events_keep_rows on events_event",
            "delete from django_migrations",
            "create table mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(act)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database {NAME}")
