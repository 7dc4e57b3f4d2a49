"""HTML to PDF, archival (PDF/A-3a) and accessible (PDF/UA-1) in one file. The only door to WeasyPrint.

Importing this costs a second and needs Pango: pages never do, they ask for `pdf_process.render_in_process`.
The HTML must carry `<html lang>` and `<title>`; dates in the file come only from its `dcterms.*` metadata, so the
same HTML gives the same bytes.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML, Attachment
from weasyprint.pdf import tags
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from incubator.lib.long_words import breakable
from incubator.lib.pdf_process import PICTURE_ADDRESS, Attached, PdfFailed

# Unpacked: out of woff2, the fourteen would cost each child a second.
FONTS = Path(__file__).parent / "fonts" / "documents"
# urljoin does not join on schemes of our own: url(fonts/x.ttf) would fail, so the sheets write whole addresses.
BASE = "asset:///"
FONT_ADDRESS = re.compile(r"asset:///fonts/([a-z0-9-]+\.ttf)")
FONT_ALARMS = (
    "cannot be loaded",
    "Unable to subset",
    "Unable to save",
    "Unable to instantiate",
)
NO_GLYPH = re.compile(r"unsupported by fonts: .* \(U\+([0-9A-F]+)\)$", re.DOTALL)
TRIES = 3
# Embeddings, overrides and isolates: with them a paper reads other than what was written. Right to left needs none.
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LONGEST_WORD, PIECE = 64, 20


class Closed(URLFetcher):
    """Answers for the bundled fonts, and for the pictures that came with the page, by their SHA-256; for nothing else:
    no network, no file, no data address."""

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False)
        self.pictures = pictures or {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if known := FONT_ADDRESS.fullmatch(url):
            return URLFetcherResponse(url, (FONTS / known[1]).read_bytes(), {"Content-Type": "font/ttf"})
        given = PICTURE_ADDRESS.fullmatch(url)
        if not given or given[1] not in self.pictures:
            raise ValueError(f"blocked: {url[:80]}")
        return URLFetcherResponse(url, self.pictures[given[1]], {"Content-Type": "image/png"})


class FontAlarm(logging.Handler):
    """Remembers fonts that did not load and characters no font has: WeasyPrint only mentions them and goes on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []
        self.undrawable: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if any(alarm in message for alarm in FONT_ALARMS):
            self.heard.append(message[:200])
        if missing := NO_GLYPH.search(message):
            self.undrawable.add(chr(int(missing[1], 16)))


@contextmanager
def _fonts_watched() -> Iterator[FontAlarm]:
    alarm, logger = FontAlarm(), logging.getLogger("weasyprint")
    logger.addHandler(alarm)
    try:
        yield alarm
    finally:
        logger.removeHandler(alarm)
    if alarm.heard:
        raise PdfFailed("font", alarm.heard[0])


@lru_cache(1)
def _fonts() -> tuple[FontConfiguration, Closed, CSS]:
    fonts, fetcher = FontConfiguration(), Closed()
    faces = (FONTS / "fonts.css").read_text()
    return (
        fonts,
        fetcher,
        CSS(string=faces, base_url=BASE, font_config=fonts, url_fetcher=fetcher),
    )


@lru_cache(8)
def _sheet(stylesheet: str) -> CSS:
    # Parsing again for each document takes as long as laying it out.
    fonts, fetcher, _ = _fonts()
    return CSS(string=stylesheet, base_url=BASE, font_config=fonts, url_fetcher=fetcher)


def render(
    html: str,
    *,
    stylesheet: str,
    attachments: Sequence[Attached] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of a whole HTML page, laid out with `stylesheet`, the bundled fonts and these pictures, by SHA-256.

    Characters that neither these nor the system's fonts can draw are printed as [?]: PDF/A allows no empty box.
    Raises PdfFailed when a font is missing or the page lacks its language or title; MemoryError and
    RecursionError may come from hostile content. Nothing is fetched.
    """
    html = harmless(html)
    for _ in range(TRIES):
        with _fonts_watched() as alarm:
            document = _write(html, stylesheet, attachments, Closed(pictures))
        if not alarm.undrawable:
            return document
        html = _without(alarm.undrawable, html)
    raise PdfFailed("font", "characters without a glyph remain")


def _write(html: str, stylesheet: str, attachments: Sequence[Attached], fetcher: Closed) -> bytes:
    fonts, _fetcher, faces = _fonts()
    document: bytes = HTML(string=html, base_url=BASE, url_fetcher=fetcher).write_pdf(
        stylesheets=[faces, _sheet(stylesheet)],
        font_config=fonts,
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        attachments=[_attachment(file) for file in attachments],
        finisher=_finish,
    )
    return document


def _without(undrawable: set[str], html: str) -> str:
    characters = "".join(re.escape(character) for character in sorted(undrawable))
    # What joins or colours an emoji goes with it.
    return re.sub(f"[{characters}][{characters}\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*", "[?]", html)


def _attachment(file: Attached) -> Attachment:
    return Attachment(
        string=file.content,
        name=file.name,
        description=file.description,
        created=file.made_at,
        modified=file.made_at,
        relationship=file.relationship,
    )


def harmless(html: str) -> str:
    """The same page with what breaks a layout taken out of its text; tags are left as they are.

    Control characters go, and those that turn the direction of what follows; characters no font may draw (unassigned,
    private, halves of a pair) become U+FFFD; words over 64 characters may break every 20 (one of 200,000 would take
    minutes).
    """
    drawable = re.sub(r"[^\t\n\r -~]", _drawable, html)
    return breakable(drawable, longest=LONGEST_WORD, piece=PIECE)


def _drawable(found: re.Match[str]) -> str:
    category = unicodedata.category(found[0])
    if category == "Cc" or found[0] in TURNING:
        return ""
    return "\ufffd" if category in ("Cn", "Co", "Cs") else found[0]


# WeasyPrint writes one claim only. This states PDF/UA-1 beside PDF/A and describes the schema, as PDF/A asks.
UNIVERSAL_ACCESS = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    b"<pdfuaid:part>1</pdfuaid:part></rdf:Description>"
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
    b'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>'
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    b'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


def _saying_its_language(build: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """WeasyPrint's tags, each with the `lang` of its own element: it writes the document's alone, and a text in
    another language would be read aloud as if it were in that one."""

    def built(box: Any, *rest: Any) -> Iterator[Any]:
        element = getattr(box, "element", None)
        language = element.get("lang") if element is not None and element.tag != "html" else None
        for tag in build(box, *rest):
            if language:
                tag["Lang"] = tags.pydyf.String(language)
            yield tag

    return built


# Its module calls it by this name, for the boxes within a box too.
tags._build_box_tree = _saying_its_language(tags._build_box_tree)


def _finish(document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves undone for PDF/A-3a and PDF/UA-1, done on its objects before they are written."""
    if not pdf.catalog["Lang"].string or not document.metadata.title:
        raise PdfFailed("content", "a document needs a language and a title")
    for entry in pdf.objects:
        extra = getattr(entry, "extra", None) or {}
        if extra.get("Interpolate") == "true":
            extra["Interpolate"] = "false"  # true makes any file with an image or a bitmap emoji fail PDF/A
        if extra.get("Type") == "/Metadata":
            entry.stream[0] = entry.stream[0].replace(b"</rdf:RDF>", UNIVERSAL_ACCESS + b"</rdf:RDF>")
        if isinstance(entry, dict):
            _finish_entry(entry, pdf)
    _set_aside_running_heads(pdf)
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))  # each file is listed twice


def _finish_entry(entry: dict[str, Any], pdf: Any) -> None:
    if entry.get("S") == "/TH":
        row = _referred(entry["P"], pdf)
        group = _referred(row["P"], pdf)["S"]
        entry.setdefault("A", {"O": "/Table"})["Scope"] = "/Column" if group == "/THead" else "/Row"
    if entry.get("Type") == "/FontDescriptor" and not any(key.startswith("FontFile") for key in entry):
        raise PdfFailed("font", f"{entry.get('FontName')} is not embedded")


def _set_aside_running_heads(pdf: Any) -> None:
    """Makes artifacts of what stands in the margins: WeasyPrint marks it as content, but of no element of the tree."""
    dictionaries: list[Any] = [entry for entry in pdf.objects if isinstance(entry, dict)]
    elements = {entry.reference: entry for entry in dictionaries if entry.get("Type") == "/StructElem"}
    held = {kid for element in elements.values() for kid in element["K"] if isinstance(kid, bytes)}
    loose = [one for name, one in elements.items() if name not in held and one["S"] != "/Document"]
    marks: dict[bytes, set[int]] = {}
    while loose:
        element = loose.pop()
        loose += [elements[kid] for kid in element["K"] if isinstance(kid, bytes)]
        marks.setdefault(element["Pg"], set()).update(kid for kid in element["K"] if isinstance(kid, int))
    mapped = _referred(_referred(pdf.catalog["StructTreeRoot"], pdf)["ParentTree"], pdf)["Nums"]
    for place, page in enumerate(pdf.page_references):
        aside = marks.get(page, set())
        drawn = _referred(_referred(page, pdf)["Contents"], pdf).stream  # type: ignore[attr-defined]
        for at, part in enumerate(drawn):
            if isinstance(part, dict) and part.get("MCID") in aside:
                drawn[at - 1 : at + 2] = ["/Artifact", b"", b"BMC"]
        for mark in aside:
            mapped[2 * place + 1][mark] = "null"


def _referred(reference: str | bytes, pdf: Any) -> dict[str, Any]:
    found: dict[str, Any] = pdf.objects[int(reference.split()[0])]
    return found
