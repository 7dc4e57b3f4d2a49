"""PDF: read and written anew without names, programs or files inside."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from ideas.drafting.cleaning.images import without_metadata
from ideas.drafting.cleaning.refused import Refused

MOST_OBJECTS = 200_000
# What a reader's program would start by itself.
ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/GoToE",
    "/Rendition",
    "/SubmitForm",
    "/RichMediaExecute",
}
PROGRAMS = {"/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
FILES = {"/EF", "/EmbeddedFiles", "/EmbeddedFile"}
SIGNATURES = {"/Sig", "/DocTimeStamp"}
# Names and dates: of the document, of a picture, of whoever commented.
PERSONAL = ("/Metadata", "/PieceInfo", "/LastModified")
IN_COMMENTS = ("/T", "/M", "/CreationDate", "/NM")


def clean_pdf(content: bytes) -> bytes:
    """The document written anew. Raises Refused."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Refused("password")
        if not len(reader.pages):
            raise Refused("damaged")
        writer = PdfWriter(clone_from=reader)
        writer.metadata = None
        objects = list(writer._objects)
        if len(objects) > MOST_OBJECTS:
            raise Refused("bomb")
        for found in objects:
            for dictionary in _dictionaries(found):
                _clean(dictionary)
        out = io.BytesIO()
        writer.write(out)
    except Refused:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise Refused("damaged") from None
    return out.getvalue()


def _dictionaries(found: Any) -> Iterator[DictionaryObject]:
    """The dictionaries written in one object, without following references: each object is visited once."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += [value for value in one.values() if not isinstance(value, IndirectObject)]
        elif isinstance(one, ArrayObject):
            waiting += [value for value in one if not isinstance(value, IndirectObject)]


def _clean(dictionary: DictionaryObject) -> None:
    names = set(dictionary)
    if names & PROGRAMS or str(dictionary.get("/S", "")) in ACTIONS:
        raise Refused("program")
    if names & FILES or str(dictionary.get("/Type", "")) == "/EmbeddedFile":
        raise Refused("embedded")
    if str(dictionary.get("/Type", "")) in SIGNATURES:
        dictionary.clear()
        return
    for name in PERSONAL:
        dictionary.pop(name, None)
    if "/Subtype" in names and "/Rect" in names and str(dictionary["/Subtype"]) != "/Widget":
        for name in IN_COMMENTS:
            dictionary.pop(name, None)
    if isinstance(dictionary, StreamObject) and str(dictionary.get("/Filter", "")) == "/DCTDecode":
        dictionary._data = without_metadata(dictionary._data)
