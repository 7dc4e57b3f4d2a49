"""A logo drawn anew: a small PNG without anything beside its pixels."""

import io

from django.utils.translation import gettext_lazy as _

from incubator.lib import pictures
from incubator.lib.refusals import Invalid

LARGEST_FILE = 2_000_000
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
        drawn = pictures.drawn_anew(
            content, formats=("PNG", "JPEG", "WEBP"), most_pixels=MOST_PIXELS, within=(WIDEST, HIGHEST)
        )
    except pictures.NotDrawn as failed:
        raise refused("large" if failed.reason == "too_many_pixels" else "unknown") from None
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def refused(code: str) -> Invalid:
    return Invalid(SENTENCES[code], code=f"logo.{code}", fields={"logo": [SENTENCES[code]]})
