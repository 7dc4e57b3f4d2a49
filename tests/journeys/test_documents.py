"""Having something on paper, in a real browser: with script the page says by itself that it is ready."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incubator.lib.pdf_answer import POLICY
from tests.briefs.seals import small_pdf
from tests.documents import stage
from tests.journeys.walk import follow, look
from workflows.documents import jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: b"%PDF " + html.encode())


def test_a_receipt_on_paper(
    open_page: Callable[..., Any], assert_accessible: Callable[..., None], run_jobs: Callable[..., Any]
) -> None:
    asked = stage.receipt()
    assert asked.idea is not None
    page = open_page(asked.person, path=f"/ideas/{asked.idea.key}/receipt", width=390)
    look(page, "receipt")
    follow(page.locator("main form button", has_text="PDF"))
    assert page.url.endswith(asked.path)
    assert "en préparation" in page.locator("main").inner_text()
    look(page, "being prepared")
    assert_accessible(page)
    page.locator(".crumb a").focus()
    run_jobs()
    ready = page.locator(f"a[href='{asked.path}/file']")
    ready.wait_for()
    assert page.evaluate("document.activeElement.closest('.crumb') !== null"), "the focus stays where it was"
    assert "prêt" in page.locator("#status").inner_text()
    with page.expect_download() as download:
        page.locator(f"a[href='{asked.path}/download']").click()
    assert download.value.suggested_filename.startswith("accuse-de-depot-2026-")


def test_it_is_read_in_the_browser(
    open_page: Callable[..., Any], run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy that comes with it is strict, and lets the browser's own viewer show it all the same."""
    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: small_pdf())
    asked = stage.certificate()
    page = open_page(asked.person, path=asked.path)
    follow(page.locator("main form button.btn"))
    run_jobs()
    page.reload()
    follow(page.locator(f"a[href='{asked.path}/file']"))
    assert page.url.endswith("/file")
    assert page.request.get(page.url).headers["content-security-policy"] == POLICY
    if page.evaluate("navigator.pdfViewerEnabled"):
        # What shows it is an extension, and in it the file once more: a policy that it breaks has neither.
        until(lambda: len([one for one in page.frames if one.url.startswith("chrome-extension:")]) == 1, page)
        until(lambda: len([one for one in page.frames if one.url == page.url]) == 2, page)


def until(holds: Callable[[], bool], page: Any) -> None:
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def test_without_script(open_page: Callable[..., Any], run_jobs: Callable[..., Any]) -> None:
    asked = stage.certificate()
    assert asked.idea is not None
    page = open_page(asked.person, path=f"/ideas/{asked.idea.key}", scripts=False)
    follow(page.locator(f"a[href='{asked.path}']"))
    follow(page.locator("main form button.btn"))
    run_jobs()
    follow(page.locator("main .actions a"))
    assert page.locator(f"a[href='{asked.path}/file']").count() == 1
