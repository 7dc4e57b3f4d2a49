"""Files on their way in: what they are, what they hide, what they would do."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from ideas.drafting import uploads
from ideas.drafting.cleaning.__main__ import cleaned
from ideas.drafting.cleaning.names import clean_name
from ideas.drafting.cleaning.refused import Refused
from ideas.drafting.uploads import LARGEST, REFUSALS, clean
from incubator.lib.refusals import Invalid
from tests.factories import IdeaFactory, PersonFactory

NAME = "Camille-Durand"
IN_PDF = b"Camille\\055Durand"  # as pypdf writes it in a string
CONTENT_TYPES = b'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="x"/>'


def refusal(name, content):
    with pytest.raises(Refused) as refused:
        cleaned(name, content)
    assert refused.value.code in REFUSALS
    return refused.value.code


def picture(form="PNG", size=(40, 30), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "navy" if mode == "RGB" else 0).save(out, form, **options)
    return out.getvalue()


def packed(parts, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | more).items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(**parts):
    base = {
        "[Content_Types].xml": CONTENT_TYPES,
        "word/document.xml": f'<w:document xmlns:w="w"><w:ins w:id="1" w:author="{NAME}">texte</w:ins></w:document>',
        "docProps/core.xml": f"<x><dc:creator>{NAME}</dc:creator></x>",
        "docProps/app.xml": f"<x><Manager>{NAME}</Manager></x>",
        "word/comments.xml": f"<w:c xmlns:w='w' w:author='{NAME}' w:initials='CD'>bien</w:c>",
    }
    return packed(base | {name.replace("__", "/"): content for name, content in parts.items()})


def odt(**parts):
    base = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": f"<o><dc:creator>{NAME}</dc:creator><text:p>texte</text:p></o>",
        "meta.xml": f"<o><meta:initial-creator>{NAME}</meta:initial-creator></o>",
    }
    return packed(base | {name.replace("__", "/"): content for name, content in parts.items()})


def pdf(prepare=None):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": NAME, "/Title": "Devis"})
    if prepare:
        prepare(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def opens_with(writer, **action):
    """What the document starts by itself when it is opened."""
    written = {
        NameObject(f"/{name}"): NameObject(value) if value.startswith("/") else TextStringObject(value)
        for name, value in action.items()
    }
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(written)


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def bomb_png(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_is_drawn_anew_smaller_and_without_what_it_hides():
    exif = Image.Exif()
    exif[0x013B] = NAME
    content = picture("JPEG", (3000, 1500), exif=exif.tobytes(), comment=NAME.encode())
    name, kind, clean_content = cleaned("photo.JPG", content + b"<script>" + NAME.encode())
    assert (name, kind.content_type) == ("photo.jpg", "image/jpeg")
    assert NAME.encode() not in clean_content
    assert b"script" not in clean_content
    assert Image.open(io.BytesIO(clean_content)).size == (2000, 1000)


def test_a_picture_is_turned_as_its_camera_held_it():
    exif = Image.Exif()
    exif[0x0112] = 6
    _name, _kind, content = cleaned("photo.jpg", picture("JPEG", (40, 20), exif=exif.tobytes()))
    assert Image.open(io.BytesIO(content)).size == (20, 40)


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("GIF", "P"), ("WEBP", "RGB")])
def test_all_kinds_of_pictures_come_back_as_pictures(form, mode):
    name, kind, content = cleaned(f"image.{form.lower()}", picture(form, mode=mode))
    assert Image.open(io.BytesIO(content)).format == kind.extension.upper()
    assert name == f"image.{kind.extension}"


def test_texts_of_a_png_are_gone():
    info = PngInfo()
    info.add_text("Author", NAME)
    assert NAME.encode() not in cleaned("a.png", picture(pnginfo=info))[2]


@pytest.mark.parametrize("size", [(30_000, 30_000), (20_000, 9_000), (70_000_000, 1)])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(size):
    assert refusal("immense.png", bomb_png(*size)) == "too_many_pixels"


def test_a_picture_that_lies_about_its_data_is_damaged():
    assert refusal("courte.png", bomb_png(500, 500)) == "damaged"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(form):
    content = picture(form, (300, 300))
    assert refusal(f"coupe.{form.lower()}", content[: len(content) // 2]) == "damaged"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("vide.txt", b"", "empty"),
        ("page.html", b"<!doctype html><script>alert(1)</script>", "unknown"),
        ("page.png", b"<!doctype html><script>alert(1)</script>", "unknown"),
        ("page.txt", b"\xef\xbb\xbf  <HTML><script>", "unknown"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "unknown"),
        ("dessin.png", b"<?xml version='1.0'?><svg/>", "unknown"),
        ("outil.exe", b"MZ" + b"\0" * 200, "unknown"),
        ("outil.pdf", b"MZ" + b"\0" * 200, "unknown"),
        ("outil.txt", b"MZ\x90\x00\x03" + b"\0" * 200, "unknown"),
        ("script.sh", b"#!/bin/sh\nrm -rf /\n", "unknown"),
        ("ancien.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_office"),
        ("binaire.csv", b"a;b\n\x00\x01", "unknown"),
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        ("archive.zip", packed({"a.txt": "a"}), "unknown"),
        ("faux.docx", packed({"a.txt": "a"}), "unknown"),
        ("casse.docx", b"PK\x03\x04" + b"\0" * 100, "damaged"),
        ("casse.pdf", b"%PDF-1.7\n" + b"\0" * 100, "damaged"),
        ("image.png", pdf(), "other_content"),
        ("devis.pdf", docx(), "other_content"),
        ("budget.xlsx", docx(), "other_content"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name, content, code):
    assert refusal(name, content) == code


def test_a_picture_that_is_also_an_archive_keeps_the_picture_only():
    content = picture("GIF", mode="P") + packed({"evil.js": "alert(1)"})
    _name, _kind, clean_content = cleaned("polyglotte.gif", content)
    assert b"PK\x03\x04" not in clean_content
    assert b"evil.js" not in clean_content


def test_names_are_gone_from_a_word_document_and_its_text_stays():
    parts = unpacked(
        cleaned("rapport.docx", docx(**{"word__media__a.jpg": picture("JPEG", comment=NAME)}))[2]
    )
    assert NAME.encode() not in b"".join(parts.values())
    assert b"texte" in parts["word/document.xml"]
    assert Image.open(io.BytesIO(parts["word/media/a.jpg"])).size == (40, 30)


def test_names_are_gone_from_an_open_document_and_its_type_comes_first():
    content = cleaned("rapport.odt", odt())[2]
    parts = unpacked(content)
    assert next(iter(parts)) == "mimetype"
    assert content[30:38] == b"mimetype"
    assert NAME.encode() not in b"".join(parts.values())
    assert b"texte" in parts["content.xml"]


def test_a_sheet_inside_a_document_is_cleaned_too_and_nothing_deeper():
    sheet = packed(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "xl/workbook.xml": "<w/>",
            "docProps/core.xml": f"<x>{NAME}</x>",
        }
    )
    parts = unpacked(cleaned("a.docx", docx(**{"word__embeddings__s.xlsx": sheet}))[2])
    assert NAME.encode() not in b"".join(unpacked(parts["word/embeddings/s.xlsx"]).values())
    deeper = docx(**{"word__embeddings__a.docx": docx(**{"word__embeddings__s.xlsx": sheet})})
    assert refusal("a.docx", deeper) == "embedded"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word__vbaProject.bin": b"\xd0\xcf\x11\xe0"}, "macros"),
        (
            {"[Content_Types].xml": b"<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"},
            "macros",
        ),
        ({"word__activeX__a.xml": b"<a/>"}, "macros"),
        ({"word__embeddings__a.bin": b"\xd0\xcf\x11\xe0" + b"\0" * 20}, "embedded"),
        ({"word__media__a.png": b"MZ\x90"}, "embedded"),
        ({"word__embeddings__a.zip": packed({"a.txt": "a"})}, "embedded"),
        ({"_xmlsignatures__sig1.xml": b"<s/>"}, "signed"),
        ({"word__x.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "damaged"),
        ({"word__x.xml": "<x/>".encode("utf-16")}, "damaged"),
        ({"..__..__etc__x.xml": b"<x/>"}, "damaged"),
    ],
)
def test_what_hides_in_a_document_is_refused(parts, code):
    assert refusal("a.docx", docx(**parts)) == code


def test_macro_documents_are_refused_by_name_and_by_content():
    assert refusal("a.docm", docx()) == "macros"
    assert (
        refusal("a.odt", odt(Basic__Standard__Module1__xml=b"<x/>", **{"Basic__a.xml": b"<x/>"})) == "macros"
    )


def test_a_template_or_picture_from_elsewhere_is_cut_and_links_stay():
    relations = (
        b'<R><Relationship Id="1" Type="x/attachedTemplate" TargetMode="External" Target="file:///C:/Users/durand/a"/>'
        b'<Relationship Id="2" Type="x/hyperlink" Target="https://example.org/" TargetMode="External"/></R>'
    )
    parts = unpacked(cleaned("a.docx", docx(**{"word__settings.xml.rels": relations}))[2])
    assert b"durand" not in parts["word/settings.xml.rels"]
    assert b"https://example.org/" in parts["word/settings.xml.rels"]


def test_an_open_document_fetches_nothing_from_elsewhere_and_its_links_stay():
    text = (
        "<o><draw:image xlink:href='https://elsewhere.example/i.png'/>"
        '<text:section-source xlink:type="simple" xlink:href="../../durand/a.odt"/>'
        '<draw:image xlink:href="Pictures/1.png"/><draw:object xlink:href="./Object 1"/>'
        '<text:a xlink:href="https://example.org/">ici</text:a></o>'
    )
    shown = unpacked(cleaned("a.odt", odt(**{"content.xml": text}))[2])["content.xml"].decode()
    assert "elsewhere.example" not in shown
    assert "durand" not in shown
    for kept in ("https://example.org/", "Pictures/1.png", "./Object 1"):
        assert kept in shown


def test_what_is_too_large_once_it_is_clean_is_refused_where_it_is_cleaned():
    assert refusal("a.docx", docx(mimetype=b" " * 101)) == "damaged", (
        "it would be packed without being pressed"
    )
    assert refusal("a.txt", b"a" * (LARGEST + 1)) == "too_large"


def test_zip_bombs_are_refused_whatever_they_declare():
    bomb = docx(**{"word__big.xml": b"<x>" + b" " * 60_000_000 + b"</x>"})
    assert len(bomb) < 200_000
    assert refusal("a.docx", bomb) == "bomb"
    many = {"[Content_Types].xml": "", "word/document.xml": ""} | {f"{n}.xml": "" for n in range(3100)}
    assert refusal("a.docx", packed(many)) == "bomb"


def test_an_encrypted_part_is_refused():
    content = bytearray(docx())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    assert refusal("a.docx", bytes(content)) in ("password", "damaged")


def test_names_are_gone_from_a_pdf_and_its_pages_stay():
    def comment(writer):
        annotation = FreeText(text="bien", rect=(10, 10, 50, 50))
        annotation[NameObject("/T")] = TextStringObject(NAME)
        writer.add_annotation(0, annotation)
        writer.root_object[NameObject("/PieceInfo")] = DictionaryObject(
            {NameObject("/A"): TextStringObject(NAME)}
        )

    name, kind, content = cleaned("devis.pdf", pdf(comment) + b"\nPK\x03\x04" + NAME.encode())
    assert (name, kind.content_type) == ("devis.pdf", "application/pdf")
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    assert "/Author" not in (reader.metadata or {})
    assert NAME.encode() not in content
    assert IN_PDF not in content
    assert NAME not in str([dict(one.get_object()) for one in reader.pages[0]["/Annots"]])


def chained(writer, *names):
    """A named entry of the catalogue behind references: `/PieceInfo` → … → the name."""
    last = writer._add_object(DictionaryObject({NameObject("/Who"): TextStringObject(NAME)}))
    for name in names[:0:-1]:
        last = writer._add_object(DictionaryObject({NameObject(name): last}))
    writer.root_object[NameObject(names[0])] = last


def described(writer):
    stream = StreamObject()
    stream._data = f"<rdf><dc:creator>{NAME}</dc:creator></rdf>".encode()
    stream[NameObject("/Type")] = NameObject("/Metadata")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)


@pytest.mark.parametrize(
    "prepare", [described, lambda writer: chained(writer, "/PieceInfo", "/Adobe", "/Private")]
)
def test_names_that_nothing_leads_to_any_more_are_not_written_either(prepare):
    content = pdf(prepare)
    assert NAME.encode() in content or content.count(IN_PDF) > 1
    content = cleaned("devis.pdf", content)[2]
    assert NAME.encode() not in content
    assert IN_PDF not in content
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


@pytest.mark.parametrize(
    "filters",
    [
        "/DCTDecode",
        ["/DCTDecode"],
        ["/FlateDecode", "/DCTDecode"],
        ["/ASCIIHexDecode", "/FlateDecode", "/DCTDecode"],
    ],
)
@pytest.mark.parametrize("indirect", [False, True])
def test_a_photograph_in_a_pdf_keeps_its_pixels_and_loses_its_names(filters, indirect):
    exif = Image.Exif()
    exif[0x013B] = NAME
    photograph = picture("JPEG", (40, 20), exif=exif.tobytes())

    def shown(writer):
        stream, data = StreamObject(), photograph
        if "/FlateDecode" in filters:
            data = zlib.compress(data)
        if "/ASCIIHexDecode" in filters:
            data = data.hex().encode() + b">"
        stream._data = data
        listed = isinstance(filters, list)
        named = ArrayObject(map(NameObject, filters)) if listed else NameObject(filters)
        stream[NameObject("/Filter")] = writer._add_object(named) if indirect else named
        writer.root_object[NameObject("/Picture")] = writer._add_object(stream)

    content = cleaned("devis.pdf", pdf(shown))[2]
    kept = PdfReader(io.BytesIO(content)).trailer["/Root"]["/Picture"]
    assert kept["/Filter"] == "/DCTDecode"
    assert NAME.encode() not in kept._data
    before, after = (Image.open(io.BytesIO(data)) for data in (photograph, kept._data))
    assert before.tobytes() == after.tobytes()


def test_a_pdf_fetches_nothing_when_it_opens_and_its_links_stay():
    def prepare(writer):
        opens_with(writer, S="/URI", URI="https://elsewhere.example/who")
        visit = DictionaryObject({NameObject("/O"): writer.root_object["/OpenAction"]})
        writer.pages[0][NameObject("/AA")] = visit
        for kind, where in (("/URI", "https://example.org/kept"), ("/GoToR", "//elsewhere.example/a.pdf")):
            action = {NameObject("/S"): NameObject(kind), NameObject("/URI"): TextStringObject(where)}
            link = {
                NameObject("/Subtype"): NameObject("/Link"),
                NameObject("/Rect"): ArrayObject(),
                NameObject("/A"): DictionaryObject(action),
            }
            writer.root_object[NameObject(f"/Link{kind[1:]}")] = DictionaryObject(link)

    content = cleaned("devis.pdf", pdf(prepare))[2]
    assert b"elsewhere" not in content
    link = PdfReader(io.BytesIO(content)).trailer["/Root"]["/LinkURI"]
    assert link["/A"]["/URI"] == "https://example.org/kept"


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda writer: opens_with(writer, S="/JavaScript", JS="app.alert(1)"), "program"),
        (lambda writer: opens_with(writer, S="/Launch", F="cmd.exe"), "program"),
        (lambda writer: writer.add_attachment("a.txt", b"x"), "embedded"),
        (lambda writer: writer.encrypt("secret", algorithm="RC4-128"), "password"),
    ],
)
def test_what_a_pdf_would_do_is_refused(prepare, code):
    assert refusal("devis.pdf", pdf(prepare)) == code


def test_the_same_file_cleaned_twice_is_the_same_file():
    for name, content in (("a.docx", docx()), ("a.png", picture()), ("a.pdf", pdf()), ("a.odt", odt())):
        assert cleaned(name, content)[2] == cleaned(name, content)[2]


def test_text_stays_as_it_is():
    content = "nom;montant\n=1+1;5 €\n".encode("cp1252")
    assert cleaned("a.csv", content)[2] == content


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\durand\\devis.pdf", "devis.pdf"),
        ("fac\u202efdp.exe", "fac fdp.pdf"),
        ('a"b\r\nX: y.pdf', "a b X y.pdf"),
        ("", "document.pdf"),
        ("...pdf", "document.pdf"),
        ("é" * 300 + ".pdf", "é" * 120 + ".pdf"),
    ],
)
def test_file_names_are_made_safe(typed, shown):
    assert clean_name(typed, "pdf") == shown


def test_cleaning_happens_in_a_process_of_its_own():
    kept = clean("photo.png", picture())
    assert (kept.name, kept.content_type) == ("photo.png", "image/png")
    with pytest.raises(Invalid) as refused:
        clean("a.docm", docx())
    assert refused.value.fields == {"file": [REFUSALS["macros"]]}
    with pytest.raises(Invalid):
        clean("gros.txt", b"a" * (LARGEST + 1))


@pytest.mark.django_db
def test_a_file_that_keeps_its_reader_too_long_is_refused_kindly_and_the_reader_ended(client, monkeypatch):
    run, asked = subprocess.run, []

    def endless(command, **given):
        asked.append(command)
        return run([sys.executable, "-c", "import time; time.sleep(600)"], **given)

    monkeypatch.setattr(uploads.subprocess, "run", endless)
    monkeypatch.setattr(uploads, "SECONDS", 0.3)
    idea = IdeaFactory(author=PersonFactory(employed=True, language="en"))
    client.force_login(idea.team.get().person)
    answer = client.post(f"/ideas/{idea.key}/files", {"file": SimpleUploadedFile("photo.png", picture())})
    assert answer.status_code == 422
    assert "We could not check this file." in answer.content.decode()
    assert asked == [[sys.executable, "-m", "ideas.drafting.cleaning"]]
    assert not [
        one for one in psutil.Process().children() if any("sleep(600)" in word for word in one.cmdline())
    ]
    assert not idea.attachments.exists()
