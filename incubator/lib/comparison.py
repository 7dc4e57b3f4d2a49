"""Two versions of a text, piece by piece, for people who compare them."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# SequenceMatcher is quadratic: beyond this, whole lines are compared instead of words.
MOST_WORDS = 4000


@dataclass(frozen=True)
class Piece:
    """`kind`: same, ins (only in the new text) or del (only in the old one)."""

    kind: Literal["same", "ins", "del"]
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """The way from `old` to `new`: same and del pieces join to `old`, same and ins pieces to `new`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > MOST_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            found.append(Piece("del", "".join(before[a:b])))
        if d > c:
            found.append(Piece("ins", "".join(after[c:d])))
    return found
