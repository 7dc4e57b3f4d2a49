"""Reads the seal of a file that anyone may have sent. No Django, no database; run by `process` in a child.

A seal counts only when it covers the whole file: a change added after it leaves the seal itself valid.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_detached_cms, async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import collect_embedded_signatures
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pypdf import PdfReader

from incubator.lib.seals.demo import ORGANISATION as DEMO
from incubator.lib.seals.examination import Examination, Seal

HEADER_WITHIN = 1024  # bytes: readers look for %PDF there
MOST_REVISIONS = 5  # ours have two: the rendering, and its seal
MOST_ATTACHED = 5  # ours have one; what a child tells of a stranger's file stays small
LONGEST = 200  # characters of a name that a stranger's certificate may give


def examine(document: bytes, trusted: Sequence[bytes], stamps_trusted: Sequence[bytes] = ()) -> Examination:
    """What the file is and what its seal says. `trusted`: certificates as PEM; those of time-stamp services apart.

    Never raises on the file's account, but for MemoryError and RecursionError.
    """
    sha256 = hashlib.sha256(document).hexdigest()
    if b"%PDF-" not in document[:HEADER_WITHIN]:
        return Examination("not_pdf", sha256, len(document))
    try:
        reader = PdfFileReader(io.BytesIO(document))
        signatures = [one for one in collect_embedded_signatures(reader) if one.sig_object_type == "/Sig"]
    except (MemoryError, RecursionError):
        raise
    except Exception:  # a damaged file fails wherever its damage is
        return Examination("damaged", sha256, len(document), claims_seal=b"/ByteRange" in document)
    renderings = _renderings(document)
    if not signatures:
        return Examination("not_sealed", sha256, len(document), renderings=renderings)
    finding, seal = _seal(document, signatures, trusted, stamps_trusted)
    said = signatures[0].sig_object if finding == "whole" else {}
    return Examination(
        finding,
        sha256,
        len(document),
        seal=seal,
        renderings=renderings,
        attached=_attached(document),
        about=_text(said, "/Reason"),
        check_at=_text(said, "/ContactInfo"),
    )


def signer_of_detached(
    content: bytes, signature: bytes, trusted: Sequence[bytes], stamps_trusted: Sequence[bytes] = ()
) -> tuple[bool, Seal | None]:
    """Whether a detached signature (DER) fits the content, and whose it is; (False, None) when it cannot be read."""

    def judged(moment: datetime | None) -> Any:
        contexts = _context(trusted, moment), _context(stamps_trusted, None)
        return asyncio.run(async_validate_detached_cms(content, signed, *contexts))

    try:
        signed = cms.ContentInfo.load(signature)["content"]
        status = judged(judged(None).signer_reported_dt)
        return bool(status.intact and status.valid), _as_seal(status, status.signer_reported_dt, trusted)
    except Exception:
        return False, None


def is_known(certificate: Any, trusted: Sequence[bytes], at: datetime | None) -> bool:
    """Whether a seal by this certificate would be trusted: it leads to a trusted one, and may sign for good."""
    validator: Any = CertificateValidator(certificate, validation_context=_context(trusted, at))
    try:
        asyncio.run(validator.async_validate_usage({"non_repudiation"}))
    except (PathError, ValidationError):
        return False
    return _valid_at(certificate, at)


def _seal(
    document: bytes, signatures: Sequence[Any], trusted: Sequence[bytes], stamps_trusted: Sequence[bytes]
) -> tuple[str, Seal | None]:
    """The first signature is the seal; whatever stands after it, another signature too, was added."""
    first = signatures[0]
    try:
        claimed = first.self_reported_timestamp
        status = asyncio.run(
            async_validate_pdf_signature(
                first,
                _context(trusted, claimed),
                _context(stamps_trusted, None),
                skip_diff=True,  # any change is one too many: it need not be understood, which takes long
            )
        )
        seal = _as_seal(status, claimed, trusted)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # asn1crypto and pyHanko have no common error for what they cannot read
        return "altered", None
    if not status.valid:
        return "altered", None  # made by no such key: the name in it is worth nothing
    if not status.intact:
        return "altered", seal
    end = _end_of_what_is_sealed(document, first)
    if end is None:
        return "altered", seal
    return ("whole" if end == len(document) and len(signatures) == 1 else "added"), seal


def _end_of_what_is_sealed(document: bytes, signature: Any) -> int | None:
    """Where the sealed part ends; None when it leaves a hole that holds more than the seal itself.

    pyHanko compares lengths only, and takes the seal's bytes as it parsed them: written in another way they would
    leave room for what nobody sealed.
    """
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        return None  # a signature over several parts may be valid, and is none of ours
    start, before, after, length = numbers
    written = bytes(signature.pkcs7_content)
    digits = written.hex().encode()
    if start != 0 or document[before:after] not in (b"<%b>" % digits, b"<%b>" % digits.upper()):
        return None
    if written[len(cms.ContentInfo.load(written).dump()) :].strip(b"\0"):
        return None  # what follows the seal, to the length kept for it, is empty
    end = after + length
    return end if end <= len(document) else None


def _as_seal(status: Any, claimed: datetime | None, trusted: Sequence[bytes]) -> Seal:
    certificate = status.signing_cert
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
    moment = stamp.timestamp if stamped else claimed
    return Seal(
        name=_name(certificate.subject, "common_name"),
        organisation=_name(certificate.subject, "organization_name"),
        issuer=_name(certificate.issuer, "common_name"),
        certificate=hashlib.sha256(certificate.dump()).hexdigest(),
        sealed_at=claimed.isoformat() if claimed else "",
        stamped_at=stamp.timestamp.isoformat() if stamped else "",
        stamped_by=_name(stamp.signing_cert.subject, "common_name") if stamped else "",
        # pyHanko follows the certificates of a seal that fits only; whose a misfit was is still told.
        trusted=_valid_at(certificate, moment)
        and (bool(status.trusted) or (not status.intact and is_known(certificate, trusted, moment))),
        demo=_name(certificate.subject, "organization_name") == DEMO,
    )


def _valid_at(certificate: Any, moment: datetime | None) -> bool:
    """Whether the certificate was valid then: a certificate trusted by itself is not asked by pyHanko."""
    if moment is None:
        return False
    slack = timedelta(minutes=5)
    return bool(certificate.not_valid_before - slack <= moment <= certificate.not_valid_after + slack)


def _context(trusted: Sequence[bytes], moment: datetime | None) -> ValidationContext:
    """Trusts these certificates alone, fetches nothing, and judges a past seal at its own moment."""
    return ValidationContext(trust_roots=list(certificates(trusted)), moment=moment, allow_fetching=False)


def certificates(trusted: Iterable[bytes]) -> Iterable[x509.Certificate]:
    """The certificates (asn1crypto) of PEM or DER blocks."""
    for block in trusted:
        yield x509.Certificate.load(pem.unarmor(block)[2] if pem.detect(block) else block)


def _name(name: Any, part: str) -> str:
    found = name.native.get(part, "")
    return str(found[0] if isinstance(found, list) else found)[:LONGEST]


def _text(said: Any, key: str) -> str:
    return str(said.get(key, ""))[:LONGEST]


def _renderings(document: bytes) -> tuple[str, ...]:
    """The SHA-256 of the file as it stood at each end of a revision: before its seal, and before what was added."""
    found = []
    digest, at = hashlib.sha256(), 0
    for mark in islice(re.finditer(rb"%%EOF(\r\n|\n|\r)?", document), MOST_REVISIONS):
        for end in {mark.start() + 5, mark.end()} if mark.end() > mark.start() + 5 else {mark.end()}:
            digest.update(document[at:end])
            at = end
            found.append(digest.copy().hexdigest())
    return tuple(found)


def _attached(document: bytes) -> dict[str, str]:
    """The SHA-256 of the first attached files, by name; a file that cannot be read has none.

    Where several have one name, of all of them, one after the other: which of them a reader opens is its own affair.
    """
    try:
        files = PdfReader(io.BytesIO(document)).attachments
        return {
            str(name)[:LONGEST]: hashlib.sha256(b"".join(contents)).hexdigest()
            for name, contents in islice(files.items(), MOST_ATTACHED)
            if contents
        }
    except (MemoryError, RecursionError):
        raise
    except Exception:
        return {}
