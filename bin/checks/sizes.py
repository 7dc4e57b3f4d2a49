"""The longest files and functions. A report, not a limit: split where a name for the part exists."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("incubator", "ideas", "workflows", "bin", "tests")
SHOWN = 5


def functions(source: str) -> list[tuple[int, str]]:
    """Lines and name of each function of a module."""
    return [
        ((node.end_lineno or node.lineno) - node.lineno + 1, node.name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def main() -> int:
    files: list[tuple[int, str]] = []
    longest: list[tuple[int, str]] = []
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            source, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
            files.append((len(source.splitlines()), name))
            longest += [(lines, f"{name}: {function}") for lines, function in functions(source)]
    print(f"{len(files)} files, {sum(lines for lines, _ in files)} lines")
    for lines, name in sorted(files, reverse=True)[:SHOWN] + sorted(longest, reverse=True)[:SHOWN]:
        print(f"{lines:5} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
