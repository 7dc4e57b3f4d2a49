"""Seals on small documents: what they claim, what they notice, with which keys, and what is refused half said."""

import hashlib
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader, PdfWriter
from pypdf.generic import EncodedStreamObject, NameObject

from incubator.lib.pdf_process import RenderingProcess, render_in_process
from incubator.lib.seals import SealFailed, checks, demo, reading
from incubator.lib.seals.configuration import SealSettings, certificates_in, files_in, of_the_demo
from incubator.lib.seals.examination import Examination, from_data
from incubator.lib.seals.process import CPU_SECONDS, examine_in_process
from incubator.lib.seals.reading import examine, signer_of_detached
from incubator.lib.seals.sealing import sign_detached
from tests.briefs import records
from tests.briefs.seals import AT, make_key, one_byte, sealed, small_pdf, with_a_revision, with_other_data
from workflows.briefs.checking.rules import verdict
from workflows.briefs.document import html_of, stylesheet

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
# Programs that the system may lend: used where they are; bin/prove installs them, and there nothing is left out.
lent = pytest.mark.parametrize(
    "always", [False, pytest.param(True, marks=pytest.mark.prove)], ids=["where-it-is", "always"]
)


def look(document: bytes, key: SealSettings) -> Examination:
    return examine(document, certificates_in(key.certificates), certificates_in(key.timestamp_certificates))


def test_a_seal_is_added_after_the_document_and_allows_no_change(a_key: SealSettings) -> None:
    document = small_pdf()
    made = sealed(document, a_key, about="2026-0142-G1", check_at="https://ville.example/verify/x")
    assert made.document.startswith(document)
    reader = PdfReader(io.BytesIO(made.document))
    field = reader.trailer["/Root"]["/AcroForm"]["/Fields"][0].get_object()
    assert field["/TU"] == "Sceau"
    assert [float(number) for number in field["/Rect"]] == [0, 0, 0, 0]
    seal = field["/V"]
    assert seal["/SubFilter"] == "/ETSI.CAdES.detached"
    assert seal["/Reference"][0].get_object()["/TransformParams"]["/P"] == 1
    assert reader.trailer["/Root"]["/Perms"]["/DocMDP"].get_object() == seal
    found = look(made.document, a_key)
    assert found.finding == "whole"
    assert found.seal is not None
    assert (found.seal.trusted, found.seal.demo, found.seal.stamped_at) == (True, False, "")
    assert (found.seal.name, found.seal.organisation) == ("Sceau de la ville", "Ville de Port-Aubert")
    assert found.seal.sealed_at == AT.isoformat()
    assert found.seal.certificate == made.certificate
    assert hashlib.sha256(document).hexdigest() in found.renderings
    assert found.attached == {"decision.json": hashlib.sha256(b'{"outcome": "go"}').hexdigest()}
    assert (found.about, found.check_at) == ("2026-0142-G1", "https://ville.example/verify/x")
    assert from_data(found.as_data()) == found


def test_a_sealed_file_stays_the_pdf_1_7_that_pdf_a_3_is(a_key: SealSettings, stamping: SealSettings) -> None:
    """Its head and its catalogue say the same, though the key is an elliptic curve's; PAdES is declared beside it."""
    page = '<html lang="fr"><title>Relevé</title><p>Décidé.</p></html>'
    document = render_in_process(page, stylesheet="")
    for key in (a_key, stamping):
        made = sealed(document, key).document
        root = PdfReader(io.BytesIO(made)).trailer["/Root"]
        assert made.startswith(b"%PDF-1.7")
        assert root.get("/Version", "/1.7") == "/1.7"
        assert {name: one["/BaseVersion"] for name, one in root["/Extensions"].items()} == {"/ESIC": "/1.7"}
        assert look(made, key).finding == "whole"


def test_what_was_done_to_a_sealed_file_is_told_apart(a_key: SealSettings, other_key: SealSettings) -> None:
    made = sealed(small_pdf(), a_key).document
    cases = {
        "altered": one_byte(made),
        "added": with_a_revision(made),
        "damaged": made[: len(made) - 900],
        "not_sealed": small_pdf(),
        "not_pdf": b"Bonjour, voici le relev\xe9.",
    }
    for finding, document in cases.items():
        assert look(document, a_key).finding == finding
    assert look(with_other_data(made), a_key).finding == "added"
    stranger = look(sealed(small_pdf(), other_key).document, a_key)
    assert stranger.seal is not None
    assert (stranger.finding, stranger.seal.trusted) == ("whole", False)
    assert stranger.about == ""


def test_each_byte_of_the_document_counts(a_key: SealSettings) -> None:
    """Every 23rd byte outside the seal's own hexadecimal digits, changed by one bit."""
    made = sealed(small_pdf(), a_key).document
    start, end = made.index(b"<3082"), made.rindex(b"00>") + 3
    assert look(made, a_key).finding == "whole"
    for at in [*range(0, start, 23), *range(end, len(made), 23), len(made) - 8]:
        changed = made[:at] + bytes([made[at] ^ 1]) + made[at + 1 :]
        found = look(changed, a_key)
        assert found.finding != "whole" or not found.seal or not found.seal.trusted, at


def test_what_stands_in_the_place_kept_for_the_seal_is_noticed(a_key: SealSettings) -> None:
    """The digits after the seal's own are zeros; others there could be anything that nobody sealed."""
    made = sealed(small_pdf(), a_key).document
    end = made.rindex(b"00>")
    start = made.index(b"<3082")
    assert look(made[:end] + b"0A" + made[end + 2 :], a_key).finding == "altered"
    half = made[start : start + 1000].lower()
    assert look(made[:start] + half + made[start + 1000 :], a_key).finding == "altered"


def test_room_made_by_writing_the_seal_shorter_is_noticed(a_key: SealSettings) -> None:
    """The seal's bytes as a string in parentheses take half the place: what fills the rest is sealed by nobody."""
    made = sealed(small_pdf(), a_key).document
    start, end = made.index(b"<3082"), made.rindex(b"00>") + 3
    raw = bytes.fromhex(made[start + 1 : end - 1].decode())
    escaped = re.sub(rb"([\\()])", rb"\\\1", raw).replace(b"\r", b"\\r").replace(b"\n", b"\\n")
    written = b"(" + escaped + b")"
    hidden = b"/Hidden (not sealed)"
    hole = written + hidden + b" " * (end - start - len(written) - len(hidden))
    found = look(made[:start] + hole + made[end:], a_key)
    assert found.finding == "altered"


def test_a_valid_signature_over_more_than_two_parts_is_none_of_ours(
    a_key: SealSettings, other_key: SealSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is a stranger's way to have his file fall out of what is caught."""
    made = sealed(small_pdf(), other_key).document
    written = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\] +", made)
    assert written
    before, after, length = (int(number) for number in written.groups())
    parts = f"/ByteRange [0 {before} {after} 10 {after + 10} {length - 10}]".encode().ljust(len(written[0]))
    made = made.replace(written[0], parts)
    signature = sign_detached(made[:before] + made[after:], key=other_key, at=AT).hex().encode()
    assert len(signature) <= after - before - 2
    made = made[: before + 1] + signature.ljust(after - before - 2, b"0") + made[after - 1 :]
    ends = []
    ours = reading._end_of_what_is_sealed
    monkeypatch.setattr(
        reading, "_end_of_what_is_sealed", lambda *given: ends.append(ours(*given)) or ends[-1]
    )
    found = look(made, a_key)
    assert (found.finding, ends) == ("altered", [None]), "it is valid, and read to here"
    assert found.seal
    assert not found.seal.trusted


def test_of_a_file_with_many_ends_the_first_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counted:
        def __init__(self) -> None:
            self.seen = 0

        def __call__(self, pattern: bytes, document: bytes) -> Any:
            for one in re.compile(pattern).finditer(document):
                self.seen += 1
                yield one

    counted = Counted()
    monkeypatch.setattr(reading.re, "finditer", counted)
    found = reading._renderings(b"%PDF-1.7\n" + b"%%EOF\n" * 100_000)
    assert len(found) == 2 * reading.MOST_REVISIONS
    assert counted.seen == reading.MOST_REVISIONS, "five million of them take no memory"


def test_a_time_stamp_says_when(stamping: SealSettings) -> None:
    made = sealed(small_pdf(), stamping).document
    found = look(made, stamping)
    assert found.finding == "whole"
    assert found.seal is not None
    assert found.seal.stamped_by == "Horodatage d’essai"
    stamped = datetime.fromisoformat(found.seal.stamped_at)
    assert abs(stamped - datetime.now(UTC)) < timedelta(minutes=5)
    unknown = look(made, replace(stamping, timestamp_certificates=""))
    assert unknown.seal is not None
    assert unknown.seal.stamped_at == ""


def test_a_time_stamp_service_out_of_reach_is_said(stamping: SealSettings) -> None:
    with pytest.raises(SealFailed) as failed:
        sealed(small_pdf(), replace(stamping, timestamp_url="http://127.0.0.1:9/"))
    assert failed.value.reason == "stamp"


def test_a_key_that_cannot_be_used_is_said(a_key: SealSettings) -> None:
    for key, at in [
        (replace(a_key, passphrase="wrong"), AT),
        (replace(a_key, file="/nowhere/seal.p12"), AT),
        (a_key, demo.UNTIL + timedelta(days=1)),
        (SealSettings(pkcs11_module="/nowhere.so", pkcs11_token="t", pkcs11_pin="1", pkcs11_label="l"), AT),
    ]:
        with pytest.raises(SealFailed) as failed:
            sealed(small_pdf(), key, at)
        assert failed.value.reason == "seal"


def test_a_certificate_of_its_own_is_enough_to_trust_a_seal(a_key: SealSettings, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    _key, certificate, _others = pkcs12.load_key_and_certificates(
        Path(a_key.file).read_bytes(), a_key.passphrase.encode()
    )
    assert certificate is not None
    pinned = tmp_path / "seal.pem"
    pinned.write_bytes(certificate.public_bytes(Encoding.PEM))
    found = look(sealed(small_pdf(), a_key).document, replace(a_key, certificates=str(tmp_path)))
    assert found.seal is not None
    assert found.seal.trusted


def test_a_former_and_a_present_certificate_are_both_known(a_key: SealSettings, tmp_path: Path) -> None:
    later = make_key(tmp_path / "later")
    both = tmp_path / "both"
    both.mkdir()
    shutil.copy(a_key.certificates, both / "former.pem")
    shutil.copy(later.certificates, both / "present.crt")
    assert len(files_in(str(both))) == 2
    for key in (a_key, later):
        found = look(sealed(small_pdf(), key).document, replace(key, certificates=str(both)))
        assert found.seal is not None
        assert found.seal.trusted


def test_a_list_is_signed_and_a_change_of_it_is_seen(a_key: SealSettings, other_key: SealSettings) -> None:
    trusted = certificates_in(a_key.certificates)
    signature = sign_detached(b"list", key=a_key, at=AT)
    fits, signer = signer_of_detached(b"list", signature, trusted)
    assert fits
    assert signer is not None
    assert signer.trusted
    assert signer_of_detached(b"lisT", signature, trusted)[0] is False
    assert signer_of_detached(b"list", b"nonsense", trusted) == (False, None)
    stranger = signer_of_detached(b"list", sign_detached(b"list", key=other_key, at=AT), trusted)[1]
    assert stranger is not None
    assert not stranger.trusted


@lent
def test_pdfsig_agrees(always: bool, a_key: SealSettings, renderer: RenderingProcess, tmp_path: Path) -> None:
    """On a blank page, and on a brief as it is printed."""
    if not always and not shutil.which("pdfsig"):
        pytest.skip("poppler-utils is not installed")

    def says(document: bytes) -> str:
        (tmp_path / "file.pdf").write_bytes(document)
        command = ["pdfsig", "-nocert", str(tmp_path / "file.pdf")]
        return subprocess.run(command, capture_output=True, text=True).stdout

    brief = renderer.render(html_of(records.selection()), stylesheet=stylesheet())
    for made in (sealed(document, a_key).document for document in (small_pdf(), brief)):
        assert "Signature is Valid." in says(made)
        assert "Total document signed" in says(made)
        assert "Digest Mismatch" in says(one_byte(made))
        # It calls this one valid: hence the seal must cover the whole file.
        assert "Total document signed" not in says(with_a_revision(made))


@pytest.fixture(scope="module")
def token(a_key: SealSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealSettings]:
    """The city's key in a token made of software. Once: a process keeps the folder that it found the first time."""
    import pkcs11
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm.conf"))
        pins = ["--pin", "1234", "--so-pin", "5678"]
        command = ["softhsm2-util", "--init-token", "--free", "--label", "ville", *pins]
        subprocess.run(command, check=True, capture_output=True)
        key, certificate, _others = pkcs12.load_key_and_certificates(
            Path(a_key.file).read_bytes(), a_key.passphrase.encode()
        )
        assert key is not None
        assert certificate is not None
        der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        block = certificate.public_bytes(Encoding.DER)
        named = {pkcs11.Attribute.LABEL: "sceau", pkcs11.Attribute.TOKEN: True}
        found = pkcs11.lib(str(SOFTHSM)).get_token(token_label="ville")
        with found.open(rw=True, user_pin="1234") as session:
            session.create_object(decode_ec_private_key(der) | named)
            session.create_object(decode_x509_certificate(block) | named)
        yield SealSettings(
            pkcs11_module=str(SOFTHSM),
            pkcs11_token="ville",
            pkcs11_pin="1234",
            pkcs11_label="sceau",
            certificates=a_key.certificates,
        )


@lent
def test_a_key_in_a_token_seals(always: bool, request: pytest.FixtureRequest) -> None:
    if not always and not SOFTHSM.exists():
        pytest.skip("softhsm2 is not installed")
    in_token: SealSettings = request.getfixturevalue("token")
    assert in_token.faults() == []
    for _ in range(2):
        found = look(sealed(small_pdf(), in_token).document, in_token)
        assert found.finding == "whole"
        assert found.seal is not None
        assert found.seal.trusted
    with pytest.raises(SealFailed):
        sealed(small_pdf(), replace(in_token, pkcs11_pin="0000"))


# --- the child that reads a stranger's file ---


def test_a_child_reads_it_and_is_killed_when_late(a_key: SealSettings) -> None:
    made = sealed(small_pdf(), a_key).document
    trusted = certificates_in(a_key.certificates)
    found = examine_in_process(made, trusted)
    assert found == examine(made, trusted)
    late = examine_in_process(made, trusted, wall_seconds=0.05)
    assert (late.finding, late.sha256) == ("too_long", found.sha256)


def test_the_child_yields_to_pages_and_neither_computes_nor_grows_for_long() -> None:
    told = (
        "import os, resource as r; from incubator.lib.seals import process; process._confine();"
        "print(os.nice(0), *(r.getrlimit(kind)[1] for kind in (r.RLIMIT_CPU, r.RLIMIT_AS)))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    niceness, seconds, memory = map(int, done.stdout.split())
    assert niceness > os.nice(0)
    assert seconds <= 5
    assert memory <= 400 * 1024 * 1024


def test_the_largest_file_is_read_within_the_limits(a_key: SealSettings) -> None:
    made = sealed(small_pdf(data=os.urandom(19_000_000)), a_key).document
    assert examine_in_process(made, certificates_in(a_key.certificates)).finding == "whole"


def test_a_file_with_many_attachments_is_told_of_in_few_words(a_key: SealSettings) -> None:
    writer = PdfWriter(io.BytesIO(small_pdf()))
    for number in range(300):
        writer.add_attachment(f"x{number:03}" + "x" * 300, b"")
    out = io.BytesIO()
    writer.write(out)
    found = look(sealed(out.getvalue(), a_key).document, a_key)
    assert found.finding == "whole"
    assert "decision.json" in found.attached
    assert len(json.dumps(found.as_data())) < 5_000


def hand_written(*objects: bytes, more: bytes = b"") -> bytes:
    """A PDF of these objects, the first its catalogue; HERE, in what `more` says after it, is its own list."""
    written, places = b"%PDF-1.7\n", []
    for number, entry in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, entry)
    start = b"%d" % len(written)
    listed = b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n" % (len(objects) + 1, listed)
    told = b"<</Size %d/Root 1 0 R %b>>" % (len(objects) + 1, more.replace(b"HERE", start))
    return written + told + b"\nstartxref\n%b\n%%%%EOF\n" % start


def bomb() -> bytes:
    """15 MB that unpack to 15 GB, made in no time: the same packed part again and again."""
    packer, zeros = zlib.compressobj(9), bytes(1_000_000)
    first, again = (packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 14_999 + packer.flush()


def packed_objects(packed: bytes) -> bytes:
    """A PDF whose catalogue lies in this packed stream of objects."""
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
    first = b"2 0 obj\n" + stream % (len(packed), packed) + b"\nendobj\n"
    rows = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([number]) for kind, place, number in (
        (0, 0, 0), (2, 2, 0), (1, 9, 0), (1, 9 + len(first), 0),
    ))  # fmt: skip
    listed = b"3 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    end = b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (9 + len(first))
    return b"%PDF-1.7\n" + first + listed + rows + end


CATALOGUE, PAGES = b"<</Type/Catalog/Pages 2 0 R%b>>", b"<</Type/Pages/Kids[]/Count 0>>"
TRAPS = {
    "bomb": lambda: packed_objects(bomb()),
    "list that goes on in itself": lambda: hand_written(CATALOGUE % b"", PAGES, more=b"/Prev HERE"),
    "nesting": lambda: hand_written(CATALOGUE % (b"/X" + b"[" * 500_000 + b"]" * 500_000), PAGES),
    "references in a ring": lambda: hand_written(CATALOGUE % b"/AcroForm 3 0 R", PAGES, b"4 0 R", b"3 0 R"),
}


def test_files_written_like_the_traps_can_be_read() -> None:
    catalogue = CATALOGUE % b""
    for document in (packed_objects(zlib.compress(b"1 0 " + catalogue)), hand_written(catalogue, PAGES)):
        assert examine(document, ()).finding == "not_sealed"


RARER = ("list that goes on in itself", "nesting", "references in a ring")


@pytest.mark.parametrize(
    "trap", [pytest.param(trap, marks=pytest.mark.prove if trap in RARER else ()) for trap in TRAPS]
)
def test_a_file_made_to_hang_or_burst_its_reader_is_refused_within_the_limits(trap: str) -> None:
    document = TRAPS[trap]()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = examine_in_process(document, (), wall_seconds=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert found.finding in ("damaged", "too_long")
    assert verdict(found, None) == found.finding
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert 0 < computed < CPU_SECONDS + 1


@pytest.mark.prove
def test_a_bomb_that_a_stranger_sealed_is_a_stranger_s_and_is_not_unpacked(other_key: SealSettings) -> None:
    writer = PdfWriter(io.BytesIO(small_pdf(data=None)))
    file = writer.add_attachment("decision.json", b"")
    packed = EncodedStreamObject()
    packed._data = bomb()
    packed[NameObject("/Filter")] = NameObject("/FlateDecode")
    file.pdf_object["/EF"][NameObject("/F")] = writer._add_object(packed)
    out = io.BytesIO()
    writer.write(out)
    made = sealed(out.getvalue(), other_key).document
    found = examine_in_process(made, certificates_in(other_key.certificates), wall_seconds=120)
    assert (found.finding, found.attached, verdict(found, None)) == ("whole", {}, "another_key")


def test_more_than_twenty_megabytes_are_not_read(a_key: SealSettings) -> None:
    assert examine_in_process(b"%PDF-" + b"0" * 20_000_000, ()).finding == "too_large"


# --- settings ---


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({}, None),
        ({"certificates": "FILE"}, None),
        ({"file": "FILE", "passphrase": "p", "certificates": "FILE"}, None),
        ({"file": "FILE", "certificates": "FILE"}, "TRAVEE_SEAL_PASSPHRASE go together"),
        ({"passphrase": "p"}, "TRAVEE_SEAL_PASSPHRASE go together"),
        ({"file": "FILE", "passphrase": "p"}, "TRAVEE_SEAL_CERTIFICATES"),
        ({"file": "/nowhere.p12", "passphrase": "p", "certificates": "FILE"}, "no file /nowhere.p12"),
        ({"certificates": "/nowhere"}, "no certificate in /nowhere"),
        ({"pkcs11_module": "m.so", "pkcs11_token": "t", "certificates": "FILE"}, "_LABEL go together"),
        ({"pkcs11_pin": "1"}, "_LABEL go together"),
        (
            {"file": "FILE", "passphrase": "p", "pkcs11_module": "m.so", "certificates": "FILE"},
            "not both",
        ),
        ({"timestamp_url": "http://stamps.example"}, "without a seal"),
        (
            {"file": "FILE", "passphrase": "p", "certificates": "FILE", "timestamp_url": "http://t"},
            "TRAVEE_SEAL_TIMESTAMP_CERTIFICATES",
        ),
    ],
)
def test_a_seal_is_said_whole_or_not_at_all(said: dict[str, str], fault: str | None, tmp_path: Path) -> None:
    here = tmp_path / "here.pem"
    here.write_text("there")
    faults = SealSettings(
        **{name: str(here) if value == "FILE" else value for name, value in said.items()}
    ).faults()
    assert (faults == []) if fault is None else any(fault in one for one in faults)


def test_secrets_are_not_shown() -> None:
    shown = repr(SealSettings(file="seal.p12", passphrase="hidden", pkcs11_pin="4321"))
    assert "hidden" not in shown
    assert "4321" not in shown


def test_the_demo_makes_its_seal_once_and_production_never(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    assert not of_the_demo(tmp_path).seals
    call_command("make_demo_seal", stdout=io.StringIO())
    key = of_the_demo(tmp_path)
    assert key.seals
    assert os.stat(key.file).st_mode & 0o077 == 0
    before = Path(key.file).read_bytes()
    call_command("make_demo_seal", stdout=io.StringIO())
    assert Path(key.file).read_bytes() == before
    found = look(sealed(small_pdf(), key).document, key)
    assert found.seal is not None
    assert (found.seal.trusted, found.seal.demo) == (True, True)
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("make_demo_seal")


def test_what_a_deployment_is_told_of_its_seal(
    settings: Any, a_key: SealSettings, other_key: SealSettings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    call_command("make_demo_seal", stdout=io.StringIO())

    def told(seal: SealSettings) -> list[str]:
        settings.SEAL = seal
        return [message.id for message in checks.the_seal()]

    assert told(SealSettings()) == []
    settings.PRODUCTION = True
    assert told(SealSettings()) == ["seals.W001"]
    assert told(a_key) == []
    assert told(replace(a_key, passphrase="wrong")) == ["seals.E001"]
    assert told(other_key) == ["seals.E002"]
    assert told(of_the_demo(tmp_path)) == ["seals.E003"]
