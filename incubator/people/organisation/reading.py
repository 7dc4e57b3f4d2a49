"""From the bytes of a CSV or XLSX file to rows of text under known columns. No Django."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

# Field → the headings it may have. Compared without case, accents, spaces and signs.
COLUMNS: dict[str, tuple[str, ...]] = {
    "staff_number": ("matricule", "n° matricule", "numéro d’agent", "staff number", "employee number"),
    "family_name": ("nom", "nom d’usage", "nom usuel", "family name", "last name", "surname"),
    "given_name": ("prénom", "prénom usuel", "given name", "first name"),
    "email": ("e-mail", "mail", "courriel", "adresse électronique", "messagerie", "email address"),
    "entity": ("entité", "collectivité", "employeur", "entity", "employer"),
    "department_code": ("code service", "service code", "department code", "code affectation"),
    "department_name": ("libellé service", "service", "nom du service", "department", "department name"),
    "parent_code": ("code service parent", "code parent", "code direction", "parent code", "parent department code"),
    "parent_name": ("libellé service parent", "direction", "libellé direction", "parent department"),
    "manager": (
        "matricule du responsable", "matricule responsable", "matricule n+1", "responsable", "manager",
        "line manager", "manager staff number",
    ),
    "is_head": ("responsable du service", "est responsable", "chef de service", "encadrant", "is head", "head"),
    "grade_band": ("catégorie", "cat.", "grade band", "category"),
    "contract": ("contrat", "type de contrat", "statut", "contract", "contract type"),
    "site": ("site", "lieu de travail", "implantation", "workplace"),
    "title": ("fonction", "poste", "intitulé du poste", "emploi", "title", "job title", "position"),
    "starts_on": ("date de début", "début", "date d’affectation", "start date", "from"),
    "ends_on": ("date de fin", "fin", "date de sortie", "end date", "until"),
}  # fmt: skip
NEEDED = ("staff_number", "family_name", "given_name", "department_code")
MOST_BYTES = 200_000_000


class FileRefused(Exception):
    """The file as a whole cannot be read: `code` and `values` for `words.whole_file`."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class Row(NamedTuple):
    """`line` as the person sees it in the file; `cells` field → text, only for the columns of the file."""

    line: int
    cells: dict[str, str]
    too_many: bool = False


class Table(NamedTuple):
    """`headings` field → the heading as written, for reports."""

    headings: dict[str, str]
    rows: Iterator[Row]


def read(content: bytes) -> Table:
    """The table of a file, whatever its name: XLSX by its signature, else CSV. Raises FileRefused."""
    if len(content) > MOST_BYTES:
        raise FileRefused("too_large")
    lines = _sheet(content) if content[:4] == b"PK\x03\x04" else _csv(content)
    first = next(((line, cells) for line, cells in lines if any(cell.strip() for cell in cells)), None)
    if first is None:
        raise FileRefused("empty")
    places, headings = _columns(first[1])
    return Table(headings, _rows(lines, places, len(first[1])))


def plain(text: str) -> str:
    """A heading or a name without case, accents, spaces and signs: what makes two of them the same."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if sign.isalnum() and not unicodedata.combining(sign))


KNOWN = {plain(heading): field for field, headings in COLUMNS.items() for heading in (field, *headings)}


def _columns(headings: list[str]) -> tuple[dict[int, str], dict[str, str]]:
    places: dict[int, str] = {}
    written: dict[str, str] = {}
    for place, heading in enumerate(headings):
        field = KNOWN.get(plain(heading))
        if field is None:
            continue
        if field in written:
            raise FileRefused("column_twice", first=written[field], second=heading)
        places[place], written[field] = field, heading.strip()
    missing = [COLUMNS[field][0] for field in NEEDED if field not in written]
    if missing:
        raise FileRefused("columns_missing", columns=", ".join(missing))
    return places, written


def _rows(lines: Iterable[tuple[int, list[str]]], places: dict[int, str], width: int) -> Iterator[Row]:
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        found = {
            field: _one_line(cells[place]) if place < len(cells) else "" for place, field in places.items()
        }
        yield Row(line, found, any(cell.strip() for cell in cells[width:]))


def _one_line(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    head = text[:4096].partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # a cell may hold several lines
    except csv.Error as error:
        raise FileRefused("broken_csv", line=line) from error


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it (Excel's “Unicode text”), else the Windows Latin-1."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five bytes mean nothing in cp1252; latin-1 reads them as control characters, which are then refused.
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError:
            return content.decode("latin-1")


def _sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    import zipfile

    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, [_text(cell) for cell in cells]
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError) as error:
        raise FileRefused("broken_sheet") from error


def _text(cell: Any) -> str:
    """A cell as text: whole numbers without “.0” (a staff number typed as a number), days as ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
