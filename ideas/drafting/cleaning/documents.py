"""Office documents: unpacked within limits, packed anew without names, macros or what points outside."""

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator

from ideas.drafting.cleaning.images import without_metadata
from ideas.drafting.cleaning.kinds import OFFICE
from ideas.drafting.cleaning.refused import Refused

MOST_PARTS = 3_000
LONGEST_KIND = 100  # an OpenDocument says what it is in fewer bytes
MOST_BYTES = 200_000_000
# Office text shrinks about ten times; a bomb a thousand times.
HIGHEST_RATIO = 120
RATIO_FROM = 10_000_000
EPOCH = (1980, 1, 1, 0, 0, 0)

_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EMPTY = {
    "docprops/core.xml": _XML
    + b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
    b'metadata/core-properties"/>',
    "docprops/app.xml": _XML + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "docprops/custom.xml": _XML + b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
    "meta.xml": _XML
    + b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'office:version="1.2"><office:meta/></office:document-meta>',
}
_MACROS = re.compile(r"vbaproject|vbadata|activex|^basic/|^scripts/|macrosheets|dialogsheets", re.IGNORECASE)
_SIGNED = re.compile(r"^_xmlsignatures/|documentsignatures\.xml$", re.IGNORECASE)
_PROGRAM = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")

# Who commented, changed or was mentioned, in the dialects of Word, Excel, PowerPoint, SharePoint and OpenDocument.
_NAME_ATTRIBUTES = re.compile(
    rb"((?:\bw\d*:author|\bw:initials|\bw:ed|\buserId|\bproviderId|\bdisplayName|\binitials|\buserName|"
    rb"\blastModifiedBy|\brefreshedBy|\bVL:creator)\s*=\s*)"
    rb'("[^"]*"|\'[^\']*\')'
)
_NAME_ELEMENTS = re.compile(
    rb"(<(dc:creator|meta:initial-creator|meta:printed-by|meta:creator-initials|text:sender-[a-z-]+|"
    rb"text:author-name|text:author-initials|text:initial-creator|text:creator|text:printed-by|"
    rb"loext:sender-initials|cp:lastModifiedBy|(?:[\w.-]+:)?(?:author|DisplayName|AccountId|AccountName))"
    rb"\b[^>]*>)[^<]*(</\2\s*>)"
)


def _value_of(names: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(\b(?:" + names + rb')\s*=\s*)("[^"]*"|\'[^\']*\')')


# What names a person on these elements only.
_NAMING = {
    b"cmAuthor": _value_of(b"name"),
    b"author": _value_of(b"name"),
    b"chgData": _value_of(b"name"),
    b"userInfo": _value_of(b"name"),
    b"customWorkbookView": _value_of(b"name"),
    b"rcmt": _value_of(b"author"),
    b"scenario": _value_of(b"user|comment"),
    b"absPath": _value_of(b"url"),  # where the workbook was stored: a folder or a site of one's own
}
_NAMING_TAGS = re.compile(rb"<(?:[\w.-]+:)?(" + b"|".join(_NAMING) + rb""")\b(?:[^<>"']|"[^"]*"|'[^']*')*>""")
# In an attribute only: what a text says is its author's to say.
_HOME = re.compile(
    rb"(:(?:(?<=\b[A-Za-z]:)[\\/]+(?:[Uu]sers|USERS|Documents and Settings)|(?<=\bfile:)/+(?:home|Users))[\\/]+)"
    rb"""[^\\/<>"']+(?=[^<>]{0,5000}>)"""
)
_OUTSIDE = re.compile(rb"<Relationship\b[^>]*>")
# In OpenDocument only a text's or a drawing's link is clicked; all else with an address is fetched when it opens.
_FETCHED = re.compile(rb"<(?!text:a\b|draw:a\b)[\w.-]+:[\w.-]+\b[^<>]*?\bxlink:href\s*=[^<>]*>")
_HREF = re.compile(rb'(\bxlink:href\s*=\s*)("[^"]*"|\'[^\']*\')')
_ELSEWHERE = re.compile(rb"""["']\s*(?:[a-z][a-z0-9+.-]*:|//|\\|/|\.\./)""", re.IGNORECASE)
_TARGET = re.compile(rb'(\bTarget\s*=\s*)("[^"]*"|\'[^\']*\')')


def clean_document(content: bytes, depth: int = 0) -> bytes:
    """The document packed anew. Raises Refused."""
    out = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed,
        ):
            for info, part in _parts(archive):
                entry = zipfile.ZipInfo(info.filename, EPOCH)
                # OpenDocument wants its `mimetype` first and uncompressed.
                stored = info.compress_type == zipfile.ZIP_STORED or info.filename == "mimetype"
                entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                if info.filename == "mimetype" and len(part) > LONGEST_KIND:
                    raise Refused("damaged")
                packed.writestr(entry, _clean_part(info.filename, part, depth))
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        RuntimeError,
        OSError,
        EOFError,
        zlib.error,
    ):
        raise Refused("damaged") from None
    return out.getvalue()


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """Each part with its content; what is really unpacked is counted, not what the file declares."""
    entries = archive.infolist()
    names = {info.filename for info in entries}
    if len(entries) > MOST_PARTS or len(names) != len(entries):
        raise Refused("bomb" if len(entries) > MOST_PARTS else "damaged")
    packed = sum(info.compress_size for info in entries) or 1
    total = 0
    for info in entries:
        if info.flag_bits & 1:
            raise Refused("password")
        if info.filename.startswith("/") or ".." in info.filename.split("/") or "\\" in info.filename:
            raise Refused("damaged")
        with archive.open(info) as part:
            content = part.read(MOST_BYTES - total + 1)
        total += len(content)
        if total > MOST_BYTES or (total > RATIO_FROM and total / packed > HIGHEST_RATIO):
            raise Refused("bomb")
        yield info, content


def _clean_part(name: str, content: bytes, depth: int) -> bytes:
    small = name.lower()
    if _MACROS.search(name):
        raise Refused("macros")
    if _SIGNED.search(name):
        raise Refused("signed")
    if small in _EMPTY:
        return _EMPTY[small]
    if small.endswith("/meta.xml"):
        return _EMPTY["meta.xml"]
    if small.endswith((".xml", ".rels", ".vml", ".rdf")) or content[:200].lstrip(
        b"\xef\xbb\xbf \r\n"
    ).startswith(b"<"):
        return _clean_xml(small, content)
    if content.startswith(b"PK\x03\x04"):
        return _embedded(content, depth)
    if content.startswith(_PROGRAM):
        raise Refused("embedded")
    return without_metadata(content)


def _embedded(content: bytes, depth: int) -> bytes:
    """A chart's spreadsheet is a document inside the document; anything else packed inside is refused."""
    if depth > 0:
        raise Refused("embedded")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not set(OFFICE) & set(archive.namelist()):
            raise Refused("embedded")
    return clean_document(content, depth + 1)


def _clean_xml(name: str, content: bytes) -> bytes:
    # In another encoding, or behind an entity, the patterns below would find nothing.
    if b"\x00" in content or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("damaged")
    if b"macroEnabled" in content and name == "[content_types].xml":
        raise Refused("macros")
    content = _without_names(content)
    content = _FETCHED.sub(_fetched_inside_only, content)
    return _OUTSIDE.sub(_inside_only, content) if name.endswith(".rels") else content


def _without_names(content: bytes) -> bytes:
    numbers = itertools.count(1)

    def unnamed(tag: re.Match[bytes]) -> bytes:
        # Two views of one name could not be told apart.
        said = b"%d" % next(numbers) if tag[1] == b"customWorkbookView" else b"-"
        return _NAMING[tag[1]].sub(rb'\1"' + said + b'"', tag[0])

    content = _NAME_ATTRIBUTES.sub(rb'\1"-"', content)
    content = _NAMING_TAGS.sub(unnamed, content)
    content = _NAME_ELEMENTS.sub(rb"\1\3", content)
    return _HOME.sub(rb"\1-", content)


def _fetched_inside_only(found: re.Match[bytes]) -> bytes:
    """A picture, table or section from elsewhere is cut: fetching it tells who reads."""
    return _HREF.sub(lambda one: one[1] + b'""' if _ELSEWHERE.match(one[2]) else one[0], found[0])


def _inside_only(found: re.Match[bytes]) -> bytes:
    """Links stay; a template, picture or table fetched from elsewhere tells who reads, and its path who wrote."""
    relation = found[0]
    if not re.search(rb"""TargetMode\s*=\s*["']External["']""", relation) or b"/hyperlink" in relation:
        return relation
    return _TARGET.sub(rb'\1"about:blank"', relation)
