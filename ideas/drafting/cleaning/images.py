"""Pictures: drawn anew, smaller, without what hides beside the pixels."""

import io
from collections.abc import Iterator

from PIL import Image

from ideas.drafting.cleaning.kinds import JPEG, PNG, WEBP, Kind
from ideas.drafting.cleaning.refused import Refused
from incubator.lib.pictures import NotDrawn, drawn_anew

LONGEST_SIDE = 2_000
# What a phone takes; decoded it is 240 MB. Asked of the header, before anything is decoded.
MOST_PIXELS = 60_000_000


def clean_image(content: bytes, kind: Kind) -> tuple[bytes, Kind]:
    """The first frame, upright, at most 2,000 pixels on a side, without any metadata. Raises Refused."""
    try:
        drawn = drawn_anew(
            content,
            formats=("JPEG", "PNG", "WEBP", "GIF"),
            most_pixels=MOST_PIXELS,
            within=(LONGEST_SIDE, LONGEST_SIDE),
        )
    except NotDrawn as failed:
        raise Refused(failed.reason) from None
    return _encoded(drawn, kind)


def _encoded(image: Image.Image, kind: Kind) -> tuple[bytes, Kind]:
    out = io.BytesIO()
    if kind == JPEG:
        image.save(out, "JPEG", quality=85, optimize=True)
        return out.getvalue(), JPEG
    if kind == WEBP:
        image.save(out, "WEBP", quality=85)
        return out.getvalue(), WEBP
    image.save(out, "PNG", optimize=True)
    return out.getvalue(), PNG


def without_metadata(content: bytes) -> bytes:
    """A picture inside a document, its pixels untouched and its metadata gone; other content as it is."""
    if content.startswith(b"\xff\xd8\xff"):
        return b"".join(_jpeg_parts(content))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content[:8] + b"".join(_png_parts(content))
    return content


def _jpeg_parts(content: bytes) -> Iterator[bytes]:
    """The segments, without APP1 to APP13 and APP15 (EXIF, XMP, names) and comments; APP14 says the colours."""
    yield content[:2]
    at = 2
    while at + 4 <= len(content):
        marker = content[at + 1]
        if content[at] != 0xFF or marker == 0xDA:
            break
        length = 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if not (0xE1 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            yield content[at : at + length]
        at += length
    yield content[at:]


def _png_parts(content: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(content):
        length = 12 + int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        if name not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            yield content[at : at + length]
        at += length
        if name == b"IEND":
            return
