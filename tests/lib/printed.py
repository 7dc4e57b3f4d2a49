"""Documents laid out as in life, and what they say and show, read back as a reader draws them.

Texts and pictures are MuPDF's finding: pypdf takes twenty times as long, more than the layout itself.
"""

import re
from collections.abc import Iterator
from typing import Any

import pymupdf
import pytest

from incubator.lib.pdf_process import RenderingProcess


@pytest.fixture(scope="session")
def renderer() -> Iterator[RenderingProcess]:
    """For tests that look at what is printed, whichever child made it."""
    # A busy machine is no fault of the page.
    process = RenderingProcess(wall_seconds=120, documents=100)
    yield process
    process.close()


def text_of(document: bytes, page: int | None = None) -> str:
    """The words of that page, or of all, with one space between any two."""
    with pymupdf.open(stream=document, filetype="pdf") as opened:
        leaves = opened if page is None else [opened[page]]
        said = " ".join(leaf.get_text() for leaf in leaves)
    return re.sub(r"\s+", " ", said).replace("\u200b", "")


def pictures_of(document: bytes) -> list[Any]:
    """Each picture that a page shows, wherever the file keeps it."""
    with pymupdf.open(stream=document, filetype="pdf") as opened:
        return [found for leaf in opened for found in leaf.get_image_info()]
