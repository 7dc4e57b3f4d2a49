"""Renders documents in a process of their own, with limits the parent enforces.

A loop in C inside Pango answers to no signal handled in Python, and a page can ask for gigabytes: so the text
of a document is laid out in a child that holds no secret, may not grow past a size, nor compute past a time, and is
killed when it takes too long. One child serves several documents (the first one costs a second more), then is
replaced: WeasyPrint keeps about 0.3 MB per document for ever.
"""

import atexit
import base64
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
MEMORY_BYTES = 1536 * 1024 * 1024
COMPUTING_SECONDS = 30.0
PATIENCE = 3  # a machine with other work gives it a third of its time
START_SECONDS = 60.0
DOCUMENTS_PER_PROCESS = 20
# The child gets no other variable: no database address, no secret key.
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "LD_LIBRARY_PATH",
)
DONE, FAILED = b"D", b"F"
# A font too: a character of the text may ask for one that cannot draw it, or that a file cannot carry.
TEXT_TO_BLAME = ("time", "memory", "nesting", "font", "stopped")
# By the system when its memory is full; by the parent when the machine gave the child too little time.
KILLED = ("killed", "late")
# Whoever stops the worker stops its child too: that says nothing of the document.
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PICTURE_ADDRESS = re.compile("asset:///pictures/([0-9a-f]{64})")
# As `documents/mast.html` writes it. No text of a person can: there, < and " are entities.
LOGO = re.compile(f'<img class="logo" src="{PICTURE_ADDRESS.pattern}"')


class PdfFailed(Exception):
    """A document could not be made. `reason` is one of: time (of computing), memory, nesting, font, content, stopped,
    interrupted, killed, late."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def is_of_the_text(self, *, before: str) -> bool:
        """Whether another text might have been laid out: then a document with its long texts cut is tried.

        `before`: why the try before this one failed, or "". A child that is killed once says nothing of the text: the
        machine may have been full or busy. Killed again a while later, at the same whole text, it does.
        """
        return self.reason in TEXT_TO_BLAME or (self.reason in KILLED and before in KILLED)


@dataclass(frozen=True)
class Attached:
    """A file carried inside the PDF. `made_at` is written in it, so it must come from the record, not the clock."""

    name: str
    content: bytes
    description: str
    made_at: datetime
    relationship: str = "Source"


class RenderingProcess:
    """One child at a time, started when first needed, replaced after `documents` or after a failure."""

    def __init__(
        self,
        *,
        computing_seconds: float = COMPUTING_SECONDS,
        wall_seconds: float | None = None,
        memory_bytes: int = MEMORY_BYTES,
        documents: int = DOCUMENTS_PER_PROCESS,
    ) -> None:
        self.computing_seconds = computing_seconds
        self.wall_seconds = PATIENCE * computing_seconds if wall_seconds is None else wall_seconds
        self.memory_bytes = memory_bytes
        self.documents = documents
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made = 0

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def render(self, html: str, *, stylesheet: str, attachments: Sequence[Attached] = ()) -> bytes:
        """The PDF of one page of HTML; raises PdfFailed, after which the next call starts a fresh child."""
        order = {
            "html": html,
            "stylesheet": stylesheet,
            "attachments": [_packed(a) for a in attachments],
            "pictures": _pictures(html),
        }
        with self._turn:
            if self._child is None:
                self._start()
            try:
                kind, body = self._ask(json.dumps(order).encode(), self.wall_seconds)
            except BaseException:
                self._end()
                raise
            self._made += 1
            failure = json.loads(body) if kind == FAILED else None
            if failure or self._made >= self.documents:
                self._end()
        if failure:
            raise PdfFailed(failure["reason"], failure["detail"])
        return body

    def close(self) -> None:
        """End the child, if there is one."""
        with self._turn:
            self._end()

    def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="travee-pdf-")
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": self._folder.name}
        command = [
            sys.executable,
            "-m",
            "incubator.lib.pdf_child",
            str(self.memory_bytes),
            str(self.computing_seconds),
        ]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=self._folder.name,
        )
        self._made = 0
        try:
            self._ask(None, START_SECONDS)
        except BaseException:
            self._end()
            raise

    def _ask(self, order: bytes | None, seconds: float) -> tuple[bytes, bytes]:
        child = self._child
        assert child is not None
        orders, documents = child.stdin, child.stdout
        assert orders is not None
        assert documents is not None
        late = threading.Event()

        def kill() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(seconds, kill)
        timer.start()
        try:
            if order is not None:
                write(orders, b"", order)
            return _read(documents)
        except (EOFError, BrokenPipeError) as ended:
            if late.is_set():
                raise PdfFailed("late", f"more than {seconds:g} s") from ended
            status = child.wait()
            raise PdfFailed(_why(status), f"the child ended with {status}") from ended
        finally:
            timer.cancel()

    def _end(self) -> None:
        if self._child:
            self._child.kill()
            for pipe in (self._child.stdin, self._child.stdout):
                try:
                    pipe.close()  # type: ignore[union-attr]  # both are pipes, see _start
                except BrokenPipeError:
                    pass
            self._child.wait()
        if self._folder:
            self._folder.cleanup()
        self._child = self._folder = None


def _why(status: int) -> str:
    """What a child that ended by itself died of. Its own limits never end it by SIGKILL, nor did the parent here."""
    if status == -signal.SIGKILL:
        return "killed"
    if status == -signal.SIGXCPU:
        return "time"
    return "interrupted" if -status in STOPPING else "stopped"


_shared = RenderingProcess()
atexit.register(_shared.close)


def render_in_process(html: str, *, stylesheet: str, attachments: Sequence[Attached] = ()) -> bytes:
    """The PDF of `html`, made by this process's one rendering child. Raises PdfFailed."""
    return _shared.render(html, stylesheet=stylesheet, attachments=attachments)


def render_alone(html: str, *, stylesheet: str, computing_seconds: float) -> bytes:
    """As `render_in_process`, for a document of many pages: in a child of its own, which may compute so long."""
    process = RenderingProcess(computing_seconds=computing_seconds, documents=1)
    try:
        return process.render(html, stylesheet=stylesheet)
    finally:
        process.close()


def _pictures(html: str) -> dict[str, str]:
    """The stored logos that the letterheads of a page name, by SHA-256: the child itself reads no file."""
    named = sorted(set(LOGO.findall(html)))
    if not named:
        return {}
    from incubator.lib import files

    return {sha256: base64.b64encode(files.read(sha256)).decode() for sha256 in named}


def _packed(file: Attached) -> dict[str, str]:
    return {
        "name": file.name,
        "content": base64.b64encode(file.content).decode(),
        "description": file.description,
        "made_at": file.made_at.isoformat(),
        "relationship": file.relationship,
    }


def unpacked(packed: dict[str, str]) -> Attached:
    return Attached(
        name=packed["name"],
        content=base64.b64decode(packed["content"]),
        description=packed["description"],
        made_at=datetime.fromisoformat(packed["made_at"]),
        relationship=packed["relationship"],
    )


def write(pipe: IO[bytes], kind: bytes, body: bytes) -> None:
    pipe.write(kind + struct.pack("!Q", len(body)) + body)
    pipe.flush()


def exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _read(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    kind = exactly(pipe, 1)
    (size,) = struct.unpack("!Q", exactly(pipe, 8))
    return kind, exactly(pipe, size)
