"""A line of a source's file as a precedent; pure. Dates are kept at the precision they have: the month."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from incubator.events.rules import canonical, sha256

# Counted into the fingerprint: a change of these rules makes the next import bring everything up to date.
RULES = 1
LONGEST_TITLE = 120

NUMBER = "identifiant_projet_gagnant"
TITLE = "titre_projet_gagnant"
BUDGET = "budget_global_projet_gagnant"
STATE = "avancement_projet"
REQUIRED_COLUMNS = (NUMBER, TITLE, STATE, BUDGET)
# In the order in which they should come.
MILESTONES = (
    ("studies", "debut_etudes_projet"),
    ("procedure", "lancement_procedure_projet"),
    ("works", "lancement_travaux_projet"),
    ("delivery", "livraison_prev_projet"),
    ("opening", "ouverture_projet"),
)
STATES = {
    "FIN": "done",
    "LIVRAISON": "delivered",
    "TRAVAUX": "works",
    "ETUDES": "studies",
    "PROCEDURES": "procedures",
    "NON DEMARRE": "not_started",
    "ABANDONNÉ": "given_up",
}

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


class BadLine(Exception):
    """`column`, or "" of the whole line, `code` and `values` for `wording.bad_line`; the line is not loaded."""

    def __init__(self, column: str, code: str, **values: Any) -> None:
        super().__init__(code)
        self.column, self.code, self.values = column, code, values


class Milestone(NamedTuple):
    """`month` is `YYYY-MM`; without it, `words` say why there is none."""

    name: str
    month: str
    words: str


class Line(NamedTuple):
    """What a precedent keeps. `state`: a code of `STATES`, or `unknown` for words not met before."""

    number: str
    title: str
    state: str
    euros: int | None
    milestones: list[Milestone]
    inversions: list[dict[str, Any]]
    words: dict[str, str]
    fingerprint: str


def read(words: Mapping[str, str]) -> Line:
    """A line by column. Raises BadLine, naming the column."""
    for column, word in words.items():
        if "\x00" in word:
            raise BadLine(column, "nul")
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise BadLine(column, "no_text")
    number, title = words[NUMBER].strip(), " ".join(words[TITLE].split())
    if not number:
        raise BadLine(NUMBER, "empty")
    if len(number) > 40:
        raise BadLine(NUMBER, "too_long")
    if not title:
        raise BadLine(TITLE, "empty")
    milestones = [_milestone(name, column, words.get(column, "")) for name, column in MILESTONES]
    kept = dict(words)
    return Line(
        number,
        title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…",
        STATES.get(words[STATE].strip(), "unknown"),
        _euros(words[BUDGET]),
        milestones,
        inversions(milestones),
        kept,
        sha256(canonical([RULES, kept])),
    )


def _milestone(name: str, column: str, typed: str) -> Milestone:
    word = typed.strip()
    found = _MONTH.fullmatch(word)
    if found is None:
        if any(character.isdigit() for character in word):
            raise BadLine(column, "neither", value=word[:40])
        return Milestone(name, "", word)
    if not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2200:
        raise BadLine(column, "no_month", value=word)
    return Milestone(name, word, "")


def _euros(typed: str) -> int | None:
    word = re.sub(r"[\s\u00a0\u202f]", "", typed)
    if not word:
        return None
    if not (word.isascii() and word.isdigit()) or len(word) > 12 or int(word) > 2_000_000_000:
        raise BadLine(BUDGET, "no_amount", value=typed[:40])
    return int(word)


def inversions(milestones: Iterable[Milestone]) -> list[dict[str, Any]]:
    """Pairs of neighbouring known milestones in the wrong order, with how many months they are apart."""
    known = [one for one in milestones if one.month]
    return [
        {"earlier": first.name, "later": second.name, "months": gap}
        for first, second in pairwise(known)
        if (gap := _months(first.month) - _months(second.month)) > 0
    ]


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def text(line: Line) -> dict[str, Any]:
    """The fields of a text for the pages and the search, in the source's own words."""
    words = {column: word.strip() for column, word in line.words.items()}
    place = words.get("arrondissement_projet_gagnant", "")
    pitch = [words.get("echelle_bp", ""), words.get("edition", ""), words.get("thematique", "")]
    proposal = [
        ("", line.words[TITLE].strip()),
        ("Adresse", words.get("adresse_projet_gagnant", "")),
        ("Direction pilote", words.get("direction_pilote_projet", "")),
        ("Avancement", words[STATE]),
    ]
    return {
        "title": line.title,
        "pitch": " · ".join(part for part in pitch if part)[:300],
        "concerned": f"Arrondissement {place}" if place else "",
        "proposal": "\n\n".join(f"{label} : {word}" if label else word for label, word in proposal if word),
        "needs_euros": line.euros,
    }
