"""Reads a stranger's file in a child of its own: it holds no secret, may not grow past a size, is killed when late.

A PDF is a program's worth of structures: a page never parses one itself. Few are read at a time, so that whoever sends
many slows nothing but other checks: a limit by sender is the proxy's (docs/operations.md).
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
from collections.abc import Sequence

from incubator.lib.pdf_process import PASSED_ON, ROOT
from incubator.lib.seals.examination import Examination, from_data

LARGEST = 20_000_000  # bytes
WALL_SECONDS = 15.0
MEMORY_BYTES = 768 * 1024 * 1024
AT_A_TIME = 2  # in one process of the web server
_turns = threading.BoundedSemaphore(AT_A_TIME)


class Busy(Exception):
    """As many files are being read as may be; in a few seconds there is a place."""


def examine_in_process(
    document: bytes,
    trusted: Sequence[bytes],
    stamps_trusted: Sequence[bytes] = (),
    *,
    wall_seconds: float | None = None,
) -> Examination:
    """What `reading.examine` finds; too_large, or too_long when it did not end in time or in memory. Raises Busy.

    `trusted`, `stamps_trusted`: certificates as PEM.
    """
    if len(document) > LARGEST:
        return Examination("too_large", size=len(document))
    order = {"trusted": _packed(trusted), "stamps_trusted": _packed(stamps_trusted)}
    if not _turns.acquire(blocking=False):
        raise Busy
    try:
        told = json.dumps(order).encode() + b"\n" + document
        return _asked(told, document, WALL_SECONDS if wall_seconds is None else wall_seconds)
    finally:
        _turns.release()


def _asked(order: bytes, document: bytes, wall_seconds: float) -> Examination:
    late = Examination("too_long", hashlib.sha256(document).hexdigest(), len(document))
    with tempfile.TemporaryDirectory(prefix="travee-seal-") as folder:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "incubator.lib.seals.process", str(int(wall_seconds))],
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


def _main(wall_seconds: int) -> None:
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, wall_seconds + 5)  # should the parent die meanwhile
    logging.disable(logging.CRITICAL)
    from incubator.lib.seals.reading import examine

    head, _, document = sys.stdin.buffer.read().partition(b"\n")
    order = {name: [base64.b64decode(one) for one in blocks] for name, blocks in json.loads(head).items()}
    found = examine(document, order["trusted"], order["stamps_trusted"])
    sys.stdout.write(json.dumps(found.as_data()))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
