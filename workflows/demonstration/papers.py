"""Small files that people attach: a drawn picture, a page of PDF, a table; the same bytes each time."""

import io
import zipfile
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

from ideas.drafting.uploads import Clean, clean

SIZE = (480, 320)
WALL, FLOOR, WOOD, SIGN = (226, 222, 211), (150, 140, 126), (138, 98, 60), (14, 92, 110)
PACKED = (1980, 1, 1, 0, 0, 0)
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def paper(name: str, lines: list[str]) -> Clean:
    """The file of this name, checked and cleaned as one that was uploaded. A picture shows as many things as there
    are lines; a table has one row for each, its cells between `|`."""
    made = {"jpg": picture, "pdf": page, "xlsx": table}[name.rpartition(".")[2]]
    return clean(name, made(lines))


def picture(lines: list[str]) -> bytes:
    """A wall, a shelf on it, and things on the shelf, as a camera of little ambition would take it."""
    drawn = Image.new("RGB", SIZE, WALL)
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 250, *SIZE), fill=FLOOR)
    pen.rectangle((50, 190, 430, 204), fill=WOOD)
    for place, line in enumerate(lines):
        left, height = 70 + place * 60, 40 + len(line) % 50
        pen.rectangle((left, 190 - height, left + 44, 190), fill=SIGN, outline=WOOD, width=3)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=70)
    return out.getvalue()


def page(lines: list[str]) -> bytes:
    """One page with these lines, the first as its title, in a letter that every reader has."""
    text = ["BT", "/F1 16 Tf", "60 770 Td", "22 TL"]
    for place, line in enumerate(lines):
        written = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        text += [f"({written}) Tj", "T*", *(["/F1 11 Tf"] if not place else [])]
    stream = "\n".join([*text, "ET"]).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + rows + tail


def table(lines: list[str]) -> bytes:
    """A workbook of one sheet."""
    rows = "".join(f"<row>{''.join(_cell(cell) for cell in line.split('|'))}</row>" for line in lines)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": _related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships"><sheets>'
        '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _related("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            said = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}'
            archive.writestr(zipfile.ZipInfo(name, PACKED), said)
    return out.getvalue()


def _related(what: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/relationships/{what}" Target="{target}"/></Relationships>'
    )


def _cell(text: str) -> str:
    text = text.strip()
    if text.isdigit():
        return f"<c><v>{text}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'
