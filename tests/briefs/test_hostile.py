"""What people may type into a decision: each measured attack gives a brief, or one that says what it left out."""

import base64
import io
import re
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from PIL import Image
from pypdf import PdfReader

from incubator.lib import files
from incubator.lib.pdf_process import COMPUTING_SECONDS, RenderingProcess
from incubator.people.actors import Actor
from tests.briefs import records
from tests.briefs.decided import decided, submitted_idea
from tests.lib.printed import pictures_of, text_of
from tests.lib.test_pdf import BOMB, Counter, attacks, listener
from workflows.briefs import actions, jobs
from workflows.briefs.document import html_of, stylesheet
from workflows.briefs.models import Brief
from workflows.briefs.record import BriefRecord

__all__ = ["listener"]


def picture(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("1", (width, height)).save(made, "PNG")
    return made.getvalue()


def embedded(png: bytes) -> str:
    """A picture as HTML and as Markdown, in the text itself."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return f'<img alt="x" src="{address}">\n\n![x]({address})'


ROWS = "\n".join(f"| {' | '.join(f'{row}.{column}' for column in range(6))} |" for row in range(1_000))
HOSTILE = {
    "word of 5,000": "b" * 5_000,
    "nested lists": "".join(f"{'  ' * depth}- niveau\n" for depth in range(400)),
    "nested elements": "<div>" * 1_000 + "x",
    "combining marks": "a" + "\u0301" * 2_000,
    "bomb of references": BOMB,
    "picture": embedded(picture(400, 400)),
    "truncated picture": embedded(picture(400, 400)[:60]),
    "halves of characters, and none": "a\ud800b\ue000c\x00d\U000e1234e",
}
# Minutes together: bin/prove.
LONG = {
    "word of 2,000": "a" * 2_000,
    "nested elements": "<div>" * 3_000 + "x",
    "ten thousand words": "mot " * 10_000,
    "table of 1,000 by 6": f"| {' | '.join('abcdef')} |\n|{'-|' * 6}\n{ROWS}",
    "ten thousand words in a hundred paragraphs": "\n\n".join(["mot " * 100] * 100),
    "floats": '<span style="float:left">x</span>' * 3_000,
    "word of 10,000": "c" * 10_000,
    "word of 20,000": "a" * 20_000,
    "word of 200,000": "d" * 200_000,
}
# Drawn when they are asked for: whoever gathers the tests would wait for them.
PICTURES = {"picture of 50 megapixels": (10_000, 5_000), "picture of 900 megapixels": (30_000, 30_000)}


def with_text(text: str) -> BriefRecord:
    """The text wherever one can be typed."""
    whole = records.selection(language="en")
    return replace(
        whole,
        title=text[:120],
        pitch=text[:600],
        reasons=text,
        gaps=(text[:2_000],),
        conditions=(replace(whole.conditions[0], text=text[:5_000]),),
        criteria=(replace(whole.criteria[0], reason=text[:5_000]), *whole.criteria[1:]),
    )


def assert_whole(document: bytes) -> None:
    said = text_of(document)
    for fact in ("Go on, with conditions", "Hélène Marchetti-Roux", "arrêté n° 2026-118", "2026-0147-G1"):
        assert fact in said, fact
    assert not pictures_of(document), "no picture comes from a text"


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_gives_a_brief_with_its_facts(renderer: RenderingProcess, kind: str) -> None:
    assert_whole(renderer.render(html_of(with_text(HOSTILE[kind])), stylesheet=stylesheet()))


@pytest.mark.prove
@pytest.mark.parametrize("kind", [*LONG, *PICTURES])
def test_so_does_what_takes_long_and_it_computes_no_longer_than_a_worker_may(kind: str) -> None:
    """Computes: a busy machine lets it wait besides."""
    text = LONG[kind] if kind in LONG else embedded(picture(*PICTURES[kind]))
    before = computed()
    process = RenderingProcess(wall_seconds=300)
    try:
        assert_whole(process.render(html_of(with_text(text)), stylesheet=stylesheet()))
    finally:
        process.close()
    assert computed() - before < COMPUTING_SECONDS


def computed() -> float:
    """Seconds that ended children of this process have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_attacks_typed_into_every_text_ask_nobody_and_take_no_file(
    renderer: RenderingProcess, listener: str, tmp_path: Path
) -> None:
    """All fifteen in each text, as HTML and as Markdown; what they are stays as words to be read."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the city")
    typed = re.sub(r"\s*\n\s*", " ", attacks(listener, secret))
    typed += f"\n\n![image]({listener}/markdown) [file]({secret.as_uri()}) [run](javascript:alert(1)) <{listener}/auto>"
    document = renderer.render(html_of(with_text(typed)), stylesheet=stylesheet())
    assert Counter.asked == []
    reader = PdfReader(io.BytesIO(document))
    assert reader.attachments == {}
    assert "the secret of the city" not in text_of(document)
    links = [
        str(annotation.get_object()["/A"]["/URI"])
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/A" in annotation.get_object()
    ]
    assert not [link for link in links if not link.startswith(("https:", "mailto:"))]
    assert_whole(document)


@pytest.mark.prove
@pytest.mark.django_db
def test_a_text_that_takes_too_long_is_cut_and_the_worker_goes_on(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """Really, in a child with eight seconds: the whole text would take minutes."""
    settings.MEDIA_ROOT = tmp_path
    process = RenderingProcess(computing_seconds=8)
    monkeypatch.setattr(jobs, "render_in_process", process.render)
    try:
        endless, plain = (decided(submitted_idea(), reasons=text) for text in (ROWS * 60, "Utile et mesuré."))
        briefs = []
        for decision in (endless, plain):
            with transaction.atomic():
                brief = actions.prepare(decision=decision, by=Actor(person=decision.decider))
            jobs.render_brief(brief.pk)
            briefs.append(Brief.objects.get(pk=brief.pk))
    finally:
        process.close()
    assert [brief.state for brief in briefs] == ["ready", "ready"]
    cut, whole = (text_of(files.read(brief.sha256)) for brief in briefs)
    assert "[…]" in cut
    assert "[…]" not in whole
    assert briefs[0].record["reasons"] == ROWS * 60, "the record has all of it"
