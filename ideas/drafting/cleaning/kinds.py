"""What a file is, by its content; the name only has to agree."""

import io
import zipfile
from typing import NamedTuple

import filetype

from ideas.drafting.cleaning.names import typed_extension
from ideas.drafting.cleaning.refused import Refused


class Kind(NamedTuple):
    """`family` is image, pdf, office, open (OpenDocument) or text; `names` are the extensions that agree."""

    family: str
    extension: str
    content_type: str
    names: tuple[str, ...]


def _office(extension: str, what: str) -> Kind:
    content_type = f"application/vnd.openxmlformats-officedocument.{what}"
    return Kind("office", extension, content_type, (extension,))


def _open(extension: str, what: str) -> Kind:
    return Kind("open", extension, f"application/vnd.oasis.opendocument.{what}", (extension,))


JPEG = Kind("image", "jpg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG = Kind("image", "png", "image/png", ("png",))
WEBP = Kind("image", "webp", "image/webp", ("webp",))
GIF = Kind("image", "gif", "image/gif", ("gif",))
IMAGES = {"image/jpeg": JPEG, "image/png": PNG, "image/webp": WEBP, "image/gif": GIF}
PDF = Kind("pdf", "pdf", "application/pdf", ("pdf",))
OFFICE = {
    "word/document.xml": _office("docx", "wordprocessingml.document"),
    "xl/workbook.xml": _office("xlsx", "spreadsheetml.sheet"),
    "ppt/presentation.xml": _office("pptx", "presentationml.presentation"),
}
OPEN = {
    b"application/vnd.oasis.opendocument.text": _open("odt", "text"),
    b"application/vnd.oasis.opendocument.spreadsheet": _open("ods", "spreadsheet"),
    b"application/vnd.oasis.opendocument.presentation": _open("odp", "presentation"),
}
TEXT = Kind("text", "txt", "text/plain", ("txt", "text", "md", "log"))
CSV = Kind("text", "csv", "text/csv", ("csv", "tsv"))
_WEB = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<head", b"<body", b"<!--")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACRO_NAMES = ("docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm")


def kind_of(name: str, content: bytes) -> Kind:
    """The kind of a file, whose name must agree with it. Raises Refused."""
    if not content:
        raise Refused("empty")
    typed = typed_extension(name)
    if typed in _MACRO_NAMES:
        raise Refused("macros")
    kind = _by_content(typed, content)
    # A picture of another picture format is common and harmless: it is written anew.
    agreeing = sum((image.names for image in IMAGES.values()), ()) if kind.family == "image" else kind.names
    if typed and typed not in agreeing:
        raise Refused("other_content")
    return kind


def _by_content(typed: str, content: bytes) -> Kind:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    if content.startswith(_OLD_OFFICE):
        raise Refused("old_office")
    found = filetype.guess(content)
    if found is not None and found.mime in IMAGES:
        return IMAGES[found.mime]
    if found is not None and found.mime in ("image/heic", "image/heif", "image/avif"):
        raise Refused("heic")
    if found is not None or typed not in (*TEXT.names, *CSV.names):
        raise Refused("unknown")
    if content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB):
        raise Refused("unknown")
    return TEXT if typed in TEXT.names else CSV


def _in_zip(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            declared = archive.read("mimetype")[:100] if _is_small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, OSError, EOFError):
        raise Refused("damaged") from None
    if declared.strip() in OPEN:
        return OPEN[declared.strip()]
    if "[Content_Types].xml" in names:
        for part, kind in OFFICE.items():
            if part in names:
                return kind
    raise Refused("unknown")


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist() and archive.getinfo(name).file_size <= 100
