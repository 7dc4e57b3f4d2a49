"""Documents laid out as in life, and what they say and show, read back as a reader draws them.

Texts and pictures are MuPDF's finding: pypdf takes twenty times as long, more than the layout itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Place:
    """Where words stand: the page from 0, and how far from its top, in points."""

    page: int
    top: float
    bottom: float


def place_of(document: bytes, words: str, *, last: bool = False) -> Place:
    """Where these words stand first, or last; they stand on one line."""
    with pymupdf.open(stream=document, filetype="pdf") as opened:
        found = [Place(leaf.number, box.y0, box.y1) for leaf in opened for box in leaf.search_for(words)]
    assert found, words
    return found[-1 if last else 0]


def pictures_of(document: bytes) -> list[Any]:
    """Each picture that a page shows, wherever the file keeps it."""
    with pymupdf.open(stream=document, filetype="pdf") as opened:
        return [found for leaf in opened for found in leaf.get_image_info()]
