"""The browser's own fixtures: the policy is in force, and what breaks on a page is noticed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.platform import browser as fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_page_opens_under_the_policy(open_page: Callable[..., Any]) -> None:
    page = open_page(width=320)
    assert page.goto("/static/icons.svg").status == 200
    assert "default-src 'none'" in page.goto("/no-such-page").headers["content-security-policy"]


def test_a_broken_policy_and_a_script_error_are_noticed(browser: Any, live_server: Any) -> None:
    said: list[str] = []
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if fixtures.worth_failing(message) else None)
    page.goto("/no-such-page")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('img'), {src: 'https://example.org/x'}))"
        )
    context.close()
    assert any("Content Security Policy" in words for words in said)
    assert not any("status of 404" in words for words in said)
