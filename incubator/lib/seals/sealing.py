"""Seals documents (PAdES B-B; B-T with a time-stamp address) and signs lists, with the configured key.

Never in a transaction: a key in a token or a time-stamp service may take its time.
"""

import asyncio
import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pyhanko.config.pkcs11 import PKCS11SignatureConfig, TokenCriteria
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_cms import CMSSignedAttributes
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper

from incubator.lib.seals import Sealed, SealFailed
from incubator.lib.seals.configuration import SealSettings

FIELD = "Seal"
TIMESTAMP_SECONDS = 10
_pdf: Any = generic  # pyHanko's objects are made without types
# A token lets one session sign in at a time, and a worker has several threads.
_token_turn = threading.Lock()


class _Addition(IncrementalPdfFileWriter):
    """Adds the seal and nothing else: pyHanko would write the document's claims and dates anew, with today's."""

    def _update_meta(self) -> None:
        return


class _Sealer(signers.PdfSigner):
    """A signer that says the time it is given."""

    def __init__(self, at: datetime, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.at = at

    def init_signing_session(self, *args: Any, **more: Any) -> Any:
        session = super().init_signing_session(*args, **more)
        session.system_time = self.at
        return session

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """PAdES alone: for a curve pyHanko declares ISO 32002 too, and with it PDF 2.0. PDF/A-3 is PDF 1.7."""
        pdf_out.register_extension(ESIC_EXTENSION_1)


def seal(
    document: bytes, *, key: SealSettings, at: datetime, name: str, about: str = "", check_at: str = ""
) -> Sealed:
    """The document with an invisible seal that allows no change after it.

    `name`: what a reader program calls the field. `about`, `check_at`: what the document is, and the address where it
    can be checked, kept in the seal itself. Raises SealFailed.
    """
    at = at.replace(microsecond=0)
    with _failures(), _signer(key) as signer:
        certificate = _certificate(signer, at)
        sealer = _Sealer(
            at,
            signers.PdfSignatureMetadata(
                field_name=FIELD,
                subfilter=fields.SigSeedSubFilter.PADES,
                md_algorithm="sha256",
                certify=True,
                docmdp_permissions=fields.MDPPerm.NO_CHANGES,
                reason=about or None,
                contact_info=check_at or None,
            ),
            signer=signer,
            timestamper=_timestamper(key),
        )
        addition = _Addition(io.BytesIO(document))
        fields.append_signature_field(addition, fields.SigFieldSpec(FIELD, readable_field_name=name))
        _tag(addition)
        sealed = sealer.sign_pdf(addition).getvalue()
    assert sealed.startswith(document), "a seal is added after the document"
    return Sealed(sealed, certificate, at)


def _tag(addition: Any) -> None:
    """Puts the field at the end of the tagged text (PDF/UA-1, 7.18.4): a reader program comes upon the seal there.

    Tags as WeasyPrint lays them out: another way must fail here, not leave the field untold. Of a document without any
    nothing is changed.
    """
    if "/StructTreeRoot" not in addition.root:
        return
    tree = addition.root["/StructTreeRoot"]
    text, parents = tree["/K"].raw_get(0), tree["/ParentTree"]["/Nums"]
    field = addition.root["/AcroForm"]["/Fields"].raw_get(-1)
    page, _resources = addition.find_page_for_modification(0)
    place = _pdf.NumberObject(1 + max(int(parents[at]) for at in range(0, len(parents), 2)))
    shown = {"/Type": _pdf.NameObject("/OBJR"), "/Obj": field, "/Pg": page}
    element = {
        "/Type": _pdf.NameObject("/StructElem"),
        "/S": _pdf.NameObject("/Form"),
        "/P": text,
        "/K": _dictionary(shown),
    }
    form = addition.add_object(_dictionary(element))
    text.get_object()["/K"].append(form)
    parents.extend([place, form])
    field.get_object()["/StructParent"] = place
    for changed in (text.get_object()["/K"], parents, field.get_object()):
        addition.update_container(changed)


def _dictionary(entries: dict[str, Any]) -> Any:
    return _pdf.DictionaryObject({_pdf.NameObject(name): entry for name, entry in entries.items()})


def sign_detached(content: bytes, *, key: SealSettings, at: datetime) -> bytes:
    """A detached CMS signature (DER) of any content. Raises SealFailed."""
    with _failures(), _signer(key) as signer:
        _certificate(signer, at)
        signed = asyncio.run(
            signer.async_sign_general_data(
                content,
                "sha256",
                detached=True,
                timestamper=_timestamper(key),
                signed_attr_settings=CMSSignedAttributes(signing_time=at.replace(microsecond=0)),
            )
        )
    return bytes(signed.dump())


def certificate_of(key: SealSettings) -> Any:
    """The seal's own certificate (asn1crypto). Raises SealFailed when the key cannot be used."""
    with _failures(), _signer(key) as signer:
        return signer.signing_cert


def _timestamper(key: SealSettings) -> HTTPTimeStamper | None:
    return HTTPTimeStamper(key.timestamp_url, timeout=TIMESTAMP_SECONDS) if key.timestamp_url else None


def _certificate(signer: Any, at: datetime) -> str:
    """The SHA-256 of the seal's certificate, which must be valid: a seal made after its end convinces nobody."""
    found = signer.signing_cert
    if not found.not_valid_before <= at <= found.not_valid_after:
        raise SealFailed("seal", f"the certificate is valid until {found.not_valid_after:%Y-%m-%d}")
    return hashlib.sha256(found.dump()).hexdigest()


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except SealFailed:
        raise
    except (timestamps.TimestampRequestError, TimeoutError) as failed:
        raise SealFailed("stamp", str(failed.__cause__ or failed)) from failed
    except Exception as failed:  # a token's library raises its own errors, a damaged key yet others
        raise SealFailed("seal", f"{type(failed).__name__}: {failed}") from failed


@contextmanager
def _signer(key: SealSettings) -> Iterator[Any]:
    if not key.pkcs11_module:
        simple: Any = signers.SimpleSigner
        signer = simple.load_pkcs12(key.file, passphrase=key.passphrase.encode())
        if signer is None:
            raise SealFailed("seal", f"{key.file} does not open with its passphrase")
        signer.embed_roots = False  # whoever trusts the root has it; here nothing would protect its bytes
        yield signer
        return
    from pyhanko.sign.pkcs11 import PKCS11SigningContext

    token = PKCS11SignatureConfig(
        module_path=key.pkcs11_module,
        token_criteria=TokenCriteria(label=key.pkcs11_token),
        cert_label=key.pkcs11_label,
        key_label=key.pkcs11_label,
        user_pin=key.pkcs11_pin,
    )
    with _token_turn, PKCS11SigningContext(token) as signer:
        # Few tokens hash by themselves before they sign with a curve; all sign a hash.
        signer.use_raw_mechanism = signer.signing_cert.public_key.algorithm == "ec"
        signer.embed_roots = False
        yield signer
