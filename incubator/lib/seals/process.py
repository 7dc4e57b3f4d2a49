"""Reads a stranger's file in a child of its own: it holds no secret, may not grow past a size, is killed when late.

A PDF is a program's worth of structures: a page never parses one itself. Few are read at a time, and one of a sender,
so that whoever sends many slows neither pages nor the checks of others.
"""

import base64
import hashlib
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from incubator.lib.pdf_process import PASSED_ON, ROOT
from incubator.lib.seals.examination import Examination, from_data

LARGEST = 20_000_000  # bytes
WALL_SECONDS = 15.0
# A brief takes one second of computing, 20 MB of anything 140 MiB.
CPU_SECONDS = 5
MEMORY_BYTES = 384 * 1024 * 1024
NICENESS = 5  # pages go first
AT_A_TIME = 2  # in one process of the web server
_turns = threading.BoundedSemaphore(AT_A_TIME)
_senders: set[str] = set()  # whose file is being read at this moment
_senders_turn = threading.Lock()


class Busy(Exception):
    """As many files are being read as may be; in a few seconds there is a place."""


class BusyWithYours(Busy):
    """A file of this sender is being read: the next one waits for it."""


def examine_in_process(
    document: bytes | Callable[[], bytes],
    trusted: Sequence[bytes],
    stamps_trusted: Sequence[bytes] = (),
    *,
    sender: str = "",
    wall_seconds: float | None = None,
) -> Examination:
    """What `reading.examine` finds; too_large, or too_long when it did not end in time or in memory. Raises Busy.

    `document`: the file, or what reads it, which is asked only when it has its turn: whoever must wait takes no memory.
    `trusted`, `stamps_trusted`: certificates as PEM. `sender`: what tells one sender from another, forgotten when the
    file is read; "" for one that nothing is known of.
    """
    order = {"trusted": _packed(trusted), "stamps_trusted": _packed(stamps_trusted)}
    with _turn_of(sender):
        content = document if isinstance(document, bytes) else document()
        if len(content) > LARGEST:
            return Examination("too_large", size=len(content))
        told = json.dumps(order).encode() + b"\n" + content
        return _asked(told, content, WALL_SECONDS if wall_seconds is None else wall_seconds)


@contextmanager
def _turn_of(sender: str) -> Iterator[None]:
    with _senders_turn:
        if sender in _senders:
            raise BusyWithYours
        if not _turns.acquire(blocking=False):
            raise Busy
        _senders.update({sender} - {""})
    try:
        yield
    finally:
        with _senders_turn:
            _senders.discard(sender)
            _turns.release()


def _asked(order: bytes, document: bytes, wall_seconds: float) -> Examination:
    late = Examination("too_long", hashlib.sha256(document).hexdigest(), len(document))
    with tempfile.TemporaryDirectory(prefix="travee-seal-") as folder:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "incubator.lib.seals.process"],
                input=order,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what a library says of a stranger's file is not for our log
                env=environment,
                cwd=folder,
                timeout=wall_seconds,  # then it is killed
            )
        except subprocess.TimeoutExpired:
            return late
    if done.returncode:
        return late
    return from_data(json.loads(done.stdout))


def _packed(blocks: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(block).decode() for block in blocks]


def _limit(kind: int, value: int) -> None:
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):
        pass  # macOS refuses RLIMIT_AS; the wall limit still holds there


def _confine() -> None:
    os.nice(NICENESS)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)


def _main() -> None:
    _confine()
    logging.disable(logging.CRITICAL)
    from incubator.lib.seals.reading import examine

    head, _, document = sys.stdin.buffer.read().partition(b"\n")
    order = {name: [base64.b64decode(one) for one in blocks] for name, blocks in json.loads(head).items()}
    found = examine(document, order["trusted"], order["stamps_trusted"])
    sys.stdout.write(json.dumps(found.as_data()))


if __name__ == "__main__":
    _main()
