"""The lines of a CSV file as they come in the world: encodings, separators, quotes; pure, in constant memory."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ideas.precedents.rules import BadLine

CHUNK = 1 << 16
SEPARATORS = (",", ";", "\t")


class Unreadable(Exception):
    """The file as a whole cannot be read: `code` and `values` for `wording.whole_file`."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class Record(NamedTuple):
    """`line` is the number of its first line in the file; `words` by column, or `problem`."""

    line: int
    words: dict[str, str]
    problem: BadLine | None


class Shape(NamedTuple):
    """How a file is written, as `open` takes it."""

    encoding: str
    errors: str


def shape(path: Path) -> Shape:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else Latin-1 as Windows writes it.

    A file that is mostly UTF-8 stays so: its bad bytes become lone surrogates, and only their lines are refused.
    """
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return Shape("utf-16", "strict")
        file.seek(0)
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            escaped = sum("\udc80" <= character <= "\udcff" for character in text)
            bad += escaped
            good += sum(character > "\x7f" for character in text) - escaped
    if bad == 0 or good > bad:
        return Shape("utf-8-sig", "surrogateescape")
    return Shape("cp1252", "latin1_holes")


def _latin1_holes(error: UnicodeError) -> tuple[str, int]:
    # Five bytes mean nothing to Windows; in Latin-1 they are control characters.
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin1_holes", _latin1_holes)


class _Lines:
    """Physical lines that can be given back."""

    def __init__(self, source: Iterator[str]) -> None:
        self.source = source
        self.number = 0
        self.waiting: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else next(self.source)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back_all_but_one(self) -> None:
        back = self.taken[1:]
        self.waiting += reversed(back)
        self.number -= len(back)


def records(path: Path, required: Sequence[str]) -> Iterator[Record]:
    """The records of a file whose first line names its columns. Raises Unreadable.

    A quote that is never closed would swallow what follows: when a record of several lines does not fit its
    columns, its first line alone is refused and reading goes on with the second.
    """
    how = shape(path)
    with path.open(encoding=how.encoding, errors=how.errors, newline="") as file:
        lines = _Lines(iter(file))
        columns, separator = _header(lines, required)
        while True:
            lines.taken.clear()
            first = lines.number + 1
            try:
                cells = next(csv.reader(lines, delimiter=separator))
            except StopIteration:
                return
            except csv.Error as error:
                lines.give_back_all_but_one()
                yield Record(first, {}, BadLine("", "unreadable", why=str(error)))
                continue
            if len(cells) == len(columns):
                yield Record(first, dict(zip(columns, cells, strict=True)), None)
            elif any(cell.strip() for cell in cells):
                yield Record(first, {}, _misfit(lines, cells, columns))


def _misfit(lines: _Lines, cells: Sequence[str], columns: Sequence[str]) -> BadLine:
    if len(lines.taken) > 1:
        lines.give_back_all_but_one()
        return BadLine("", "open_quote")
    return BadLine("", "misfit", cells=len(cells), columns=len(columns))


def _header(lines: _Lines, required: Sequence[str]) -> tuple[list[str], str]:
    first = next(lines, "")
    for separator in SEPARATORS:
        columns = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
        if set(required) <= set(columns):
            if len(set(columns)) != len(columns):
                raise Unreadable("column_twice")
            return columns, separator
    raise Unreadable("columns_missing", columns=", ".join(required))
