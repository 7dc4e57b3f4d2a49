"""The demo city's seal: a root and a P-256 key that anyone may read. It shows how seals work and proves nothing."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

# By this a certificate is told from a city's own.
ORGANISATION = "Travée (demonstration)"
# The demo city has two years behind it when it is made, and its clock can be moved.
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def make(folder: Path, passphrase: str, *, city: str, organisation: str = ORGANISATION) -> tuple[Path, Path]:
    """Make the root and the seal; the paths of the PKCS#12 file and of the root's PEM file. Overwrites neither."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _name(f"{organisation}, root", organisation)
    root = _signed(root_name, root_key, root_name, root_key, ca=True)
    certificate = _signed(_name(city, organisation), key, root_name, root_key, ca=False)
    sealed = pkcs12.serialize_key_and_certificates(
        city.encode(), key, certificate, [root], serialization.BestAvailableEncryption(passphrase.encode())
    )
    folder.mkdir(parents=True, exist_ok=True)
    pem = root.public_bytes(serialization.Encoding.PEM)
    return _written(folder / "demo.p12", sealed), _written(folder / "demo-root.pem", pem)


def _written(path: Path, content: bytes) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    by: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    # Only a seal with nonRepudiation (content commitment) is a seal to those who check one.
    usage = dict.fromkeys(USAGES, False)
    usage |= {"key_cert_sign": True, "crl_sign": True} if ca else {"content_commitment": True}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(UNTIL - timedelta(days=0 if ca else 1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )
