"""From what was found in a file, and what the record says of it, to one verdict. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from incubator.lib.seals.examination import Examination
from workflows.briefs.public import NAME
from workflows.briefs.rules import Standing

# The file cannot be read as a document at all.
UNREADABLE = ("too_large", "too_long", "not_pdf", "damaged")


@dataclass(frozen=True)
class Known:
    """The brief that a file is, or begins with. `kept`: file, masked, former (a masked copy made earlier), or
    beginning (the file holds the brief, and more or less than the kept file does).

    `serial`: its number in the year, `2026/17`; with `replaced_by`, that of the brief in force, it is what the paper
    prints. `data_matches`: whether the data it carries are those kept; None when there are none to compare.
    """

    number: str
    serial: str
    decided_on: date
    outcome: str
    kept: str
    in_force: bool
    replaced_by: str = ""
    data_matches: bool | None = None
    # Of the decision: a brief stays in force whatever becomes of that.
    standing: Standing = field(default=Standing())


def embedded_matches(attached: Mapping[str, str], expected_sha256: str) -> bool | None:
    """Whether the file's `decision.json` is the one kept; None when none is kept for it or the file carries none."""
    found = attached.get(NAME, "")
    return found == expected_sha256 if found and expected_sha256 else None


def verdict(found: Examination, known: Known | None, *, asked: bool = True, holds: bool = True) -> str:
    """One code of `words.VERDICTS`. `asked` is False where there is no record to ask: nothing is known then, and
    `holds` says whether the file's data give the opinion and decision that it says."""
    if found.finding in UNREADABLE:
        return found.finding
    if known is not None and known.kept != "beginning":
        return _of_a_kept_file(found, known)
    if found.finding == "not_sealed":
        return "unsealed_copy" if known else "not_sealed" if asked else "no_seal"
    if found.seal is not None and not found.seal.trusted:
        return "another_key"
    if found.finding in ("altered", "added"):
        return found.finding
    if asked:
        return "unknown"
    if not holds:
        return "does_not_hold"
    return "demonstration" if found.seal is not None and found.seal.demo else "sealed"


def _of_a_kept_file(found: Examination, known: Known) -> str:
    """The very file kept: only its data could speak against it, if the record itself was changed."""
    if known.data_matches is False:
        return "record_differs"
    if not known.in_force:
        return "replaced"
    if known.standing.what:
        return known.standing.what
    if known.standing.later:
        return "followed"
    return "genuine" if found.finding == "whole" and found.seal and found.seal.trusted else "kept"
