"""The style guide walks every partial: in both languages, sizes and schemes it breaks no rule."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    settings.DEMO = True


def test_only_the_demo_has_it(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert client.get("/styleguide").status_code == 404


def test_every_partial_is_shown(client: Client) -> None:
    shown = {template.name for template in client.get("/styleguide").templates}
    partials = {f"ui/{path.name}" for path in (ROOT / "templates" / "ui").glob("*.html")}
    # Shown on a shared screen only; tests/ui/test_script.py opens it.
    assert partials - shown == {"ui/idle.html"}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    # Each of two of them meets each of the third.
    ("width", "language", "dark"),
    [(390, "fr-FR", True), (390, "en-GB", False), (1280, "fr-FR", False), (1280, "en-GB", True)],
)
def test_no_accessibility_rule_is_broken(
    open_page: Callable[..., Any],
    assert_accessible: Callable[[Any], None],
    width: int,
    language: str,
    dark: bool,
) -> None:
    page = open_page(path="/styleguide", width=width, language=language, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert_accessible(page)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_nothing_runs_off_a_small_screen(open_page: Callable[..., Any], language: str) -> None:
    page = open_page(path="/styleguide", width=320, language=language)
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
