"""Files kept once under the SHA-256 of their content, and never changed.

The name proves the content: reading verifies it, storing the same content twice keeps one file. Who may read a file
is asked by the view that serves it, never here.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1024 * 1024


class Damaged(Exception):
    """A stored file no longer has the content its name says."""


def put(content: bytes) -> str:
    """Store `content` and return its SHA-256 (64 hex digits). On return it is on the disk, not only on its way.

    A file already there is verified and left as it is; raises Damaged.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    place = path(sha256)
    if place.exists():
        read(sha256)
        return sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o440)
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)
    return sha256


def read(sha256: str) -> bytes:
    """The content stored under `sha256`. Raises FileNotFoundError, Damaged."""
    content = path(sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(sha256)
    return content


def open_verified(sha256: str) -> BinaryIO:
    """The stored file, open at its start, read through once to verify it. Raises FileNotFoundError, Damaged."""
    file = path(sha256).open("rb")
    try:
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise Damaged(sha256)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def path(sha256: str) -> Path:
    """Where the file of this SHA-256 is kept. Raises ValueError on anything that is not one."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256")
    return Path(settings.MEDIA_ROOT) / "sha256" / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    # Without it the name may be lost by a power cut though the content was written.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
