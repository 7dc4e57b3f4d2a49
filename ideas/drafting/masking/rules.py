"""Which words of a text are masked, and which are worth masking; pure.

A passage is looked for as whole words, whatever its capitals, accents, hyphens, kind of space or emphasis.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from incubator.lib.masks import MASK

SHORTEST = 2  # letters and digits
LONGEST = 200
MOST = 100
_BETWEEN = r"[\s*_-]+"
_SAME = {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "`": "'"}
_DASHES = re.compile("[\u2010-\u2015]")


@dataclass(frozen=True)
class Known:
    """What would tell who is of a team: of one person, the names, number, address and departments."""

    given_name: str
    family_name: str
    staff_number: str
    email: str = ""
    departments: tuple[str, ...] = ()


def masked(text: str, passages: Sequence[str]) -> str:
    """The text with each of these passages replaced; how long a passage is cannot be seen."""
    pattern = _pattern(passages) if text else None
    if pattern is None:
        return text
    plain, places = _folded(text)
    found, end = [], 0
    for match in pattern.finditer(plain):
        start, last = places[match.start()], places[match.end() - 1] + 1
        # A mark above the last letter goes with it.
        while last < len(text) and not _fold(text[last]):
            last += 1
        if start < end:
            continue
        found += [text[end:start], MASK]
        end = last
    return "".join([*found, text[end:]])


def masked_all(data: Any, passages: Sequence[str]) -> Any:
    """The texts within lists and dictionaries masked; everything else as it is."""
    if not passages:
        return data
    if isinstance(data, str):
        return masked(data, passages)
    if isinstance(data, dict):
        return {name: masked_all(value, passages) for name, value in data.items()}
    if isinstance(data, list):
        return [masked_all(value, passages) for value in data]
    return data


def occurs(passage: str, texts: Iterable[str]) -> bool:
    pattern = _pattern([passage])
    return pattern is not None and any(pattern.search(_folded(text)[0]) for text in texts)


def tidy(typed: str) -> list[str]:
    """The passages of a field with one on each line, each once, in the order typed."""
    lines = (" ".join(line.split()) for line in typed.splitlines())
    return list({_folded(line)[0]: line for line in reversed([*filter(None, lines)])}.values())[::-1]


def is_too_short(passage: str) -> bool:
    return sum(character.isalnum() for character in passage) < SHORTEST


def same(one: str, other: str) -> bool:
    """Whether both mask the same words."""
    return _folded(one)[0] == _folded(other)[0]


def suggestions(people: Iterable[Known], files: Iterable[str], texts: Sequence[str]) -> list[str]:
    """What of the team occurs in these texts, each once: a full name before its parts."""
    candidates = [word for person in people for word in _telling(person)]
    for name in files:
        candidates += [name, name.rpartition(".")[0]]
    once = {_folded(word)[0]: word for word in candidates if word and not is_too_short(word)}
    return [word for word in once.values() if occurs(word, texts)]


def _telling(person: Known) -> list[str]:
    names = [
        f"{person.given_name} {person.family_name}",
        f"{person.family_name} {person.given_name}",
        person.family_name,
        person.given_name,
    ]
    return [*names, person.staff_number, person.email, person.email.partition("@")[0], *person.departments]


def _pattern(passages: Sequence[str]) -> re.Pattern[str] | None:
    longest_first = sorted({_folded(one)[0].strip() for one in passages}, key=lambda one: (-len(one), one))
    parts = [_part(one) for one in longest_first if any(c.isalnum() for c in one)]
    return re.compile("|".join(parts)) if parts else None


def _part(passage: str) -> str:
    # The underscore is emphasis here, no letter: `_Durand_` holds the word.
    start = r"(?<![^\W_])" if passage[0].isalnum() else ""
    end = r"(?![^\W_])" if passage[-1].isalnum() else ""
    words = [re.escape(word) for word in re.split(r"[\s-]+", passage) if word]
    return f"{start}{_BETWEEN.join(words)}{end}"


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in small letters without accents, and for each of its characters the place it comes from."""
    found, places = [], []
    for place, character in enumerate(text):
        for one in _fold(character):
            found.append(one)
            places.append(place)
    return "".join(found), places


def _fold(character: str) -> str:
    """Nothing for what is not seen: accents on their own, soft hyphens, marks of direction."""
    plain = unicodedata.normalize("NFKD", character.lower())
    kept = "".join(one for one in plain if unicodedata.category(one) not in ("Mn", "Cf"))
    return _DASHES.sub("-", "".join(_SAME.get(one, one) for one in kept))
