"""This room's tests look at the HTML of its documents; one test lays all of them out."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def quick_documents(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rendering replaced by one that only remembers the page; documents become ready with it as their file."""
    from workflows.documents import jobs
    from workflows.sessions import jobs as papers

    pages: list[str] = []

    def render(html: str, *, stylesheet: str, computing_seconds: float = 30) -> bytes:
        pages.append(html)
        return f"%PDF {html}".encode()

    monkeypatch.setattr(jobs, "render_in_process", render)
    monkeypatch.setattr(jobs, "render_alone", render)
    monkeypatch.setattr(papers, "render_in_process", render)
    return pages
