"""A document in the viewer of a whole browser: the shell that plays the other scenes has none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bin.setup.environment import WHOLE_BROWSERS
from incubator.lib.pdf_answer import POLICY
from tests.briefs.seals import small_pdf
from tests.documents import stage
from tests.platform.following import follow
from workflows.documents import jobs

pytestmark = [pytest.mark.prove, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Any:
    return launch(WHOLE_BROWSERS)


def test_it_is_read_in_the_browser(
    open_page: Callable[..., Any],
    run_jobs: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> None:
    """The policy that comes with it is strict, and lets the browser's own viewer show it all the same."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: small_pdf())
    asked = stage.certificate()
    page = open_page(asked.person, path=asked.path)
    follow(page.locator("main form button.btn"))
    run_jobs()
    page.reload()
    page.locator(f"a[href='{asked.path}/file']").click()
    page.wait_for_url("**/file", wait_until="commit")  # the viewer takes over: nothing is loaded as a page is
    assert page.request.get(page.url).headers["content-security-policy"] == POLICY
    assert page.evaluate("navigator.pdfViewerEnabled"), "a whole browser is asked for here: unset CHROME"
    # What shows it is an extension, and in it the file once more: a policy that it breaks has neither.
    until(lambda: len([one for one in page.frames if one.url.startswith("chrome-extension:")]) == 1, page)
    until(lambda: len([one for one in page.frames if one.url == page.url]) == 2, page)


def until(holds: Callable[[], bool], page: Any) -> None:
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])
