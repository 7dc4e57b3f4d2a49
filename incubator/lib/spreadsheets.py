"""Cells of the tables people download: text stays text, whichever spreadsheet opens it."""

import re
from typing import Any

# Spreadsheets look past spaces and what is not printed; where Japanese is written, the wide signs begin one too.
FORMULA = re.compile(r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def as_text(value: Any) -> str:
    """The value as a cell that no spreadsheet takes for a formula: an apostrophe stands before what could be one.

    Source: OWASP, “CSV Injection”.
    """
    cell = str(value)
    return f"'{cell}" if FORMULA.match(cell) else cell
