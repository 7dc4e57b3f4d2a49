"""The catalogues: one ordinary .po per room in `locale/fr/`, merged and compiled without the gettext program."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = ROOT / "locale" / "fr"
COMPILED = CATALOGUES / "LC_MESSAGES" / "django.mo"
HEADER = {
    "Project-Id-Version": "travee",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "fr",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}

LINE = re.compile(r'(#.*|(msg(ctxt|id|id_plural|str|str\[\d\])\s+)?".*"\s*|\s*)')

# A message is known by its context and its English text.
Key = tuple[str | None, str]


class TranslationError(Exception):
    """The catalogues contradict each other or cannot be read; the text says where."""


def catalogues() -> list[Path]:
    """The rooms' files, in a stable order."""
    return sorted(CATALOGUES.glob("*.po"))


def merge(files: Iterable[Path]) -> dict[Key, polib.POEntry]:
    """All messages in force of several files; fuzzy and obsolete ones are left out.

    Raises TranslationError when two files translate one message differently, or one cannot be parsed.
    """
    merged: dict[Key, polib.POEntry] = {}
    origin: dict[Key, Path] = {}
    for path in files:
        for entry in read(path):
            if entry.obsolete or entry.fuzzy:
                continue
            key = (entry.msgctxt, entry.msgid)
            if key in merged and said(merged[key]) != said(entry):
                raise TranslationError(
                    f"“{entry.msgid}” is translated differently in {origin[key].name} and {path.name}"
                )
            merged[key], origin[key] = entry, path
    return merged


def read(path: Path) -> polib.POFile:
    """One room's file. Raises TranslationError naming the line that cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if not LINE.fullmatch(line):  # polib takes a line without its closing quote, and loses letters
                raise TranslationError(f"{path.name}, line {number}: {line}")
        return polib.pofile(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TranslationError(f"{path.name}: {error}") from error


def said(entry: polib.POEntry) -> tuple[str, ...]:
    """The French of a message: one text, or one per plural form."""
    if entry.msgid_plural:
        return tuple(entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural))
    return (entry.msgstr,)


def compile_if_needed() -> bool:
    """Write the compiled catalogue unless it already holds exactly these files. True when it was written."""
    files = catalogues()
    digest = _digest(files)
    if COMPILED.exists() and digest.encode() in COMPILED.read_bytes():
        return False
    compiled = polib.MOFile()
    compiled.metadata = {**HEADER, "X-Source": digest}
    merged = merge(files)
    for key in sorted(merged, key=lambda key: (key[0] or "", key[1])):
        compiled.append(_compiled(merged[key]))
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    partial = COMPILED.with_suffix(".partial")
    partial.write_bytes(compiled.to_binary())
    partial.replace(COMPILED)  # a server that reads meanwhile sees the old file or the new one
    return True


def _compiled(entry: polib.POEntry) -> polib.MOEntry:
    return polib.MOEntry(
        msgctxt=entry.msgctxt,
        msgid=entry.msgid,
        msgid_plural=entry.msgid_plural,
        msgstr=entry.msgstr,
        msgstr_plural=entry.msgstr_plural,
    )


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
