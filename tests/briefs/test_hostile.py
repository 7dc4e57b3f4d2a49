"""What people may type into a decision: each measured attack gives a brief, or one that says what it left out."""

import base64
import io
import re
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from PIL import Image
from pypdf import PdfReader

from ideas.drafting.cleaning.__main__ import cleaned
from ideas.drafting.cleaning.refused import Refused
from incubator.lib import files
from incubator.lib.pdf import LONGEST_WORD, harmless
from incubator.lib.pdf_process import COMPUTING_SECONDS, RenderingProcess
from incubator.lib.refusals import Invalid
from incubator.people import logos
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
    "word of 5,000 in pieces": "*a_b*" * 1_000,
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


# Letters that no space separates, whatever markup or non-breaking spaces stand between them.
UNBROKEN = {
    "markup": "*a_b*" * 1_000,
    "markup about each letter": "*a***b**" * 1_000,
    "spaces that do not break": "mot\u00a0" * 1_000,
    "code": "`a`*b*" * 1_000,
    "links": "[a](https://x.example/)" * 1_000,
}


@pytest.mark.parametrize("kind", UNBROKEN)
def test_a_line_may_break_within_a_long_word_also_where_markup_cuts_it_into_pieces(kind: str) -> None:
    """Counted and not timed: what is laid out takes the square of this length."""
    text = re.sub(r"</?(em|strong|code|a)\b[^>]*>", "", harmless(html_of(with_text(UNBROKEN[kind]))))
    body = text[text.index("<body>") :]
    assert max(map(len, re.split("<[^>]*>|[ \n\u200b]", body))) <= LONGEST_WORD


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


def svg(entities: str, said: str) -> bytes:
    """A picture of one text, with these entities declared."""
    declared = f"<!DOCTYPE svg [{entities}]>" if entities else ""
    return (
        f'<?xml version="1.0"?>{declared}<svg xmlns="http://www.w3.org/2000/svg" width="400" height="40">'
        f'<text x="0" y="20" font-family="Source Sans 3">{said}</text></svg>'
    ).encode()


def reading_svg(listener: str, secret: Path) -> bytes:
    outside = f'<!ENTITY file SYSTEM "{secret.as_uri()}"><!ENTITY asked SYSTEM "{listener}/entity">'
    return svg(f'{outside}<!ENTITY % more SYSTEM "{listener}/definitions">%more;', "drawn &file;&asked;")


def growing_svg(listener: str, secret: Path) -> bytes:
    """A thousand million words."""
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return svg(f'<!ENTITY e0 "drawn ">{steps}', "&e9;")


@pytest.mark.parametrize("made", [reading_svg, growing_svg])
def test_entities_of_an_svg_picture_read_no_file_ask_nobody_and_grow_into_nothing(
    renderer: RenderingProcess, listener: str, settings: Any, tmp_path: Path, made: Any
) -> None:
    """Typed as HTML, as a data address in HTML and in Markdown; and kept as the logo, where none can be put."""
    settings.MEDIA_ROOT = tmp_path / "files"
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the city")
    drawing = made(listener, secret)
    address = f"data:image/svg+xml;base64,{base64.b64encode(drawing).decode()}"
    typed = f'<img alt="x" src="{address}">\n\n![x]({address})\n\n<object data="{address}">o</object>'
    typed += f"\n\n{drawing.decode()}\n\n![x](data:image/svg+xml,{quote(drawing)})"
    whole = with_text(typed)
    head = replace(whole.letterhead, logo_sha256=files.put(drawing))
    document = renderer.render(html_of(replace(whole, letterhead=head)), stylesheet=stylesheet())
    assert Counter.asked == []
    assert "the secret of the city" not in text_of(document)
    assert PdfReader(io.BytesIO(document)).attachments == {}
    assert_whole(document)


def test_an_svg_kept_as_the_logo_would_be_drawn_but_for_what_is_in_it(
    renderer: RenderingProcess, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    whole = records.selection()
    head = replace(whole.letterhead, logo_sha256=files.put(svg("", "drawn as it is")))
    document = renderer.render(html_of(replace(whole, letterhead=head)), stylesheet=stylesheet())
    assert "drawn as it is" in text_of(document)


@pytest.mark.parametrize("made", [reading_svg, growing_svg])
def test_no_svg_becomes_a_logo_or_an_attachment_under_any_name(made: Any, tmp_path: Path) -> None:
    drawing = made("http://127.0.0.1:1", tmp_path / "secret.txt")
    with pytest.raises(Invalid) as refused:
        logos.drawn_anew(drawing)
    assert refused.value.code == "logo.unknown"
    for name in ("a.svg", "a.png", "a.jpg"):
        with pytest.raises(Refused, match="unknown"):
            cleaned(name, drawing)


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
