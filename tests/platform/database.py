"""The tests' own server, and a database with every migration applied, made once and then copied."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from incubator import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
PREFIX = "travee_migrated_"
# Tests may lose their data in a power cut; without these it is three times quicker.
QUICK = ("fsync", "full_page_writes", "synchronous_commit")


def start() -> None:
    """Start the embedded server, or join it, and say in the environment what to copy test databases from."""
    # Asked to end, pytest would die at once and leave the server: let it end as by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with psycopg.connect(postgres.start(), autocommit=True) as connection:
        for name in QUICK:
            connection.execute(f"alter system set {name} = off")
        connection.execute("select pg_reload_conf()")
        os.environ["TRAVEE_TEST_TEMPLATE"] = _migrated(connection)


def digest(root: Path = ROOT) -> str:
    """Changes with any migration, with the data that migrations read, and with the packages' versions."""
    found = hashlib.sha256()
    files = [
        *root.glob("*/**/migrations/*.py"),
        *(root / "fixtures").glob("*.json"),
        root / "requirements.txt",
    ]
    for path in sorted(path for path in files if "var" not in path.parts and ".venv" not in path.parts):
        found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _migrated(connection: psycopg.Connection) -> str:
    name = PREFIX + digest()
    known = {row[0] for row in connection.execute("select datname from pg_database")}
    if name in known:
        return name
    for old in (other for other in known if other.startswith(PREFIX)):
        connection.execute(f'drop database if exists "{old}" with (force)')
    making = f"{PREFIX}making_{os.getpid()}"
    connection.execute(f'create database "{making}" template {postgres.EMPTY}')
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = {**os.environ, "DATABASE_URL": postgres.running_url(making) or ""}
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    # Renamed only when complete: a run that was interrupted leaves nothing that looks ready.
    connection.execute(f'alter database "{making}" rename to "{name}"')
    return name
