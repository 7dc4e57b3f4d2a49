"""Production does not start on a guess."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
COMPLETE = {
    "TRAVEE_ENV": "production",
    "SECRET_KEY": "3b9c" * 20,
    "ALLOWED_HOSTS": "travee.example.org",
    "DATABASE_URL": "postgresql://travee@db.example.org/travee",
}


def _settings(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from incubator import settings as s; print(s.ENVIRONMENT, s.SESSION_COOKIE_SECURE)",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def test_complete_production_starts() -> None:
    done = _settings(**COMPLETE)
    assert done.stdout == "production True\n", done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_names_what_is_missing(missing: str) -> None:
    done = _settings(**{name: value for name, value in COMPLETE.items() if name != missing})
    assert done.returncode != 0
    assert done.stderr.strip().endswith(f"TRAVEE_ENV=production needs: {missing}")


def test_production_runs_unsealed_or_sealed_and_not_in_between(tmp_path: Path) -> None:
    from incubator.lib.seals import demo

    file, root = demo.make(tmp_path, "passphrase", city="Port-Aubert")
    whole = {
        "TRAVEE_SEAL_FILE": str(file),
        "TRAVEE_SEAL_PASSPHRASE": "passphrase",
        "TRAVEE_SEAL_CERTIFICATES": str(root),
    }
    assert _settings(**COMPLETE, **whole).returncode == 0
    for missing in whole:
        half = {name: value for name, value in whole.items() if name != missing}
        done = _settings(**COMPLETE, **half)
        assert done.returncode != 0, missing
        assert "The seal is half configured" in done.stderr
    # A web process may have the certificates alone.
    assert _settings(**COMPLETE, TRAVEE_SEAL_CERTIFICATES=str(root)).returncode == 0


def test_a_misspelt_environment_is_not_taken_for_a_demo() -> None:
    done = _settings(TRAVEE_ENV="prod")
    assert done.returncode != 0
    assert "TRAVEE_ENV is 'prod': say demo or production" in done.stderr


def test_without_any_variable_it_is_the_demo() -> None:
    assert _settings().stdout == "demo False\n"
