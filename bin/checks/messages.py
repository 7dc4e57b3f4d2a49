"""Finds the texts that pages translate, in Python and in templates, without the gettext program."""

import ast
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("incubator", "ideas", "workflows")
TEMPLATES = {".html", ".txt", ".svg", ".css", ".xml"}

# Name → positions of context, singular and plural among the arguments.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# The same, as babel counts them (from 1, the context marked).
BABEL = {
    "_": None,
    "gettext": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Message:
    """A text to translate. `where` is a file and line for people."""

    context: str | None
    text: str
    plural: str | None
    where: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


class NotLiteral(Exception):
    """A translating call whose text cannot be read from the source; the text says where."""


def in_python(source: str, where: str) -> Iterator[Message]:
    """Messages of one module. Raises NotLiteral for `_(f"…")` and the like, which no catalogue can hold."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name not in CALLS or not node.args:
            continue
        place = f"{where}:{node.lineno}"
        texts = [None if at is None else _literal(node, at, place) for at in CALLS[name]]
        context, text, plural = texts
        if text is not None:
            yield Message(context, text, plural, place)


def _literal(call: ast.Call, position: int, place: str) -> str | None:
    if position >= len(call.args):
        raise NotLiteral(f"{place}: an argument is missing")
    argument = call.args[position]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.Name | ast.Attribute | ast.Subscript):
        return None  # a text that was marked where it stands, translated when it is shown
    raise NotLiteral(f"{place}: the text is made while running, so no catalogue can hold it")


def in_template(source: str, where: str) -> Iterator[Message]:
    """Messages of one template; Django's own reading of its tags, so contexts, plurals and `trimmed` count."""
    # The words around the tags become noise that Python's tokens can bear, except for their indentation.
    lines = "\n".join(line.lstrip() for line in templatize(source).splitlines())
    for line, text, _comments, context in extract("python", io.BytesIO(lines.encode()), keywords=BABEL):
        one, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, None)
        yield Message(context, one, plural, f"{where}:{line}")


def sources(root: Path = ROOT) -> Iterable[Path]:
    """Every file that may hold a text to translate."""
    for room in ROOMS:
        yield from (path for path in sorted((root / room).rglob("*.py")) if "migrations" not in path.parts)
    yield from (path for path in sorted((root / "templates").rglob("*")) if path.suffix in TEMPLATES)


def collect(root: Path = ROOT) -> tuple[list[Message], list[str]]:
    """All messages of the project, and what could not be read."""
    found: list[Message] = []
    faults: list[str] = []
    for path in sources(root):
        where = str(path.relative_to(root))
        source = path.read_text(encoding="utf-8")
        try:
            found += in_python(source, where) if path.suffix == ".py" else in_template(source, where)
        except NotLiteral as error:
            faults.append(str(error))
    return found, faults
