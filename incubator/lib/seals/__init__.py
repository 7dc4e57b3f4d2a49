"""The city's seal: `configuration` says with which key, `documents` seals, `process` reads a stranger's seal.

Only `sealing` and `reading` import pyHanko, which costs most of a second: pages never do.
"""

from dataclasses import dataclass
from datetime import datetime


class SealFailed(Exception):
    """A document could not be sealed. `reason`: seal (the key, or its certificate), stamp (the time-stamp service)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Sealed:
    """The sealed file, which begins with the very bytes it was made of, and the SHA-256 of the seal's certificate."""

    document: bytes
    certificate: str
    sealed_at: datetime
