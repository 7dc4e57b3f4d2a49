"""Files under the SHA-256 of their content."""

import hashlib
import os
import time
from collections.abc import Collection
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
    assert place.stat().st_ino == before.st_ino
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


# --- What no row names ------------------------------------------------------------------------------------


def old(sha256: str) -> Path:
    place = files.path(sha256)
    long_ago = time.time() - 2 * files.UNNAMED_FOR.total_seconds()
    os.utime(place, (long_ago, long_ago))
    return place


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The files that rows name."""
    found: set[str] = set()
    monkeypatch.setattr(files, "_named_by", [lambda asked: found & set(asked)])
    return found


def test_only_what_stood_long_without_a_row_is_removed(named: set[str]) -> None:
    kept, gone, fresh = (files.put(content) for content in (b"kept", b"gone", b"fresh"))
    named.add(kept)
    old(kept), old(gone)
    broken = files.path(gone).parent / ".upload"
    broken.write_bytes(b"half")
    os.utime(broken, (0, 0))
    assert files.remove_unnamed() == 1
    assert files.remove_unnamed() == 0
    assert [files.path(one).exists() for one in (kept, gone, fresh)] == [True, False, True]
    assert not broken.exists()


def test_what_arrives_again_is_not_removed(named: set[str]) -> None:
    sha256 = files.put(b"again")
    old(sha256)
    files.put(b"again")  # its row is not committed yet
    assert files.remove_unnamed() == 0
    assert files.read(sha256) == b"again"


@pytest.mark.parametrize("committed", [False, True])
def test_what_arrives_while_it_is_removed_is_there_afterwards(monkeypatch, committed: bool) -> None:
    sha256, asked = files.put(b"meanwhile"), []

    def naming(wanted: Collection[str]) -> set[str]:
        asked.append(wanted)
        if len(asked) == 2:  # it has just been set aside
            assert not files.path(sha256).exists()
            files.put(b"meanwhile")
            return {sha256} if committed else set()
        return set()

    monkeypatch.setattr(files, "_named_by", [naming])
    old(sha256)
    files.remove_unnamed()
    assert files.read(sha256) == b"meanwhile"


@pytest.mark.parametrize("is_named", [False, True])
def test_what_a_killed_run_had_set_aside_is_settled_by_the_next(named: set[str], is_named: bool) -> None:
    sha256 = files.put(b"aside")
    place = old(sha256)
    place.rename(place.with_name(f".{sha256}"))
    if is_named:
        named.add(sha256)
    files.remove_unnamed()
    assert place.exists() is is_named
    assert [one.name for one in place.parent.iterdir()] == [sha256] * is_named


def test_nothing_is_removed_while_no_room_says_what_it_names(monkeypatch) -> None:
    monkeypatch.setattr(files, "_named_by", [])
    with pytest.raises(RuntimeError):
        files.remove_unnamed()


@pytest.mark.django_db
def test_every_room_that_keeps_files_says_which_it_names() -> None:
    keeping = [
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "sha256" for field in model._meta.get_fields())
        and not model.__name__.startswith("Historical")
    ]
    assert len(keeping) >= 3
    with CaptureQueriesContext(connection) as asked:
        files._named(["0" * 64])
    for table in keeping:
        assert any(f'"{table}"' in query["sql"] for query in asked.captured_queries), table
