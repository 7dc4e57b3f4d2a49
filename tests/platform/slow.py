"""`SLOW=0.3 bin/test -m browser`: pages that arrive in pieces.

A test that looks at a page before it is there passes on a quick machine and fails on a busy one. In slow motion it
fails every time: each page waits `SLOW` seconds before it begins, before its `main` and in the middle of it.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import testcases

SLOW = float(os.environ.get("SLOW") or 0)


def pieces(body: bytes) -> Iterator[bytes]:
    """A page, cut before its `main` and in the middle of what follows."""
    start = max(body.find(b"<main"), 0)
    middle = (start + len(body)) // 2
    for piece in (body[:start], body[start:middle], body[middle:]):
        time.sleep(SLOW)
        yield piece


# The live server's handler of all that is no static file: where nobody sets MEDIA_URL, Django takes it for "/".
class SlowPages(testcases._MediaFilesHandler):
    """Django's own handler, whose pages take their time."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        response = super().__call__(environ, start_response)
        # A file comes as the server's own wrapper, without headers.
        if not getattr(response, "headers", {}).get("Content-Type", "").startswith("text/html"):
            return response
        body = b"".join(response)
        response.close()
        return pieces(body)


@pytest.fixture(scope="session", autouse=True)
def slow_motion() -> Iterator[None]:
    """The live server's handler, replaced where `SLOW` is set."""
    with pytest.MonkeyPatch.context() as patch:
        if SLOW:
            patch.setattr(testcases, "_MediaFilesHandler", SlowPages)
        yield
