"""Pictures from people: drawn anew, small, upright, without what hides beside the pixels."""

import io
import struct
from collections.abc import Sequence

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError


class NotDrawn(Exception):
    """`reason`: too_many_pixels, or damaged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def drawn_anew(
    content: bytes, *, formats: Sequence[str], most_pixels: int, within: tuple[int, int]
) -> Image.Image:
    """The first frame, upright, in RGB or RGBA, at most `within` (width, height) pixels, without any metadata.

    `most_pixels` is asked of the header, before anything is decoded. Raises NotDrawn.
    """
    try:
        with Image.open(io.BytesIO(content), formats=list(formats)) as image:
            width, height = image.size
            if width * height > most_pixels:
                raise NotDrawn("too_many_pixels")
            if image.format == "JPEG":
                image.draft(image.mode, within)
            # WeasyPrint, once imported in a process, lets all of it read broken pictures.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            image.load()
            return _small(image, within)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotDrawn("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, EOFError, IndexError):
        raise NotDrawn("damaged") from None


def _small(image: Image.Image, within: tuple[int, int]) -> Image.Image:
    see_through = "A" in image.getbands() or "transparency" in image.info
    turned = ImageOps.exif_transpose(image).convert("RGBA" if see_through else "RGB")
    turned.thumbnail(within)
    # Encoders write comments, profiles and EXIF from here unless it is empty.
    turned.info.clear()
    return turned
