"""What is found when the seal of a file is read, as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seal:
    """Whose seal it is. `trusted`: by a certificate that is known, and valid then. `demo`: the demonstration's.

    Instants are ISO texts: `sealed_at` as the seal says, `stamped_at` as a trusted time-stamp service says, or "".
    `certificate`: SHA-256 of the seal's certificate.
    """

    name: str
    organisation: str
    issuer: str
    certificate: str
    sealed_at: str
    stamped_at: str = ""
    stamped_by: str = ""
    trusted: bool = False
    demo: bool = False


@dataclass(frozen=True)
class Examination:
    """One file. `finding`: not_pdf, damaged, not_sealed, altered, added, whole; or too_large, too_long, unread.

    `renderings`: the SHA-256 of the file at each end of a revision, oldest first. `attached`: name → SHA-256.
    `about`, `check_at`: what the seal says of the file, and where to ask; only of a seal that covers it whole.
    """

    finding: str
    sha256: str = ""
    size: int = 0
    seal: Seal | None = None
    renderings: tuple[str, ...] = ()
    attached: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    check_at: str = ""
    claims_seal: bool = False

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def from_data(data: Mapping[str, Any]) -> Examination:
    """The examination that `as_data` gave."""
    seal = Seal(**data["seal"]) if data["seal"] else None
    return Examination(**{**data, "seal": seal, "renderings": tuple(data["renderings"])})
