"""Two judges of accessibility that need nothing but Python."""

from pathlib import Path

import outloud
import pdfua
import pymupdf

from tests.briefs.records import FONTS

MOST_PAGES = 5
FAILURES = ("error",)


def failures_in(file: Path) -> list[str]:
    """What fails: `outloud TBL-010: header cells look shredded`."""
    return _found(file, FAILURES)


def found_in(file: Path) -> list[str]:
    """What fails, and what a judge would have a person look at."""
    return _found(file, (*FAILURES, "warning"))


def faults_of(file: Path) -> list[str]:
    """What fails in a brief: that, fonts that are not ours, and pages too many."""
    with pymupdf.open(file) as opened:
        fonts = {name.split("+")[-1].rstrip(",") for page in opened for _, _, _, name, *_ in page.get_fonts()}
        pages = opened.page_count
    foreign = [f"font {name}" for name in sorted(fonts - FONTS)]
    return failures_in(file) + foreign + ([f"{pages} pages"] if pages > MOST_PAGES else [])


def _found(file: Path, severities: tuple[str, ...]) -> list[str]:
    report = pdfua.validate(str(file))
    judged = outloud.check(str(file))
    found = [f"pdfua {one.rule_id}: {one.message}" for one in report.findings]
    found += [f"outloud {one.rule}: {one.message}" for one in judged.findings if one.severity in severities]
    return found if judged.error is None else [*found, f"outloud cannot read it: {judged.error}"]
