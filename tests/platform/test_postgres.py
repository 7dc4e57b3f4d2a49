"""What a power cut leaves does not keep the embedded server from starting."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def _run(var: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "TRAVEE_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server that was made, used once and left; each test leaves it so."""
    var = tmp_path_factory.mktemp("postgres") / "var"
    _run(var, "from incubator import postgres; assert postgres.start()")
    return var


def test_stale_files_are_forgotten_and_the_last_to_leave_stops_it(var: Path) -> None:
    data = var / "postgres"
    assert not (data / "postmaster.pid").exists(), "the only user has left, so the server has stopped"

    # As after a power cut: a server that says it is ready (its number now someone else's), a user that is no more.
    lines = [str(os.getpid()), str(data), "1", "5432", str(data), "", "0 0", "ready   "]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (data / ".handle_pids.json").write_text(json.dumps([2**22 - 3]))
    code = """
import psycopg
from incubator import postgres
with psycopg.connect(postgres.start()) as connection:
    print(connection.execute("select lower('É')").fetchone()[0])
"""
    assert _run(var, code) == "é"
    assert not (data / "postmaster.pid").exists()


def test_an_interrupted_initdb_is_made_anew(var: Path) -> None:
    (var / "postgres" / "postmaster.opts").unlink()
    (var / "postgres" / "global" / "pg_control").unlink()
    assert _run(var, "from incubator import postgres; print(postgres.start()[:10])") == "postgresql"
