"""`quick_briefs`: for tests that decide and run the jobs but do not look at the PDF, which takes seconds."""

import pytest


def laid_out_quickly(patch: pytest.MonkeyPatch) -> list[str]:
    """Rendering replaced by one that only remembers the page; briefs become ready with it as their file."""
    from workflows.briefs import jobs

    pages: list[str] = []

    def render(html: str, *, stylesheet: str, attachments: object = ()) -> bytes:
        pages.append(html)
        return f"%PDF {html}".encode()

    patch.setattr(jobs, "render_in_process", render)
    return pages


@pytest.fixture
def quick_briefs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return laid_out_quickly(monkeypatch)
