"""The tables of cases hold the pure rules: they reach every branch, and no mutant of a rule passes them.

Of the checker of a configuration they reach every branch: its tables need the flows and the defaults, hence Django, so
they run in the checkout, and trying its mutants there would take too long.

bin/prove runs it; `python -m bin.checks.mutants 'workflows.gates.rules.votes.*'` tries those mutants only.

It works in a copy that holds the rules and their tables and nothing else: no Django, no database, no plugin, and no
properties, since what a random case finds today it may miss tomorrow. mutmut changes the bodies of functions; a
constant of a module is held by the tables alone.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RULES = ("workflows/gates/rules", "workflows/sessions/rules.py")
TABLES = ("tests/gates/rules", "tests/sessions/records.py", "tests/sessions/test_rules.py")
CHECKER = "workflows/gates/configuration/rules"
CHECKER_TABLES = tuple(
    f"tests/gates/test_configuration_{name}.py" for name in ("hidden_voters", "rules", "seating", "sound")
)
# What the project's own configuration of pytest asks for.
PLUGINS = ("-p", "pytest_django.plugin", "-p", "pytest_socket")
PROPERTIES = "test_properties.py"
# A plugin of pytest that a pure test does not need costs each mutant some milliseconds. The time limit is for
# mutants that never end, not for a busy machine.
CONFIGURATION = """
[tool.pytest.ini_options]
addopts = "--import-mode=importlib --tb=no -p no:cacheprovider -p no:unraisableexception -p no:threadexception \
-p no:doctest -p no:junitxml -p no:pastebin -p no:logging -p no:faulthandler -p no:stepwise"
filterwarnings = ["error"]

[tool.mutmut]
source_paths = ["workflows"]
pytest_add_cli_args_test_selection = ["tests"]
timeout_multiplier = 60.0
use_git_change_detection = false
"""


def copied(root: Path, names: Sequence[str], to: Path) -> None:
    """Files, and folders whole, at the same place in the copy; without the properties."""
    for name in names:
        source, target = root / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(PROPERTIES, "__pycache__"))
        else:
            shutil.copyfile(source, target)


def run(copy: Path, *command: str) -> tuple[int, str]:
    """Exit code of a program of this environment, and what it said."""
    # Nothing of the checkout may be found in the copy's stead, and the same is tried each time.
    unwanted = ("PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0", "TERM": "dumb"}
    program = str(Path(sys.executable).parent / command[0])
    done = subprocess.run(
        [program, *command[1:]],
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def branches_missed(at: Path, source: str, *asked: str) -> bool:
    """Run these tables once; say how many branches of the source they reach, and which not."""
    with tempfile.TemporaryDirectory(prefix="branches-") as folder:
        data, found = f"--data-file={folder}/coverage", Path(folder) / "found.json"
        code, said = run(
            at, "coverage", "run", data, "--branch", "--source", source, "-m", "pytest", "-q", *asked
        )
        if code:
            print(said)
            return True
        run(at, "coverage", "json", data, "-q", "-o", str(found))
        totals = json.loads(found.read_text())["totals"]
        print(f"branches: {totals['covered_branches']} reached of {totals['num_branches']}", flush=True)
        missed = totals["missing_branches"] or totals["missing_lines"]
        if missed:
            print(run(at, "coverage", "report", data, "--show-missing", "--skip-covered")[1])
        return bool(missed)


def survivors(copy: Path, names: Sequence[str]) -> bool:
    """Try the mutants; say how many the tables killed, and show each that lived."""
    code, said = run(copy, "mutmut", "run", *names)
    if code:
        print(said.replace("\r", "\n")[-4000:])
        return True
    found = dict(
        line.strip().rsplit(": ", 1)
        for line in run(copy, "mutmut", "results", "--all", "true")[1].splitlines()
        if "__mutmut_" in line  # it may say other things too
    )
    tried = {name: status for name, status in found.items() if status != "not checked"}
    lived = [name for name, status in tried.items() if status != "killed"]
    for name in lived:
        print(run(copy, "mutmut", "show", name)[1])
    print(f"mutants: {len(tried) - len(lived)} killed of {len(tried)}", flush=True)
    return bool(lived) or not tried


def examine(root: Path, rules: Sequence[str], tables: Sequence[str], names: Sequence[str] = ()) -> int:
    """0 when the tables of `root` hold its rules, 1 when not. Leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        copied(root, [*rules, *tables], copy)
        (copy / "pyproject.toml").write_text(CONFIGURATION)
        return 1 if branches_missed(copy, "workflows", "tests") or survivors(copy, names) else 0


if __name__ == "__main__":
    checker = not sys.argv[1:] and branches_missed(ROOT, CHECKER, *PLUGINS, *CHECKER_TABLES)
    sys.exit(examine(ROOT, RULES, TABLES, sys.argv[1:]) or int(checker))
