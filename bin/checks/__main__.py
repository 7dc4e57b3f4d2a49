"""bin/check: every step, one line each; the output of a step is shown when it fails. Exit 1 if any failed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
# These look at models and settings only; a server of this name is never asked.
NO_DATABASE = {
    "TRAVEE_ENV": "test",
    "DATABASE_URL": "postgresql:///nobody",
    "DJANGO_SETTINGS_MODULE": "incubator.settings",
}


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    report: bool = False  # shown even when all is well


STEPS = [
    Step("lint", [PYTHON, "-m", "ruff", "check", "."]),
    Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    Step("types", [PYTHON, "-m", "mypy"], NO_DATABASE),
    Step("imports", [str(Path(PYTHON).parent / "lint-imports"), "--no-logo"]),
    Step(
        "migrations",
        [PYTHON, "-W", "ignore", "-m", "django", "makemigrations", "--check", "--dry-run"],
        NO_DATABASE,
    ),
    Step("translations", [PYTHON, "-m", "bin.checks.translations"]),
    Step("terms", [PYTHON, "-m", "bin.checks.terms"]),
    Step("deployment", [PYTHON, "-m", "bin.checks.deployment"]),
    Step("process", [PYTHON, "manage.py", "export_process", "--check"], NO_DATABASE),
    Step("templates", [PYTHON, "-m", "bin.checks.templates"]),
    Step("lock", [PYTHON, "-m", "bin.checks.lock"]),
    Step("places", [PYTHON, "-m", "bin.checks.places"]),
    Step("sizes", [PYTHON, "-m", "bin.checks.sizes"], report=True),
]


def run(step: Step) -> tuple[Step, int, str, float]:
    """The step, its exit code, what it said, and the seconds it took."""
    began = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        env={**os.environ, **step.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return step, done.returncode, done.stdout, time.monotonic() - began


def main(wanted: list[str]) -> int:
    """Run all steps, or those named."""
    unknown = set(wanted) - {step.name for step in STEPS}
    if unknown:
        print(
            f"No such step: {', '.join(sorted(unknown))}. There are: {', '.join(step.name for step in STEPS)}."
        )
        return 2
    failed = []
    with ThreadPoolExecutor(2) as both_cores:
        for step, code, said, seconds in both_cores.map(
            run, [s for s in STEPS if not wanted or s.name in wanted]
        ):
            print(f"{'failed' if code else 'ok':6} {step.name} ({seconds:.1f} s)", flush=True)
            if code or step.report:
                print("".join(f"       {line}\n" for line in said.splitlines()), end="", flush=True)
            if code:
                failed.append(step.name)
    print(f"failed: {', '.join(failed)}" if failed else "all in order")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
