"""Two versions of a text, piece by piece, for people who compare them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A word goes with the space after it: spaces by themselves would match everywhere, at quadratic cost.
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
# Pairs of equal words that difflib would look at; about a second's work.
MOST_PAIRS = 2_000_000

Kind = Literal["same", "del", "ins"]


class Piece(NamedTuple):
    """`kind`: same, ins (only in the new text) or del (only in the old one)."""

    kind: Kind
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """The way from `before` to `after`: same and del pieces join to `before`, same and ins pieces to `after`.

    Texts too alike within themselves to be compared by word in time are compared by line, then as a whole.
    """
    start = _same_start(before, after)
    end = _same_start(before[start:][::-1], after[start:][::-1])
    middle = _by_word(before[start : len(before) - end], after[start : len(after) - end])
    return list(_joined([Piece("same", before[:start]), *middle, Piece("same", before[len(before) - end :])]))


def _same_start(one: str, other: str) -> int:
    """How many characters both begin with, cut back to the end of a word."""
    shared = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    while shared and not one[shared - 1].isspace():
        shared -= 1
    return shared


def _by_word(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if _pairs(old, new) <= MOST_PAIRS:
        yield from _matched(old, new)
        return
    lines_before, lines_after = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if _pairs(lines_before, lines_after) > MOST_PAIRS:
        yield from (Piece("del", before), Piece("ins", after))
        return
    gone = come = ""
    for piece in [*_matched(lines_before, lines_after), Piece("same", "")]:
        if piece.kind == "del":
            gone += piece.text
        elif piece.kind == "ins":
            come += piece.text
        else:
            yield from _within_lines(gone, come)
            gone = come = ""
            yield piece


def _within_lines(gone: str, come: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(gone), _WORDS.findall(come)
    if _pairs(old, new) <= MOST_PAIRS:
        yield from _matched(old, new)
    else:
        yield from (Piece("del", gone), Piece("ins", come))


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counted = Counter(new)
    return sum(count * counted[word] for word, count in Counter(old).items())


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        yield Piece("del", "".join(old[a:b]))
        yield Piece("ins", "".join(new[c:d]))


def _joined(found: Iterable[Piece]) -> Iterator[Piece]:
    held: Piece | None = None
    for piece in found:
        if not piece.text:
            continue
        if held is None or held.kind != piece.kind:
            if held:
                yield held
            held = piece
        else:
            held = Piece(held.kind, held.text + piece.text)
    if held:
        yield held
