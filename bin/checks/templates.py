"""No dead template: every file in templates/ is named somewhere, and every name given has its file.

And no two forms of a page with one request key: the second act would be taken for a repeat of the first.
"""

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("incubator", "ideas", "workflows")
# Django looks for these by itself.
FRAMEWORK = re.compile(r"(400|403|403_csrf|404|500)\.html|django/forms/.+|admin/.+")
SUFFIXES = (".html", ".txt", ".svg", ".css", ".xml")
INCLUDED = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")
# The page's key, or the start or the end of a loop.
KEY_OR_LOOP = re.compile(r"{{ *request_key *}}|{% *(?:for|endfor)\b")
QUOTED = re.compile(r"""["']([\w./-]+\.(?:html|txt|svg|css|xml))["']""")


def names_in_python(source: str) -> tuple[set[str], set[str]]:
    """Whole names, and patterns for names made of parts (`f"messages/{kind}.html"`)."""
    names, patterns = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(SUFFIXES):
            names.add(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w./-]+"
                for part in node.values
            ]
            pattern = "".join(parts)
            # Only names with a folder of their own: a pattern such as "…\.html" would keep everything alive.
            if (
                pattern.endswith(tuple(re.escape(suffix) for suffix in SUFFIXES))
                and "/" in pattern.split("[")[0]
            ):
                patterns.add(pattern)
    return names, patterns


def dead(templates: Iterable[str], names: set[str], patterns: set[str]) -> list[str]:
    """The templates that nothing refers to."""
    return [
        name
        for name in templates
        if name not in names
        # A style sheet for documents is read as a file, by its own name.
        and not (name.endswith(".css") and name.rsplit("/", 1)[-1] in names)
        and not FRAMEWORK.fullmatch(name)
        and not any(re.fullmatch(pattern, name) for pattern in patterns)
    ]


def missing(templates: Iterable[str], named_in_templates: set[str]) -> list[str]:
    """What templates include or extend and nobody wrote: a page that would fail when it is shown."""
    ours = {name for name in named_in_templates if not name.startswith("django/")}
    return sorted(ours - set(templates))


def shared_keys(texts: Mapping[str, str]) -> list[str]:
    """The templates whose page shows its one key more than once; a form of several takes `{% request_key %}`."""
    return sorted(name for name in texts if _keys(name, texts) > 1)


def _keys(name: str, texts: Mapping[str, str]) -> int:
    """How often a template shows the page's key, with what it includes; once in a loop is often."""
    text = texts.get(name, "")
    count = depth = 0
    for found in KEY_OR_LOOP.findall(text):
        if found.startswith("{{"):
            count += 2 if depth else 1
        else:
            depth += -1 if "endfor" in found else 1
    return count + sum(_keys(part, texts) for part in INCLUDED.findall(text) if part != name)


def main() -> int:
    folder = ROOT / "templates"
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES]
    templates = [path.relative_to(folder).as_posix() for path in files]
    names: set[str] = set()
    patterns: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            more, shapes = names_in_python(path.read_text(encoding="utf-8"))
            names, patterns = names | more, patterns | shapes
    included: set[str] = set()
    texts = {
        name: re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.S)
        for name, path in zip(templates, files, strict=True)
    }
    for text in texts.values():
        names |= set(QUOTED.findall(text))
        included |= set(INCLUDED.findall(text))
    found = [f"templates/{name}: nothing refers to it" for name in dead(templates, names, patterns)]
    found += [f"{name}: included, but there is no such template" for name in missing(templates, included)]
    found += [f"templates/{name}: two forms of one page share its request key" for name in shared_keys(texts)]
    for fault in found:
        print(fault)
    print(f"{len(templates)} templates, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
