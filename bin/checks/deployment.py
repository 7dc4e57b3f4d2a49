"""`manage.py check --deploy` as production would run it, with a seal of its own: it may say nothing at all."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from incubator.lib.seals import demo

ROOT = Path(__file__).resolve().parent.parent.parent
# These look at settings only; a server of this name is never asked.
PRODUCTION = {
    "TRAVEE_ENV": "production",
    "SECRET_KEY": "for bin/check only: 9f2c41d7 a86b03e5 77d1c2f0 5b3e9a64 c8d1",
    "ALLOWED_HOSTS": "travee.example.org",
    "DATABASE_URL": "postgresql://travee@database.example.org/travee",
}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        passphrase = "for bin/check only"  # noqa: S105
        file, root = demo.make(Path(folder), passphrase, city="Travée", organisation="bin/check")
        seal = {
            "TRAVEE_SEAL_FILE": str(file),
            "TRAVEE_SEAL_PASSPHRASE": passphrase,
            "TRAVEE_SEAL_CERTIFICATES": str(root),
        }
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **PRODUCTION, **seal}).returncode


if __name__ == "__main__":
    sys.exit(main())
