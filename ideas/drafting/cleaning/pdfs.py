"""PDF: read and written anew without names, programs or files inside."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

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
# What opens by itself, or beside a link, may only turn pages: an address fetched tells who reads.
STARTERS = ("/OpenAction", "/AA", "/A", "/PA")
BY_ITSELF = {"/GoTo", "/Named", *ACTIONS}  # these last are refused where they stand
WHEN_CLICKED = {*BY_ITSELF, "/URI"}
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
        _drop_unreached(writer)
        out = io.BytesIO()
        writer.write(out)
    except Refused:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise Refused("damaged") from None
    return out.getvalue()


def _dictionaries(found: Any) -> Iterator[DictionaryObject]:
    """The dictionaries written in one object, without following references: each object is visited once."""
    for one in _parts(found):
        if isinstance(one, DictionaryObject):
            yield one


def _parts(found: Any) -> Iterator[Any]:
    """An object and all that is written in it; references are given and not followed."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, DictionaryObject):
            waiting += one.values()
        elif isinstance(one, ArrayObject):
            waiting += one


def _drop_unreached(writer: PdfWriter) -> None:
    """What nothing leads to any more, names above all, is not written: pypdf would write it all the same."""
    reached: set[int] = set()
    waiting = [writer.root_object.indirect_reference]
    while waiting:
        reference = waiting.pop()
        if reference is None or reference.idnum in reached:
            continue
        reached.add(reference.idnum)
        parts = _parts(writer._objects[reference.idnum - 1])
        waiting += [one for one in parts if isinstance(one, IndirectObject)]
    for place in range(len(writer._objects)):
        if place + 1 not in reached:
            writer._objects[place] = None


def _clean(dictionary: DictionaryObject) -> None:
    names = set(dictionary)
    if names & PROGRAMS or str(dictionary.get("/S", "")) in ACTIONS:
        raise Refused("program")
    if names & FILES or str(dictionary.get("/Type", "")) == "/EmbeddedFile":
        raise Refused("embedded")
    if str(dictionary.get("/Type", "")) in SIGNATURES:
        dictionary.clear()
        return
    _quieten(dictionary)
    for name in PERSONAL:
        dictionary.pop(name, None)
    if "/Subtype" in names and "/Rect" in names and str(dictionary["/Subtype"]) != "/Widget":
        for name in IN_COMMENTS:
            dictionary.pop(name, None)
    if isinstance(dictionary, StreamObject):
        _clean_picture(dictionary)


def _quieten(dictionary: DictionaryObject) -> None:
    """Drop what would fetch or open something elsewhere; a link to an address, which a person clicks, stays."""
    for name in STARTERS:
        started = _resolved(dictionary.get(name))
        if not isinstance(started, DictionaryObject):
            continue
        allowed = WHEN_CLICKED if name == "/A" else BY_ITSELF
        actions = started.values() if name == "/AA" else [started]
        kinds = {
            str(_resolved(one).get("/S", "")) for one in map(_resolved, actions) if isinstance(one, dict)
        }
        if not kinds <= allowed:
            dictionary.pop(name)


def _clean_picture(stream: StreamObject) -> None:
    """A photograph keeps its pixels and loses what its camera wrote, whatever it is packed in besides."""
    filters = _resolved(stream.get("/Filter"))
    names = [str(_resolved(one)) for one in filters] if isinstance(filters, list) else [str(filters)]
    if names[-1:] != ["/DCTDecode"]:
        return
    stream._data = without_metadata(decode_stream_data(stream) if len(names) > 1 else stream._data)
    stream[NameObject("/Filter")] = NameObject("/DCTDecode")
    parameters = _resolved(stream.get("/DecodeParms"))
    if isinstance(parameters, list):
        stream.pop("/DecodeParms")
        if isinstance(last := _resolved(parameters[-1]), DictionaryObject):
            stream[NameObject("/DecodeParms")] = last


def _resolved(found: Any) -> Any:
    return found.get_object() if isinstance(found, IndirectObject) else found
