"""Two judges of accessibility that need nothing but Python."""

from pathlib import Path

import outloud
import pdfua


def found_in(file: Path) -> list[str]:
    """What they find wrong: `outloud TBL-010: header cells look shredded`. Warnings too, which most documents get some of."""
    report = pdfua.validate(str(file))
    judged = outloud.check(str(file))
    found = [f"pdfua {one.rule_id}: {one.message}" for one in report.findings]
    found += [
        f"outloud {one.rule}: {one.message}"
        for one in judged.findings
        if one.severity in ("error", "warning")
    ]
    return found if judged.error is None else [*found, f"outloud cannot read it: {judged.error}"]
