"""One term base: the English word has its French word, and some words are never used.

`fixtures/terms.csv` holds it. A translator's comment `# terms: free` lets one message go its own way.
"""

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib

from incubator.lib import translations
from incubator.lib.translations import said

ROOT = Path(__file__).resolve().parent.parent.parent
TERMS = ROOT / "fixtures" / "terms.csv"
FREE = "terms: free"


@dataclass(frozen=True)
class Term:
    """`english` asks for one of `french` (each the beginning of a word); the others are never said."""

    english: str
    french: tuple[str, ...]
    never_english: tuple[str, ...]
    never_french: tuple[str, ...]


def read(text: str) -> list[Term]:
    """The term base from its CSV."""

    def words(cell: str) -> tuple[str, ...]:
        return tuple(word.strip().lower() for word in cell.split("|") if word.strip())

    return [
        Term(
            row["english"].lower(),
            words(row["french"]),
            words(row["never_english"]),
            words(row["never_french"]),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def faults(terms: Iterable[Term], pairs: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """What is wrong among `(where, English, French)`, one line each. Either text may be empty."""
    terms = list(terms)
    for where, english, french in pairs:
        plain_english, plain_french = _plain(english), _plain(french)
        for term in terms:
            for word in term.never_english:
                if _says(plain_english, word):
                    yield f"{where}: never say “{word}”: {english[:70]}"
            for word in term.never_french:
                if _says(plain_french, word):
                    yield f"{where}: never say « {word} »: {french[:70]}"
            asked = (
                term.english and term.french and french and _says(plain_english, term.english, plural=True)
            )
            if asked and not any(_begins(plain_french, word) for word in term.french):
                yield f"{where}: “{term.english}” is « {term.french[0]} »: {french[:70]}"


def _plain(text: str) -> str:
    without = re.sub(r"<[^>]*>|%\(\w+\)\w|\{\w*\}|https?:\S+", " ", text)
    return without.replace("\u00a0", " ").replace("'", "’").lower()


def _says(text: str, words: str, *, plural: bool = False) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(words)}{'s?' if plural else ''}(?![\w-])", text))


def _begins(text: str, words: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(words)}", text))


def of_catalogues(entries: Iterable[polib.POEntry], name: str) -> Iterator[tuple[str, str, str]]:
    """The pairs of one catalogue; a plural gives one pair per form."""
    for entry in entries:
        if entry.obsolete or FREE in entry.tcomment or not entry.msgid:
            continue
        english = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for number, french in enumerate(said(entry)):
            yield f"{name}:{entry.linenum}", english[min(number, len(english) - 1)], french


def of_defaults(value: Any, name: str, *, key: str = "") -> Iterator[tuple[str, str, str]]:
    """The pairs `{"en": …, "fr": …}` anywhere in a JSON file."""
    if isinstance(value, dict):
        english, french = value.get("en"), value.get("fr")
        if isinstance(french, str):
            yield f"{name}:{key}", english if isinstance(english, str) else "", french
        for inner, content in value.items():
            yield from of_defaults(content, name, key=inner)
    elif isinstance(value, list):
        for content in value:
            yield from of_defaults(content, name, key=key)


def main() -> int:
    terms = read(TERMS.read_text(encoding="utf-8"))
    pairs: list[tuple[str, str, str]] = []
    for path in translations.catalogues():
        pairs += of_catalogues(translations.read(path), path.name)
    for path in sorted((ROOT / "fixtures").glob("*.json")):
        pairs += of_defaults(json.loads(path.read_text(encoding="utf-8")), path.name)
    found = list(faults(terms, pairs))
    for fault in found:
        print(fault)
    print(f"{len(terms)} terms, {len(pairs)} texts, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
