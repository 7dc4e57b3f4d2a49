"""veraPDF's engine on one of each document that the product prints; it has the last word on what is archival."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bin.checks import archival
from incubator.lib import files
from incubator.lib.pdf_process import RenderingProcess
from incubator.lib.seals.configuration import SealSettings
from incubator.people import actions as people
from incubator.people.actors import IMPORT
from tests.briefs import records
from tests.briefs.seals import sealed
from tests.briefs.test_archival import samples
from tests.documents import stage
from tests.documents.test_printed import page_of
from tests.factories import EntityFactory
from tests.people.test_letterhead import picture
from tests.sessions import stage as sessions
from workflows.briefs.document import attached, html_of, stylesheet
from workflows.documents import page
from workflows.sessions import papers
from workflows.sessions.models import SessionDocument

pytestmark = [pytest.mark.django_db, pytest.mark.prove, pytest.mark.usefixtures("quick_briefs")]


def briefs(renderer: RenderingProcess, key: SealSettings) -> Iterator[tuple[str, bytes]]:
    """The twenty samples, and one with a logo and a colour: all sealed."""
    logo = files.put(picture((600, 200)))
    head = replace(
        records.selection().letterhead, address="1 place du Port", logo_sha256=logo, colour="#7a1f3d"
    )
    printed, public = samples()["conditions-fr"]
    for name, (record, carried) in (
        samples() | {"logo": (replace(printed, letterhead=head), public)}
    ).items():
        made = renderer.render(
            html_of(record), stylesheet=stylesheet(), attachments=[attached(record, carried)]
        )
        yield f"brief-{name}", sealed(made, key).document


def documents(renderer: RenderingProcess) -> Iterator[tuple[str, bytes]]:
    """Every kind, in both languages, with a logo and a colour; agenda and minutes too."""
    head = {"address": "1 place du Port", "colour": "#7a1f3d", "logo": picture((600, 200))}
    people.change_letterhead(entity=EntityFactory(), by=IMPORT, **head)
    for kind, make in stage.KINDS.items():
        asked = make()
        for language in ("fr", "en"):
            html = page_of(asked, language)
            yield f"{kind}-{language}", renderer.render(html, stylesheet=page.stylesheet())
    jury = sessions.Jury()
    sessions.at_selection(jury, title="Un vélo-cargo")
    session = sessions.settled(jury, [3])
    for kind, language in itertools.product(("agenda", "minutes"), ("fr", "en")):
        paper = SessionDocument(session=session, kind=kind, language=language, asked_at=session.prepared_at)
        yield (
            f"{kind}-{language}",
            renderer.render(papers.html_of(paper), stylesheet=papers.stylesheet()),
        )


def test_every_document_is_archival_and_accessible(
    renderer: RenderingProcess, a_key: SealSettings, tmp_path: Path
) -> None:
    written = []
    for name, document in [*briefs(renderer, a_key), *documents(renderer)]:
        written.append(tmp_path / f"{name}.pdf")
        written[-1].write_bytes(document)
    assert len(written) == 20 + 1 + 2 * (len(stage.KINDS) + 2)
    found = archival.judged(written)
    assert len(found) == 2 * len(written)
    assert [one for one in found if one.broken] == []


@pytest.mark.filterwarnings("ignore:.*sRGB2014:pytest.PytestUnraisableExceptionWarning")
def test_the_judge_refuses_a_bare_file_and_one_whose_pictures_are_smoothed(
    renderer: RenderingProcess, tmp_path: Path
) -> None:
    """By WeasyPrint alone, and one of ours after a change of a single word."""
    from weasyprint import HTML

    bare, smoothed = tmp_path / "bare.pdf", tmp_path / "smoothed.pdf"
    HTML(string="<p>Sans langue ni titre<table><tr><td>a</table>").write_pdf(bare)
    logo = files.put(picture((600, 200)))
    head = replace(records.selection().letterhead, logo_sha256=logo)
    made = renderer.render(html_of(records.selection(letterhead=head)), stylesheet=stylesheet())
    assert made.count(b"/Interpolate false") == 1
    smoothed.write_bytes(made.replace(b"/Interpolate false", b"/Interpolate true "))
    found = {(Path(one.file).stem, one.flavour): one.broken for one in archival.judged([bare, smoothed])}
    assert all(found["bare", flavour] for flavour in archival.FLAVOURS)
    assert "6.2.8-3" in found["smoothed", "3a"]
    assert found["smoothed", "ua1"] == ""
