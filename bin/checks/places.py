"""Nothing in the repository names one machine's folders or a package registry: it must work anywhere."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLACES = re.compile(
    r"/(?:work|root|opt/(?:wheels|pypi)|home/\w+)/|\bpypi\.org|pythonhosted\.org|deb\.debian\.org|registry\.npmjs"
    r"|--(?:extra-)?index-url|--find-links|\.\./shared"
)
# This check, its test, and the one command that tells uv to leave those words out.
EXCEPT = {
    "bin/checks/places.py",
    "bin/checks/lock.py",
    "tests/platform/test_checks.py",
    "tests/platform/test_lock.py",
}


def named(text: str) -> list[tuple[int, str]]:
    """Line number and the words, for each place that a text names."""
    lines = enumerate(text.splitlines(), 1)
    return [(number, found[0]) for number, line in lines if (found := PLACES.search(line))]


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    faults = 0
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if name in EXCEPT or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, words in named(text):
            faults += 1
            print(f"{name}:{number}: names {words}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
