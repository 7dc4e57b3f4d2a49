"""A logo drawn anew: a small PNG without anything beside its pixels."""

import io
import struct
import warnings

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, UnidentifiedImageError

from incubator.lib.refusals import Invalid

LARGEST_FILE = 2_000_000
# Asked of the header, before anything is decoded.
MOST_PIXELS = 16_000_000
# On paper 60 by 16 millimetres at most, at 300 points an inch.
WIDEST, HIGHEST = 720, 192
SENTENCES = {
    "large": _("This picture is too large: 2 MB and 16 million pixels at most."),
    "unknown": _("We could not read this picture. Save the logo as PNG or JPEG, then add it again."),
}


def drawn_anew(content: bytes) -> bytes:
    """The first frame of a PNG, JPEG or WebP as a PNG of at most 720 by 192 pixels. Raises Invalid on `logo`."""
    if len(content) > LARGEST_FILE:
        raise refused("large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise refused("large")
                # WeasyPrint, once imported in a process, lets all of it read broken pictures.
                ImageFile.LOAD_TRUNCATED_IMAGES = False
                picture.load()
                return _png(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refused("large") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, EOFError, IndexError):
        raise refused("unknown") from None


def _png(picture: Image.Image) -> bytes:
    see_through = "A" in picture.getbands() or "transparency" in picture.info
    drawn = picture.convert("RGBA" if see_through else "RGB")
    drawn.thumbnail((WIDEST, HIGHEST))
    drawn.info.clear()
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def refused(code: str) -> Invalid:
    return Invalid(SENTENCES[code], code=f"logo.{code}", fields={"logo": [SENTENCES[code]]})
