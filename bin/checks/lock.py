"""The lock says what pyproject.toml asks for: pinned, with hashes, naming no index.

`python -m bin.checks.lock` looks (offline, at once); `--write` makes both files anew with uv.
"""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = {"requirements.txt": False, "requirements-dev.txt": True}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def asked(project: dict[str, Any], *, dev: bool) -> list[str]:
    """The requirements of one lock, in the order of pyproject.toml."""
    wanted = list(project["project"]["dependencies"])
    return wanted + (project["project"]["optional-dependencies"]["dev"] if dev else [])


def header(wanted: list[str], python: str) -> str:
    """First lines of a lock: they hold the digest of what was asked, so that any change shows."""
    digest = hashlib.sha256("\n".join([python, *wanted]).encode()).hexdigest()
    return f"# Made by bin/lock from pyproject.toml: do not edit.\n# asked: sha256:{digest}\n"


def pins(text: str) -> dict[str, str]:
    """Package name → version of every pinned line."""
    found = (PIN.match(line) for line in text.splitlines())
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def faults(pyproject: str, locks: dict[str, str]) -> list[str]:
    """What is wrong, one line each. `locks`: file name → text."""
    project = tomllib.loads(pyproject)
    python = project["project"]["requires-python"]
    problems: list[str] = []
    for name, dev in LOCKS.items():
        text, wanted = locks[name], asked(project, dev=dev)
        pinned = pins(text)
        if not text.startswith(header(wanted, python)):
            problems.append(f"{name} was not made from this pyproject.toml: run bin/lock")
        problems += [f"{name}: {fault}" for fault in _unmet(wanted, pinned)]
        problems += [f"{name}: {fault}" for fault in _unsafe(text)]
    product, all_of_them = (pins(locks[name]) for name in LOCKS)
    problems += [
        f"{package} is {version} in requirements.txt and {all_of_them.get(package)} in requirements-dev.txt"
        for package, version in product.items()
        if all_of_them.get(package) != version
    ]
    return problems


def _unmet(wanted: list[str], pinned: dict[str, str]) -> list[str]:
    problems = []
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None:
            problems.append(f"{requirement.name} is missing")
        elif version not in requirement.specifier:
            problems.append(f"{requirement.name} is {version}, asked {requirement.specifier}")
    return problems


def _unsafe(text: str) -> list[str]:
    problems = [
        f"names an index: {line}" for line in text.splitlines() if re.match(r"\s*(--|-[fi]\b)(?!hash)", line)
    ]
    problems += [f"holds an address: {line}" for line in text.splitlines() if "://" in line]
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    problems += [
        f"{block.split()[0]} has no hash"
        for block in blocks
        if PIN.match(block) and "--hash=sha256:" not in block
    ]
    return problems


def write(arguments: list[str]) -> None:
    """Compile both locks; the product's versions bind the development lock."""
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    python = project["project"]["requires-python"]
    for name, dev in LOCKS.items():
        command = [str(ROOT / ".venv/bin/uv"), "--no-config", "pip", "compile", "pyproject.toml", "--quiet"]
        command += ["--universal", "--python-version", python.removeprefix(">="), "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        command += ["--output-file", name]
        command += ["--extra", "dev", "--constraint", "requirements.txt"] if dev else []
        subprocess.run([*command, *arguments], cwd=ROOT, check=True)
        lock = ROOT / name
        lock.write_text(header(asked(project, dev=dev), python) + lock.read_text())


def main() -> int:
    if "--write" in sys.argv:
        write([argument for argument in sys.argv[1:] if argument != "--write"])
    found = faults((ROOT / "pyproject.toml").read_text(), {name: (ROOT / name).read_text() for name in LOCKS})
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
