"""Files under the SHA-256 of their content."""

import hashlib
from pathlib import Path

import pytest

from incubator.lib import files


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_content_comes_back_by_its_name(folder: Path) -> None:
    sha256 = files.put(b"a brief")
    assert sha256 == hashlib.sha256(b"a brief").hexdigest()
    assert files.read(sha256) == b"a brief"
    with files.open_verified(sha256) as file:
        assert file.read() == b"a brief"
    assert files.path(sha256) == folder / "sha256" / sha256[:2] / sha256[2:4] / sha256


def test_the_same_content_is_kept_once_and_not_written_again(folder: Path) -> None:
    place = files.path(files.put(b"a brief"))
    before = place.stat()
    files.put(b"a brief")
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )
    assert [entry for entry in folder.rglob("*") if entry.is_file()] == [place]


def test_a_changed_file_is_never_given_out() -> None:
    sha256 = files.put(b"a brief")
    files.path(sha256).chmod(0o640)
    files.path(sha256).write_bytes(b"another")
    with pytest.raises(files.Damaged):
        files.read(sha256)
    with pytest.raises(files.Damaged):
        files.open_verified(sha256)
    with pytest.raises(files.Damaged):
        files.put(b"a brief")


def test_a_failed_write_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        files.put(b"a brief")
    assert [entry for entry in folder.rglob("*") if entry.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_a_name_that_is_no_hash_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        files.read(name)
