"""With which key documents are sealed and which certificates are trusted, as the environment says it.

Read by incubator/settings.py, so nothing here may ask for Django's settings.
"""

from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".pem", ".crt", ".cer")


@dataclass(frozen=True)
class SealSettings:
    """The key is a PKCS#12 file, or a key in a PKCS#11 token (there `label` names both key and certificate).

    `certificates` and `timestamp_certificates`: a PEM file, or a folder of them. A file that is `made_at_setup`, the
    demo's, may not be there yet: then nothing is sealed.
    """

    file: str = ""
    passphrase: str = ""
    pkcs11_module: str = ""
    pkcs11_token: str = ""
    pkcs11_pin: str = ""
    pkcs11_label: str = ""
    certificates: str = ""
    timestamp_url: str = ""
    timestamp_certificates: str = ""
    made_at_setup: bool = False

    def __repr__(self) -> str:
        return f"SealSettings({self.file or self.pkcs11_module or 'no key'})"  # never the secrets

    @property
    def seals(self) -> bool:
        """Whether documents are to be sealed."""
        if self.pkcs11_module:
            return True
        return bool(self.file) and (not self.made_at_setup or Path(self.file).is_file())

    def faults(self) -> list[str]:
        """What is half said, one sentence each; empty when it is whole, or when nothing is said."""
        return [sentence for sentence, wrong in self._asked() if wrong]

    def _asked(self) -> list[tuple[str, bool]]:
        key = bool(self.file or self.pkcs11_module)
        token = (self.pkcs11_token, self.pkcs11_pin, self.pkcs11_label)
        return [
            (
                "TRAVEE_SEAL_FILE or TRAVEE_SEAL_PKCS11_MODULE, not both",
                bool(self.file and self.pkcs11_module),
            ),
            (
                "TRAVEE_SEAL_FILE and TRAVEE_SEAL_PASSPHRASE go together",
                bool(self.file) is not bool(self.passphrase),
            ),
            (
                "TRAVEE_SEAL_PKCS11_MODULE, _TOKEN, _PIN and _LABEL go together",
                (self.pkcs11_module != "") != all(token) or (not self.pkcs11_module and any(token)),
            ),
            (
                f"TRAVEE_SEAL_FILE: there is no file {self.file}",
                bool(self.file) and not Path(self.file).is_file(),
            ),
            (
                "a seal needs TRAVEE_SEAL_CERTIFICATES, the certificates by which it is checked",
                key and not self.certificates,
            ),
            (
                f"TRAVEE_SEAL_CERTIFICATES: no certificate in {self.certificates}",
                bool(self.certificates) and not files_in(self.certificates),
            ),
            ("TRAVEE_SEAL_TIMESTAMP_URL without a seal", bool(self.timestamp_url) and not key),
            (
                "TRAVEE_SEAL_TIMESTAMP_URL needs TRAVEE_SEAL_TIMESTAMP_CERTIFICATES, by which its stamps are checked",
                bool(self.timestamp_url) and not files_in(self.timestamp_certificates),
            ),
        ]


def of_the_demo(var: Path) -> SealSettings:
    """What `manage.py make_demo_seal` makes, in `var/seal`. The passphrase is no secret: the demo keeps none."""
    folder = var / "seal"
    return SealSettings(
        file=str(folder / "demo.p12"),
        passphrase="demonstration",  # noqa: S106
        certificates=str(folder / "demo-root.pem"),
        made_at_setup=True,
    )


def files_in(place: str) -> list[Path]:
    """The certificate files at a place, which is one of them, a folder of them, or ''."""
    if not place:
        return []
    path = Path(place)
    if path.is_dir():
        return sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
    return [path] if path.is_file() else []


def certificates_in(place: str) -> tuple[bytes, ...]:
    """Each certificate of the PEM files at a place, as PEM."""
    end = b"-----END CERTIFICATE-----"
    found = []
    for file in files_in(place):
        for block in file.read_bytes().split(end)[:-1]:
            found.append(block[block.index(b"-----BEGIN CERTIFICATE-----") :] + end + b"\n")
    return tuple(found)
