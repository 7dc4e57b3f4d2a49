"""This room's tests look at the HTML of its papers, not at the PDF."""

import pytest


@pytest.fixture(autouse=True)
def _papers_without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.sessions import jobs

    def render(html: str, *, stylesheet: str) -> bytes:
        return html.encode()

    monkeypatch.setattr(jobs, "render_in_process", render)
