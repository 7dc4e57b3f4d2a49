"""What a job asks: the document with the configured seal, or without one where none is configured."""

from django.conf import settings

from incubator.lib import clock
from incubator.lib.seals import Sealed


def sealed(document: bytes, *, name: str, about: str, check_at: str) -> Sealed | None:
    """The document sealed now, None where nothing is sealed; see `sealing.seal`. Never in a transaction.

    Raises SealFailed.
    """
    if not settings.SEAL.seals:
        return None
    from incubator.lib.seals.sealing import seal  # only a worker pays for pyHanko

    return seal(document, key=settings.SEAL, at=clock.now(), name=name, about=about, check_at=check_at)
