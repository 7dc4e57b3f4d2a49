"""Files kept once under the SHA-256 of their content, and never changed.

The name proves the content: reading verifies it, storing the same content twice keeps one file. Who may read a file
is asked by the view that serves it, never here.
"""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1024 * 1024
# From the arrival of a file to the commit of the row that names it, and far beyond.
UNNAMED_FOR = timedelta(days=1)
SET_ASIDE = re.compile(r"\.([0-9a-f]{64})")

# Which of these files (by SHA-256) a room still names in its rows; said by each room when the application starts.
Naming = Callable[[Collection[str]], set[str]]
_named_by: list[Naming] = []


class Damaged(Exception):
    """A stored file no longer has the content its name says."""


def put(content: bytes) -> str:
    """Store `content` and return its SHA-256 (64 hex digits). On return it is on the disk, not only on its way.

    A file already there is verified and left as it is; raises Damaged.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    place = path(sha256)
    if _is_there(place, sha256):
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


def _is_there(place: Path, sha256: str) -> bool:
    """Whether the very content is kept already; if so it counts as just arrived, so that no sweep takes it."""
    try:
        os.utime(place)
        read(sha256)
    except (FileNotFoundError, PermissionError):
        return False  # of another user of this machine: written again, which makes it new too
    return True


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


def named_by(naming: Naming) -> None:
    """Declare which files the rows of a room name."""
    if naming not in _named_by:
        _named_by.append(naming)


def remove_unnamed() -> int:
    """Remove the files that have stood for a day without a row, and what broken uploads left; how many.

    A file may arrive again at this very moment: it is first set aside under another name, so that `put` writes it
    anew, and given back when a row names it or it was touched meanwhile. Killed in between, the next run finds it.
    """
    if not _named_by:
        raise RuntimeError("no room has said which files its rows name")
    removed = 0
    for folder in sorted((Path(settings.MEDIA_ROOT) / "sha256").glob("*/*")):
        old = [place for place in folder.iterdir() if _is_old(place)]
        asked = {sha256: place for place in old if (sha256 := _sha256_of(place.name))}
        unnamed = asked.keys() - _named(asked)
        removed += sum(_remove(asked[sha256], path(sha256), sha256) for sha256 in sorted(unnamed))
        for place in old:
            if not _sha256_of(place.name):
                place.unlink(missing_ok=True)
        for sha256, place in asked.items():
            if sha256 not in unnamed and place.name != sha256:
                _give_back(place, path(sha256))
    return removed


def _remove(place: Path, home: Path, sha256: str) -> bool:
    aside = home.with_name(f".{sha256}")
    try:
        os.replace(place, aside)
    except FileNotFoundError:
        return False
    if _named([sha256]) or not _is_old(aside):
        _give_back(aside, home)
        return False
    aside.unlink(missing_ok=True)
    return True


def _give_back(aside: Path, home: Path) -> None:
    os.replace(aside, home)


def _sha256_of(name: str) -> str:
    """The SHA-256 of a kept or set-aside file's name; "" for the rest of an upload."""
    aside = SET_ASIDE.fullmatch(name)
    return aside[1] if aside else name if re.fullmatch(r"[0-9a-f]{64}", name) else ""


def _is_old(place: Path) -> bool:
    # The disk's own time, not the product's clock: the demo may move that.
    try:
        return place.stat().st_mtime < time.time() - UNNAMED_FOR.total_seconds()
    except FileNotFoundError:
        return False


def _named(sha256s: Collection[str]) -> set[str]:
    return set().union(*(naming(sha256s) for naming in _named_by))


def _sync_folder(folder: Path) -> None:
    # Without it the name may be lost by a power cut though the content was written.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
