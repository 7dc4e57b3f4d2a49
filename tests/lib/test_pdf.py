"""The one door to WeasyPrint: what its documents claim and carry, and what hostile content cannot do."""

import http.server
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from weasyprint.urls import URLFetcher

from incubator.lib import files, pdf
from incubator.lib.pdf_process import ROOT, Attached, PdfFailed, RenderingProcess

SHEET = """html{font:400 10pt "Source Sans 3"} h1{font:700 20pt "Source Serif 4"} code{font:400 9pt "JetBrains Mono"}"""
TABLE = """<table><thead><tr><th>Critère</th><th>Moyenne</th></tr></thead>
<tbody><tr><th>Gravité</th><td>3,4</td></tr></tbody></table>"""

# WeasyPrint leaves its colour profile open until the collector comes.
pytestmark = pytest.mark.filterwarnings("ignore:.*sRGB2014:pytest.PytestUnraisableExceptionWarning")


def page(body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="fr"><head><title>Relevé d’essai</title>{head}'
        f'<meta name="dcterms.created" content="2026-11-12T16:40:00+01:00"></head><body>{body}</body></html>'
    )


def record() -> Attached:
    return Attached(
        "decision.json",
        b'{"outcome": "go"}',
        "Public record",
        datetime(2026, 11, 12, tzinfo=UTC),
    )


def read(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document))


def entries(document: bytes) -> list[dict]:
    reader = read(document)
    found = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    return [entry for entry in found if isinstance(entry, dict)]


def font_names(document: bytes) -> set[str]:
    descriptors = [entry for entry in entries(document) if entry.get("/Type") == "/FontDescriptor"]
    return {str(entry["/FontName"]).split("+")[-1].rstrip(",") for entry in descriptors}


def structure(document: bytes) -> list[dict]:
    return [entry for entry in entries(document) if "/S" in entry and "/P" in entry]


@pytest.fixture(scope="module")
def process() -> Iterator[RenderingProcess]:
    """For tests that ask something of a child, whichever it is: one starts when there is none."""
    process = RenderingProcess(wall_seconds=120, documents=1_000)  # a busy machine is no fault of the page
    yield process
    process.close()


@pytest.fixture(scope="module")
def document(process: RenderingProcess) -> bytes:
    """By a child, as all documents are: this process may have laid out others, and its threads may do so now."""
    html = page(f"<h1>Œuvre</h1><p>Été</p>{TABLE}<code>ab12</code>")
    return process.render(html, stylesheet=SHEET, attachments=[record()])


def test_a_text_in_another_language_says_so_in_its_tags(process: RenderingProcess) -> None:
    html = page('<h1>Minutes</h1><p lang="fr">Été</p><ul><li>2026 – <span lang="fr">Œuvre</span></li></ul>')
    told = {(entry["/S"], entry.get("/Lang")) for entry in structure(process.render(html, stylesheet=SHEET))}
    assert {("/P", "fr"), ("/Span", "fr")} <= told
    assert ("/H1", None) in told


def test_claims_archival_and_accessible_in_one_file(document: bytes) -> None:
    claims = read(document).trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>3<|pdfaid:part=\"3\"", claims)
    assert re.search(r"pdfaid:conformance>A<|pdfaid:conformance=\"A\"", claims)
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    assert claims.index("pdfuaid:part") < claims.index("</rdf:RDF>")


def test_has_language_title_and_tags(document: bytes) -> None:
    root = read(document).trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read(document).metadata.title == "Relevé d’essai"
    assert {"/H1", "/P", "/Table", "/TH", "/TD"} <= {entry["/S"] for entry in structure(document)}


def test_every_header_cell_says_what_it_heads(document: bytes) -> None:
    scopes = [entry["/A"]["/Scope"] for entry in structure(document) if entry["/S"] == "/TH"]
    assert sorted(scopes) == ["/Column", "/Column", "/Row"]


def test_running_heads_are_set_aside_for_whoever_listens() -> None:
    sheet = f'{SHEET} @page{{@bottom-right{{content:"folio " counter(page)}}}}'
    made = pdf.render(page("<p>Premier</p><p style='break-before:page'>Second</p>"), stylesheet=sheet)
    for leaf in read(made).pages:
        drawn = leaf.get_contents().get_data()
        assert drawn.count(b"/Artifact\n") == 1, "the folio"
        assert drawn.count(b"/MCID") == 1, "the paragraph"
        assert "folio" in leaf.extract_text()
    mapped = read(made).trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert [[isinstance(mark, IndirectObject) for mark in marks] for marks in mapped[1::2]] == [
        [True, False]
    ] * 2


def test_embeds_our_fonts_and_no_other(document: bytes) -> None:
    assert font_names(document) == {
        "Source-Serif-4-Bold",
        "Source-Sans-3",
        "Source-Sans-3-Bold",
        "JetBrains-Mono",
    }


WITHOUT_ITS_FONTS = """
import pathlib, sys
from incubator.lib import pdf
pdf.FONTS = pathlib.Path(sys.argv[1])
try:
    pdf.render(sys.argv[2], stylesheet=sys.argv[3])
except pdf.PdfFailed as failed:
    print(failed.reason)
"""


def test_a_missing_font_is_an_error_not_another_font(tmp_path: Path) -> None:
    (tmp_path / "fonts.css").write_text(
        '@font-face{font-family:"Source Sans 3";src:url(asset:///fonts/absent.ttf)}'
    )
    # In a process of its own: Pango's threads do not take it well when fonts are dropped under them.
    program = [sys.executable, "-c", WITHOUT_ITS_FONTS, str(tmp_path), page("<p>Été</p>"), SHEET]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "font\n", done.stderr


WITHOUT_SUBSET = """
import sys, warnings
import weasyprint.pdf.fonts as fonts
fonts.harfbuzz_subset = None
from incubator.lib import pdf
sys.stdout.buffer.write(pdf.render(sys.argv[1], stylesheet=sys.argv[2]))
"""


def test_a_system_without_the_library_that_cuts_fonts_gets_the_same_fonts() -> None:
    program = [sys.executable, "-c", WITHOUT_SUBSET, page("<h1>Été</h1><p>œuvre <code>x</code></p>"), SHEET]
    done = subprocess.run(program, cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr[-500:]
    assert font_names(done.stdout) == {"Source-Serif-4-Bold", "Source-Sans-3", "JetBrains-Mono"}
    assert "Été" in read(done.stdout).pages[0].extract_text()


@pytest.mark.parametrize("without", ['lang="fr"', "<title>Relevé d’essai</title>"])
def test_refuses_a_page_without_language_or_title(without: str) -> None:
    with pytest.raises(PdfFailed, match="language and a title"):
        pdf.render(page("<p>x</p>").replace(without, ""), stylesheet=SHEET)


def test_carries_an_attached_file_once(document: bytes) -> None:
    assert read(document).attachments == {"decision.json": [b'{"outcome": "go"}']}
    files = read(document).trailer["/Root"]["/AF"]
    assert [entry.get_object()["/AFRelationship"] for entry in files] == ["/Source"]


LOGO = '<img class="logo" src="asset:///pictures/{}" alt="Logo">'


def test_prints_a_stored_logo_and_no_other_file(
    process: RenderingProcess, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    drawn = io.BytesIO()
    Image.new("RGB", (60, 20), (10, 85, 102)).save(drawn, "PNG")
    logo, other = files.put(drawn.getvalue()), files.put(b"a secret")
    made = process.render(page(LOGO.format(logo)), stylesheet=SHEET)
    # As text, or by any other element, a file of the store is not read at all.
    by_text = LOGO.format(other).replace("<", "&lt;").replace('"', "&quot;")
    else_ = process.render(
        page(f'<p>{by_text}</p><img alt="x" src="asset:///pictures/{other}">'), stylesheet=SHEET
    )
    assert [image.image.size for image in read(made).pages[0].images] == [(60, 20)]
    assert len(read(else_).pages[0].images) == 0
    assert b"a secret" not in else_


@pytest.mark.parametrize(
    "url", ["asset:///pictures/" + "0" * 64, "asset:///pictures/../x", "file:///etc/passwd"]
)
def test_the_fetcher_answers_for_pictures_that_came_with_the_page_only(url: str) -> None:
    fetcher = pdf.Closed({"1" * 64: b"png"})
    with pytest.raises(ValueError, match="blocked"):
        fetcher.fetch(url)
    assert fetcher.fetch("asset:///pictures/" + "1" * 64)


def test_same_page_same_bytes_in_any_process_and_after_other_documents(document: bytes) -> None:
    html = page(f"<h1>Œuvre</h1><p>Été</p>{TABLE}<code>ab12</code>")
    child = RenderingProcess()
    try:
        for before in ((), ("emoji", "right to left"), ("long text",)):
            for kind in before:
                child.render(page(HOSTILE[kind]), stylesheet=SHEET)
            again = child.render(html, stylesheet=SHEET, attachments=[record()])
            assert again == document, f"after {before}: {first_difference(again, document)}"
    finally:
        child.close()


def first_difference(one: bytes, other: bytes) -> str:
    """Which object of the two files differs first: a hash says only that one does."""
    numbers = range(1, max(read(one).trailer["/Size"], read(other).trailer["/Size"]))
    for number in numbers:
        pair = [shown(read(file).get_object(number)) for file in (one, other)]
        if pair[0] != pair[1]:
            return f"object {number}:\n{pair[0][:2000]}\n---\n{pair[1][:2000]}"
    return "the same objects, written differently"


def shown(entry: object) -> str:
    said = f"{entry!r} {entry.get_data()!r}" if hasattr(entry, "get_data") else repr(entry)
    # A reference names the file it was read from by its place in memory.
    return re.sub(r"IndirectObject\((\d+), (\d+), \d+\)", r"\1 \2 R", said)


def test_control_characters_go_and_undrawable_ones_show_as_such() -> None:
    assert pdf.harmless("a\x00b\x1bc\x85d\te\nf") == "abcd\te\nf"
    assert pdf.harmless("x\ue000y\ud800z\U000e1234") == "x\ufffdy\ufffdz\ufffd"
    assert pdf.harmless("été 😀 سلام") == "été 😀 سلام"


def test_nothing_turns_the_direction_of_what_is_printed() -> None:
    turning = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
    assert pdf.harmless(f"sto{''.join(turning)}p") == "stop"


def test_long_words_may_break_but_not_in_tags_or_entities() -> None:
    address = f"https://example.org/{'a' * 100}"
    broken = pdf.harmless(f'<a href="{address}">{"&amp;" * 70}</a> {"b" * 64} {"c" * 65}')
    assert f'href="{address}"' in broken
    assert f">{'&amp;' * 20}\u200b{'&amp;' * 20}\u200b{'&amp;' * 20}\u200b{'&amp;' * 10}<" in broken
    assert f" {'b' * 64} {'c' * 20}\u200b{'c' * 20}\u200b{'c' * 20}\u200b{'c' * 5}" in broken


HOSTILE = {
    "long text": "<p>" + "mot " * 10_000 + "</p>",
    "long word": "<p>" + "a" * 20_000 + "</p>",
    "emoji": "<p>👩🏽‍🚒 🏳️‍🌈 2026</p>",
    "right to left": "<p>مرحبا بالعالم \u202eabc\u202c</p>",
    "combining marks": "<p>a" + "\u0301" * 2_000 + "</p>",
    "controls": "<p>a\x00\x01\x02\x1fb</p>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_still_gives_a_document_with_every_font_embedded(
    kind: str,
) -> None:
    document = pdf.render(page(HOSTILE[kind]), stylesheet=SHEET)
    assert len(read(document).pages) >= 1
    # A bitmap emoji is an image for PDF/A, which forbids asking the reader to smooth it.
    assert b"/Interpolate true" not in document


def test_a_character_no_font_has_is_printed_as_such_and_never_as_an_empty_box() -> None:
    # Linear B and Egyptian hieroglyphs are in no font of a server.
    document = pdf.render(page("<p>avant \U00010000\u200d\U00013000 après</p>"), stylesheet=SHEET)
    assert "avant [?] après" in read(document).pages[0].extract_text()


class Counter(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def listener(socket_enabled: None) -> Iterator[str]:
    Counter.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def attacks(address: str, secret: Path) -> str:
    return f"""<base href="{address}/base/"><link rel="stylesheet" href="{address}/sheet">
    <link rel="attachment" href="{address}/attachment"><link rel="attachment" href="{secret.as_uri()}">
    <style>@import url({address}/import); @font-face{{font-family:x;src:url({address}/font)}}
    h2::before{{content:url({address}/content)}}</style>
    <img alt="x" src="{address}/image"><img alt="x" src="{secret.as_uri()}"><h2>x</h2>
    <p style="background:url({address}/style);font-family:x">y</p><object data="{address}/object">o</object>
    <embed src="{address}/embed"><a rel="attachment" href="{secret.as_uri()}">a</a><img alt="x" src="relative">
    <svg width="9" height="9"><title>s</title><image href="{address}/svg" width="9" height="9"/>
    <use href="{address}/use#a"/></svg>"""


def test_content_can_fetch_nothing(listener: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the city")
    hostile = attacks(listener, secret)
    with pytest.raises(PdfFailed, match="font"):  # the foreign font-face is refused with the whole document
        pdf.render(page(hostile), stylesheet=SHEET)
    document = pdf.render(page(re.sub(r"@font-face\{[^}]*\}", "", hostile)), stylesheet=SHEET)
    assert Counter.asked == []
    assert read(document).attachments == {}
    assert "secret" not in "".join(leaf.extract_text() for leaf in read(document).pages)


def test_the_attacks_are_real(listener: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With WeasyPrint's own fetcher the same page makes requests and carries the file away."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the city")
    monkeypatch.setattr(pdf, "FONT_ALARMS", ())
    fonts, _, faces = pdf._fonts()
    monkeypatch.setattr(pdf, "_fonts", lambda: (fonts, URLFetcher(), faces))
    monkeypatch.setattr(pdf, "Closed", lambda _pictures: URLFetcher())
    document = pdf.render(page(attacks(listener, secret)), stylesheet=SHEET)
    assert len(Counter.asked) >= 8
    assert b"the secret of the city" in [
        content for files in read(document).attachments.values() for content in files
    ]


BOMB = (
    '<svg width="9" height="9"><title>b</title><defs><g id="a0"><path d="M0 0h1"/></g>'
    + "".join(f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 8))
    + '</defs><use href="#a7"/></svg>'
)


def test_a_document_that_takes_too_long_is_killed_and_the_next_one_is_made() -> None:
    child = RenderingProcess(computing_seconds=0.5, wall_seconds=60)
    try:
        started = time.monotonic()
        with pytest.raises(PdfFailed) as failed:
            child.render(page(BOMB), stylesheet=SHEET)
        assert failed.value.reason == "time"
        assert time.monotonic() - started < 60
        assert failed.value.is_of_the_text(before="")
        assert child.pid is None
        child.computing_seconds = 30
        assert child.render(page("<p>x</p>"), stylesheet=SHEET).startswith(b"%PDF-1.7")
    finally:
        child.close()


def test_a_machine_that_gives_the_child_no_time_is_no_fault_of_the_document_at_first(
    process: RenderingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped, the child computes nothing, as where others take all there is."""
    process.render(page("<p>x</p>"), stylesheet=SHEET)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    monkeypatch.setattr(process, "wall_seconds", 0.5)
    with pytest.raises(PdfFailed) as failed:
        process.render(page("<p>x</p>"), stylesheet=SHEET)
    assert (failed.value.reason, process.pid) == ("late", None)
    assert not failed.value.is_of_the_text(before="")
    assert not failed.value.is_of_the_text(before="seal")
    assert failed.value.is_of_the_text(before="late")
    assert failed.value.is_of_the_text(before="killed")
    monkeypatch.undo()
    assert process.render(page("<p>x</p>"), stylesheet=SHEET).startswith(b"%PDF")


def test_a_worker_whose_child_stands_still_holds_up_no_other(process: RenderingProcess) -> None:
    """However busy the machine: where all took turns at one thing, the other would wait for ever."""
    process.render(page("<p>x</p>"), stylesheet=SHEET)
    stuck = RenderingProcess(wall_seconds=600)
    stuck.render(page("<p>x</p>"), stylesheet=SHEET)
    pid, began, ended = stuck.pid, computed(stuck.pid), threading.Event()
    assert pid is not None
    with ThreadPoolExecutor(2) as workers:
        waiting = workers.submit(stuck.render, page(BOMB), stylesheet=SHEET)
        waiting.add_done_callback(lambda _document: ended.set())
        try:
            while computed(pid) < began + 0.1:  # in the middle of its document
                assert not ended.wait(0.02), waiting.result()
            os.kill(pid, signal.SIGSTOP)
            other = workers.submit(process.render, page("<p>y</p>"), stylesheet=SHEET)
            assert other.result(timeout=60).startswith(b"%PDF")
            assert not ended.is_set()
        finally:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(PdfFailed):
            waiting.result(timeout=60)
    stuck.close()


def test_documents_of_one_child_have_their_computing_time_each() -> None:
    """Together they compute longer than one may."""
    child = RenderingProcess(computing_seconds=1, wall_seconds=120, documents=1_000)
    try:
        child.render(page("<p>x</p>"), stylesheet=SHEET)
        first, started = child.pid, computed(child.pid)
        while computed(first) < started + 2:  # the kernel counts whole seconds, and one more is given
            assert child.render(page("<p>" + "mot " * 1_000), stylesheet=SHEET).startswith(b"%PDF")
        assert child.pid == first
    finally:
        child.close()


def computed(pid: int | None) -> float:
    """Seconds that a process has computed."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(("by", "reason"), [(signal.SIGTERM, "interrupted"), (signal.SIGKILL, "killed")])
def test_a_child_stopped_from_outside_is_no_fault_of_the_document(
    process: RenderingProcess, by: signal.Signals, reason: str
) -> None:
    process.render(page("<p>x</p>"), stylesheet=SHEET)
    assert process.pid is not None
    stopping = threading.Timer(0.2, os.kill, (process.pid, by))
    stopping.start()
    with pytest.raises(PdfFailed) as failed:
        process.render(page(BOMB), stylesheet=SHEET)
    assert failed.value.reason == reason
    assert not failed.value.is_of_the_text(before="")


def test_a_document_that_takes_too_much_memory_fails_alone() -> None:
    child = RenderingProcess(memory_bytes=300 * 1024 * 1024)
    try:
        with pytest.raises(PdfFailed) as failed:
            child.render(page("<p>" + "mot " * 6_000_000), stylesheet=SHEET)
        assert failed.value.reason in ("memory", "stopped")
        assert child.render(page("<p>x</p>"), stylesheet=SHEET).startswith(b"%PDF")
    finally:
        child.close()


FOREIGN_FONT = "<style>@font-face{font-family:x;src:url(http://127.0.0.1:1/font)}</style>"


@pytest.mark.parametrize(
    ("html", "reason", "of_the_text"),
    [
        (page("<div>" * 1_000 + "x"), "nesting", True),
        (page("<p>x</p>").replace("Relevé d’essai", ""), "content", False),
        (page('<p style="font-family:x">x</p>', FOREIGN_FONT), "font", True),
    ],
)
def test_what_the_child_finds_wrong_is_told_with_its_reason(
    process: RenderingProcess, html: str, reason: str, of_the_text: bool
) -> None:
    with pytest.raises(PdfFailed) as failed:
        process.render(html, stylesheet=SHEET)
    assert failed.value.reason == reason
    assert failed.value.is_of_the_text(before="") == of_the_text


def test_a_child_is_replaced_after_its_share_of_documents() -> None:
    child = RenderingProcess(documents=2)
    try:
        pids = []
        for _ in range(3):
            child.render(page("<p>x</p>"), stylesheet=SHEET)
            pids.append(child.pid)
    finally:
        child.close()
    assert pids[0] is not None
    assert pids[1] is None  # ended with its second document
    assert pids[2] not in (None, pids[0])


def test_the_child_knows_no_secret() -> None:
    child = RenderingProcess()
    try:
        os.environ["SECRET_KEY"] = "not for the child"
        child.render(page("<p>x</p>"), stylesheet=SHEET)
        environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    finally:
        del os.environ["SECRET_KEY"]
        child.close()
    assert b"not for the child" not in environment
    assert b"DATABASE_URL" not in environment


def test_no_child_outlives_a_worker_that_is_killed() -> None:
    program = (
        "from incubator.lib import pdf_process as p; import time\n"
        f"p.render_in_process({page('<p>x</p>')!r}, stylesheet='')\n"
        "print(p._shared.pid, flush=True); time.sleep(60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT)
    assert worker.stdout
    pid = int(worker.stdout.readline())
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/status").read_text().find("State:\tZ") < 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
