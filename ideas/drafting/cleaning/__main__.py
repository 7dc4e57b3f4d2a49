"""The process that touches a stranger's file: `python -m ideas.drafting.cleaning` with the name as JSON on the
first line of its input and the content after it; it answers one line of JSON, then the clean content."""

import json
import resource
import sys

from ideas.drafting.cleaning.documents import clean_document
from ideas.drafting.cleaning.images import clean_image
from ideas.drafting.cleaning.kinds import Kind, kind_of
from ideas.drafting.cleaning.names import clean_name
from ideas.drafting.cleaning.pdfs import clean_pdf
from ideas.drafting.cleaning.refused import Refused

LARGEST = 20_000_000  # as `ideas.drafting.uploads`, which this process does not load
MEMORY = 1_200_000_000
SECONDS = 20


def _limit() -> None:
    for limit, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            pass  # macOS has no limit of memory; the parent's clock stays


def cleaned(name: str, content: bytes) -> tuple[str, Kind, bytes]:
    """The name to show, what the file is, and the copy to keep. Raises Refused."""
    kind = kind_of(name, content)
    if kind.family == "image":
        content, kind = clean_image(content, kind)
    elif kind.family == "pdf":
        content = clean_pdf(content)
    elif kind.family in ("office", "open"):
        content = clean_document(content)
    else:
        _check_text(content)
    if len(content) > LARGEST:  # packed anew it may have grown; the server would hold all of it to see that
        raise Refused("too_large")
    return clean_name(name, kind.extension), kind, content


def _check_text(content: bytes) -> None:
    """Plain text stays as it is, in whatever encoding; control characters mean that it is none."""
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in content):
        raise Refused("unknown")


def main() -> None:
    _limit()
    name = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        shown, kind, clean = cleaned(name, content)
    except Refused as refused:
        answer, clean = {"refused": refused.code}, b""
    except (MemoryError, RecursionError):
        answer, clean = {"refused": "bomb"}, b""
    else:
        answer = {"name": shown, "content_type": kind.content_type}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + clean)


if __name__ == "__main__":
    main()
