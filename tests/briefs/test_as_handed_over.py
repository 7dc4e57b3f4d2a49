"""One brief as a city hands it over: its letterhead, its square, really laid out and sealed, and what is done to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest
import segno
from django.test import Client

from incubator.lib.pdf_process import Attached, RenderingProcess
from incubator.lib.seals import reading
from incubator.lib.seals.configuration import SealSettings
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from tests.briefs.checked import corrected, document_of, made, verdict_on
from tests.briefs.seals import one_byte, sealed, with_a_revision, with_other_data
from tests.factories import EntityFactory
from tests.lib.printed import pictures_of
from tests.people.test_letterhead import picture
from workflows.briefs import jobs
from workflows.briefs.checking import views, words
from workflows.briefs.document import html_of, stylesheet
from workflows.briefs.models import Brief
from workflows.briefs.record import from_data

pytestmark = pytest.mark.django_db
COLOUR = (0x7A, 0x1F, 0x3D)


@pytest.fixture
def brief(
    settings: Any,
    tmp_path: Path,
    city_seal: SealSettings,
    renderer: RenderingProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> Brief:
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(jobs, "render_in_process", renderer.render)
    head = {"address": "1 place du Port", "colour": "#7a1f3d", "logo": picture((600, 200))}
    people.change_letterhead(entity=EntityFactory(), by=IMPORT, **head)
    return made()


def test_it_has_the_logo_and_the_colour_of_its_entity_and_the_square_of_its_address(brief: Brief) -> None:
    document = document_of(brief)
    assert brief.record["letterhead"]["logo_sha256"]
    assert [(shown["width"], shown["height"]) for shown in pictures_of(document)] == [(576, 192)]
    with pymupdf.open(stream=document, filetype="pdf") as opened:
        band = max(
            (one for one in opened[0].get_drawings() if one["fill"]), key=lambda one: one["rect"].get_area()
        )
        assert tuple(round(255 * part) for part in band["fill"]) == COLOUR, "behind what was decided"
        matrix = segno.make(brief.record["address"], error="m", micro=False).matrix
        assert square_on(opened) == [[bool(module) for module in row] for row in matrix]


def square_on(opened: Any) -> list[list[bool]]:
    """The modules of the square as they are on paper, dark or not, row by row."""
    for page in opened:
        drawn = max(page.get_drawings(), key=lambda one: len(one["items"]), default=None)
        if drawn and len(drawn["items"]) > 150:
            break
    else:
        raise AssertionError("no square")
    # Each run of dark modules is a line through their middle, as wide as one is.
    module, area = drawn["width"], drawn["rect"]
    size = round(area.width / module)
    left, top = area.x0, (area.y0 + area.y1 - area.width) / 2
    paper = page.get_pixmap(dpi=300, colorspace=pymupdf.csGRAY)

    def dark(row: int, column: int) -> bool:
        across, down = (
            (start + (place + 0.5) * module) * 300 / 72 for start, place in ((left, column), (top, row))
        )
        return bool(paper.pixel(int(across), int(down))[0] < 128)

    return [[dark(row, column) for column in range(size)] for row in range(size)]


def cases(
    brief: Brief, own: SealSettings, other: SealSettings, renderer: RenderingProcess
) -> dict[str, tuple[bytes, str]]:
    """Name → file, verdict."""
    genuine = document_of(brief)
    unsealed = genuine[: genuine.index(b"%%EOF") + 6]
    record = from_data(brief.record)
    data = Attached("decision.json", b'{"outcome": "stop"}', "Public record", record.decided_at)
    swapped = renderer.render(html_of(record), stylesheet=stylesheet(), attachments=[data])
    return {
        "genuine": (genuine, "genuine"),
        "one byte": (one_byte(genuine), "altered"),
        "added revision": (with_a_revision(genuine), "added"),
        "record swapped": (with_other_data(genuine), "added"),
        "record swapped, sealed by another": (sealed(swapped, other).document, "another_key"),
        "record swapped, sealed again": (sealed(swapped, own).document, "unknown"),
        "another key": (sealed(unsealed, other).document, "another_key"),
        "truncated": (genuine[:-700], "damaged"),
        "seal taken off": (unsealed, "unsealed_copy"),
    }


def test_whatever_is_done_to_it_is_noticed(
    client: Client,
    brief: Brief,
    city_seal: SealSettings,
    other_key: SealSettings,
    renderer: RenderingProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_here(document: bytes, *known: Sequence[bytes], sender: str) -> Any:
        return reading.examine(document, *known)

    in_a_child = verdict_on(client, document_of(brief))
    monkeypatch.setattr(views, "examine_in_process", read_here)
    found = {
        name: (verdict_on(client, document), english(code))
        for name, (document, code) in cases(brief, city_seal, other_key, renderer).items()
    }
    assert {name: said for name, (said, meant) in found.items() if said != meant} == {}
    assert in_a_child == english("genuine")
    former, newer = document_of(brief), document_of(corrected(brief))
    assert (verdict_on(client, former), verdict_on(client, newer)) == (
        english("replaced"),
        english("genuine"),
    )


def english(code: str) -> str:
    from django.utils import translation

    with translation.override("en"):
        return str(words.VERDICTS[code][0])
