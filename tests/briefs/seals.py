"""`city_seal`: a seal for tests that seal; elsewhere nothing is sealed, as in a city without a key.

Also small documents, sealed in a few milliseconds, and what can be done to them.
"""

import http.server
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pypdf import PdfWriter

from incubator.lib.pdf_process import Attached
from incubator.lib.seals import Sealed, demo
from incubator.lib.seals.configuration import SealSettings

PASSPHRASE = "for tests only"


@pytest.fixture(scope="session", autouse=True)
def patient_reader() -> Iterator[None]:
    """On a busy machine a child that reads a seal waits for its turn: what it may compute stays as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("incubator.lib.seals.process.WALL_SECONDS", 120.0)
        yield


AT = datetime(2026, 11, 12, 15, 40, tzinfo=UTC)


def small_pdf(title: str = "Relevé", data: bytes | None = b'{"outcome": "go"}') -> bytes:
    """A PDF of one blank page with a `decision.json`, made in no time."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": title})
    if data is not None:
        writer.add_attachment("decision.json", data)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed(document: bytes, key: SealSettings, at: datetime = AT, **more: str) -> Sealed:
    from incubator.lib.seals.sealing import seal

    return seal(document, key=key, at=at, name="Sceau", **more)


def with_a_revision(document: bytes, title: str = "Autre titre") -> bytes:
    """The document and, after it, a change of its title, as any PDF program appends one."""
    writer = PdfWriter(io.BytesIO(document), incremental=True)
    writer.add_metadata({"/Title": title})
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(document)
    return out.getvalue()


def with_other_data(document: bytes) -> bytes:
    """The same, but the change is another `decision.json`."""
    writer = PdfWriter(io.BytesIO(document), incremental=True)
    writer.add_attachment("decision.json", b'{"outcome": "stop"}')
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def make_key(folder: Path, organisation: str = "Ville de Port-Aubert") -> SealSettings:
    file, root = demo.make(folder, PASSPHRASE, city="Sceau de la ville", organisation=organisation)
    return SealSettings(file=str(file), passphrase=PASSPHRASE, certificates=str(root))


@pytest.fixture(scope="session")
def a_key(tmp_path_factory: pytest.TempPathFactory) -> SealSettings:
    return make_key(tmp_path_factory.mktemp("seal") / "city")


@pytest.fixture(scope="session")
def other_key(tmp_path_factory: pytest.TempPathFactory, a_key: SealSettings) -> SealSettings:
    """A stranger's key under the same names; the city's certificates."""
    made = make_key(tmp_path_factory.mktemp("seal") / "stranger")
    return replace(made, certificates=a_key.certificates)


@pytest.fixture
def city_seal(settings: Any, a_key: SealSettings) -> SealSettings:
    settings.SEAL = a_key
    return a_key


@pytest.fixture
def small_briefs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As `quick_briefs`, but what is made is a small PDF that can be sealed; another page gives another one."""
    from workflows.briefs import jobs

    pages: list[str] = []

    def render(html: str, *, stylesheet: str, attachments: Sequence[Attached] = ()) -> bytes:
        pages.append(html)
        return small_pdf(f"Relevé {len(pages)}", *(file.content for file in attachments))

    monkeypatch.setattr(jobs, "render_in_process", render)
    return pages


@pytest.fixture(scope="session")
def stamp_authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Path]:
    """Key and certificate of a time-stamp service; pyHanko's knows RSA only."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Horodatage d’essai")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=3650))
        .not_valid_after(AT + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("stamps") / "stamps.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, certificate, pem


@pytest.fixture
def stamping(a_key: SealSettings, stamp_authority: tuple[Any, Any, Path]) -> Iterator[SealSettings]:
    """The city's seal with a time-stamp service that runs on this machine."""
    from asn1crypto import tsp
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.sign.signers.pdf_cms import translate_pyca_cryptography_key_to_asn1
    from pyhanko.sign.timestamps import DummyTimeStamper

    key, _certificate, pem = stamp_authority
    stamper = DummyTimeStamper(load_cert_from_pemder(str(pem)), translate_pyca_cryptography_key_to_asn1(key))

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield replace(
        a_key,
        timestamp_url=f"http://127.0.0.1:{server.server_port}/",
        timestamp_certificates=str(pem),
    )
    server.shutdown()
    server.server_close()
    thread.join()


Change = Callable[[bytes], bytes]


def one_byte(document: bytes) -> bytes:
    """One letter of a text in the sealed part is another; where all texts are packed, one byte in the middle."""
    text = document.find(b"Relev")
    at = document.index(b"%%EOF") // 2 if text < 0 else text + 2
    return document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]
