"""The child that lays documents out for `pdf_process`; started by it, as a program.

A module of its own: what is started as a program is a second copy of its module, whose `PdfFailed` is not the one that
`pdf.render` raises.
"""

import base64
import gc
import json
import os
import resource
import struct
import sys

from incubator.lib.pdf_process import DONE, FAILED, PdfFailed, exactly, unpacked, write


def _limit(kind: int, value: int) -> None:
    try:
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))
    except (ValueError, OSError):
        pass  # macOS refuses RLIMIT_AS; the wall limit still holds there


def _answer(order: bytes) -> tuple[bytes, bytes]:
    """`DONE` with the PDF, or `FAILED` with why, for the JSON that `pdf_process` sends.

    Raises what nobody foresaw: it ends the child with its trace on standard error, and the parent says "stopped".
    """
    from incubator.lib.pdf import render

    try:
        wanted = json.loads(order)
        files = [unpacked(packed) for packed in wanted["attachments"]]
        pictures = {sha256: base64.b64decode(content) for sha256, content in wanted["pictures"].items()}
        page, sheet = wanted["html"], wanted["stylesheet"]
        return DONE, render(page, stylesheet=sheet, attachments=files, pictures=pictures)
    except PdfFailed as failure:
        reason, detail = failure.reason, failure.detail
    except MemoryError:
        reason, detail = "memory", ""
    except RecursionError:
        reason, detail = "nesting", ""
    return FAILED, json.dumps({"reason": reason, "detail": detail}).encode()


def _serve(memory_bytes: int, computing_seconds: float) -> None:
    """The child: orders come in on standard input, documents leave by standard output, until either closes."""
    orders, documents = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with a document
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    import incubator.lib.pdf  # noqa: F401  # paid once, before the first order's time runs

    # What is loaded stays: walked again and again by Python's collector, it costs a tenth of each document. What a
    # document leaves is collected after it, before the next.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    write(documents, DONE, b"")
    while True:
        try:
            (size,) = struct.unpack("!Q", exactly(orders, 8))
            order = exactly(orders, size)
        except EOFError:
            return
        # The kernel ends it by SIGXCPU, though it be stuck in C, and though the parent died without a word.
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + computing_seconds) + 1)
        answer = _answer(order)
        # What is left of it would not do to read the next order.
        _limit(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)[1])
        write(documents, *answer)
        gc.collect()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), float(sys.argv[2]))
