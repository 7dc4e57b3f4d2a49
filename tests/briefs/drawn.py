"""The printed pages of two briefs as pictures, and what one of them says out loud, kept beside the tests.

`.venv/bin/python -m tests.briefs.drawn` makes them anew, after a change of the page that was looked at.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parent / "pictures"
SPOKEN = Path(__file__).parent / "spoken.txt"
DOTS_PER_INCH = 60
# A pixel differs when it is this much lighter or darker, of 255: smoothing differs a little from machine to machine.
LIGHTER = 64
# Blocks that are read in one breath; whatever stands inside one is part of it.
READ_WHOLE = {"H1", "H2", "H3", "P", "TH", "TD", "Caption", "Figure"}


def records_drawn() -> dict[str, Any]:
    """The two briefs: one that goes on with conditions, in French, and one that departs from the opinion."""
    from dataclasses import replace

    from tests.briefs import records

    carried = {
        "serial": "2026/17",
        "public_sha256": "9c2e" * 16,
        "address": "https://idees.port-aubert.example/verify/AAAAAAAAAAAAAAAAAAAAAA",
    }
    return {
        "conditions-fr": records.selection(**carried),
        "departing-en": replace(records.departing_stop(), language="en", **carried),
    }


def pages(document: bytes) -> Iterator[Any]:
    """Each page as a grey Pillow image."""
    import pymupdf
    from PIL import Image

    with pymupdf.open(stream=document, filetype="pdf") as opened:
        for page in opened:
            drawn = page.get_pixmap(dpi=DOTS_PER_INCH, colorspace=pymupdf.csGRAY)
            yield Image.frombytes("L", (drawn.width, drawn.height), drawn.samples)


def share_that_differs(one: Any, other: Any) -> float:
    """Of the pixels, 0 to 1; 1 for pages of two sizes."""
    from PIL import ImageChops

    if one.size != other.size:
        return 1.0
    counted = ImageChops.difference(one, other).histogram()
    return sum(counted[LIGHTER:]) / sum(counted)


def spoken(document: bytes) -> str:
    """What a screen reader says, block by block in the order of the tags: `H1 Jardins de pluie`."""
    from outloud.model import Document

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        opened = Document(file.name)
        try:
            words = _words(opened)
            said = [_block(element, words) for element in opened.elements if _is_outermost(element)]
        finally:
            opened.close()
    return "\n".join(line for line in said if line) + "\n"


def _words(opened: Any) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    for page in opened.pages:
        for run in opened.content(page.index).runs:
            if run.mcid is not None:
                key = (page.index, run.mcid)
                found[key] = found.get(key, "") + run.text
    return found


def _is_outermost(element: Any) -> bool:
    """Of what is read whole; a list's item too, unless it has paragraphs of its own."""
    if element.type == "LBody":
        return not any(one.type in READ_WHOLE for one in element.descendants())
    above = element.parent
    while above is not None and above.type not in READ_WHOLE:
        above = above.parent
    return element.type in READ_WHOLE and above is None


def _block(element: Any, words: dict[tuple[int, int], str]) -> str:
    parts = [_said(one, words) for one in [element, *element.descendants()]]
    return f"{element.type} {' '.join(' '.join(parts).split())}".strip()


def _said(element: Any, words: dict[tuple[int, int], str]) -> str:
    if element.alt:
        return f"[{element.alt}]"
    return " ".join(words.get((mark.page, mark.mcid), "") for mark in element.mcrefs)


def make() -> None:
    from incubator.lib.pdf import render
    from workflows.briefs.document import html_of, stylesheet

    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for name, record in records_drawn().items():
        document = render(html_of(record), stylesheet=stylesheet())
        for number, page in enumerate(pages(document), start=1):
            page.quantize(16).save(PICTURES / f"{name}-{number}.png", optimize=True)
        if name == "conditions-fr":
            SPOKEN.write_text(spoken(document), encoding="utf-8")


if __name__ == "__main__":
    import django

    from incubator.lib import translations

    translations.compile_if_needed()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "incubator.settings")
    os.environ |= {"TRAVEE_ENV": "test", "DATABASE_URL": "postgresql:///nobody"}
    django.setup()
    make()
