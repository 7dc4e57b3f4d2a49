"""Having something on paper, in a real browser: with script the page says by itself that it is ready."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.documents import stage
from tests.journeys.walk import look
from tests.platform.following import follow
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


def test_without_script(open_page: Callable[..., Any], run_jobs: Callable[..., Any]) -> None:
    asked = stage.certificate()
    assert asked.idea is not None
    page = open_page(asked.person, path=f"/ideas/{asked.idea.key}", scripts=False)
    follow(page.locator(f"a[href='{asked.path}']"))
    follow(page.locator("main form button.btn"))
    run_jobs()
    follow(page.locator("main .actions a"))
    assert page.locator(f"a[href='{asked.path}/file']").count() == 1
