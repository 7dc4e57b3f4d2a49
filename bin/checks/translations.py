"""Every text has its French: none missing, fuzzy, obsolete or unused, placeholders and typography kept."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import polib

from bin.checks.messages import Message, collect
from incubator.lib import translations
from incubator.lib.translations import Key, TranslationError, said

PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sd]|\{\w*\}")
TAG = re.compile(r"<[^>]*>|&\w+;")
FRENCH = {
    r"[  ][?!;:»]|« ": "a plain space where French wants a non-breaking one",
    r"[\w)%][?!»]|[\w)];(?!\w)|[^\W\d_]:(?=\s|$)|«[^\W_]": "no non-breaking space",
    r"\w'\w": "a straight apostrophe",
    r'"': "straight quotation marks",
    r"\.\.\.": "three dots for an ellipsis",
}
ENGLISH = {
    r"\w'\w": "a straight apostrophe",
    r'"': "straight quotation marks",
    r"\.\.\.": "three dots for an ellipsis",
}


def faults(messages: Iterable[Message], catalogues: Iterable[Path]) -> list[str]:
    """What is wrong, one line each."""
    catalogues = list(catalogues)
    problems: list[str] = []
    try:
        problems += _left_behind(catalogues)
        french = translations.merge(catalogues)
    except TranslationError as error:
        return [str(error)]
    wanted = {message.key: message for message in messages}
    for message in wanted.values():
        entry = french.get(message.key)
        problems += [f"{message.where}: {fault}" for fault in _of_message(message, entry)]
    unused = [entry for key, entry in french.items() if key not in wanted and key != (None, "")]
    problems += [f"“{_short(entry.msgid)}” is translated but said nowhere" for entry in unused]
    return problems


def _left_behind(catalogues: Iterable[Path]) -> list[str]:
    entries = [(path.name, entry) for path in catalogues for entry in translations.read(path)]
    return [f"{name}: “{_short(entry.msgid)}” is fuzzy" for name, entry in entries if entry.fuzzy] + [
        f"{name}: “{_short(entry.msgid)}” is obsolete: delete it" for name, entry in entries if entry.obsolete
    ]


def _of_message(message: Message, entry: polib.POEntry | None) -> list[str]:
    shown = _short(message.text)
    english = [f"“{shown}”: {fault}" for fault in _typography(message.text, ENGLISH)]
    if entry is None or not all(said(entry)) or (message.plural and len(said(entry)) < 2):
        return [*english, f"“{shown}” has no French"]
    problems = english
    if (message.plural or "") != (entry.msgid_plural or ""):
        problems.append(f"“{shown}”: its plural is not the catalogue's")
    asked = set(PLACEHOLDER.findall(message.text + (message.plural or "")))
    for text in said(entry):
        given = set(PLACEHOLDER.findall(text))
        # "one idea" may leave the number out; nothing may be added, and the plural must say all.
        if given - asked or (asked - given and not message.plural):
            problems.append(f"“{shown}”: the French has {_list(given)}, the English {_list(asked)}")
        problems += [f"“{shown}”: French with {fault}" for fault in _typography(text, FRENCH)]
    return problems


def _typography(text: str, rules: dict[str, str]) -> list[str]:
    plain = PLACEHOLDER.sub("x", TAG.sub("", re.sub(r"https?:\S+", "", text)))
    return [fault for pattern, fault in rules.items() if re.search(pattern, plain)]


def _list(placeholders: set[str]) -> str:
    return ", ".join(sorted(placeholders)) or "no placeholder"


def _short(text: str) -> str:
    return text if len(text) < 60 else text[:57] + "…"


def by_key(messages: Iterable[Message]) -> dict[Key, Message]:
    """The first place of each message."""
    found: dict[Key, Message] = {}
    for message in messages:
        found.setdefault(message.key, message)
    return found


def main() -> int:
    messages, unreadable = collect()
    found = unreadable + faults(messages, translations.catalogues())
    for fault in found:
        print(fault)
    print(f"{len(by_key(messages))} texts, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
