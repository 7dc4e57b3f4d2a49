"""app.js in a real browser: drafts save themselves, nothing typed is lost, shared screens sign out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from incubator.lib.context import KIOSK_SECONDS
from tests.platform.following import follow
from tests.ui.urls import kept

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.ui.urls"),
]
Open = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    kept.clear()
    kept.update(version=1, text="Six bikes", posts=[])


def wait_for(page: Any, words: str) -> None:
    """Until the state of the draft says so (the policy forbids Playwright's own wait_for_function)."""
    page.locator("#saved", has_text=words).wait_for()


def until(page: Any, holds: Callable[[], Any]) -> None:
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")


def rests(page: Any, *, seconds: int) -> None:
    """Nobody touches the page, by the clock it reads; then a moment in which what it began would be seen."""
    page.clock.fast_forward(seconds * 1000)
    page.wait_for_timeout(300)


def test_a_draft_saves_itself_after_a_rest_without_its_files(open_page: Open) -> None:
    page = open_page(path="/test-page", language="en-GB")
    page.set_input_files("[name=photo]", {"name": "a.png", "mimeType": "image/png", "buffer": b"x"})
    page.fill("#text", "Seven bikes")
    wait_for(page, "Draft saved at")
    assert kept["text"] == "Seven bikes"
    assert kept["posts"][-1]["files"] == 0
    assert page.input_value("[name=version]") == "2"
    assert page.evaluate("document.activeElement.id") == "text"


def test_leaving_the_field_saves_at_once(open_page: Open) -> None:
    page = open_page(path="/test-page", language="en-GB", clock=True)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)  # no rest after the last key can end
    page.fill("#text", "Eight bikes")
    with page.expect_response("**/autosave"):
        page.locator("#text").blur()
    assert kept["text"] == "Eight bikes"


def test_nothing_is_sent_without_a_change(open_page: Open) -> None:
    page = open_page(path="/test-page")
    page.focus("#text")
    page.locator("#text").blur()
    page.wait_for_timeout(300)
    assert kept["posts"] == []


def test_what_is_typed_while_a_save_takes_long_is_saved_after_it(open_page: Open) -> None:
    page = open_page(path="/test-page", language="en-GB", clock=True)
    held: list[Any] = []
    page.route("**/autosave", lambda route: route.continue_() if held else held.append(route))
    page.fill("#text", "Seven bikes")
    page.clock.fast_forward(2000)
    until(page, lambda: held)
    page.fill("#text", "Seven bikes and a pump")
    rests(page, seconds=3)
    assert len(held) == 1, "the first save is on its way while the rest after the second text ends"
    with page.expect_response("**/autosave"):
        held[0].continue_()
    wait_for(page, "Draft saved at")
    with page.expect_response("**/autosave"):
        page.clock.fast_forward(3000)
    rests(page, seconds=3)
    assert kept["text"] == "Seven bikes and a pump"
    assert len(kept["posts"]) == 2, "once more, and not again and again"


def test_a_change_elsewhere_shows_both_texts_and_the_person_decides(
    open_page: Open, assert_accessible: Callable[[Any], None]
) -> None:
    page = open_page(path="/test-page", language="en-GB", clock=True)
    kept.update(version=5, text="Ten bikes")
    page.fill("#text", "Seven bikes")
    page.locator("#text").blur()
    page.wait_for_selector("[data-keep-mine]")
    region = page.inner_text("#refusal")
    assert "Awa changed this part" in region
    assert "Ten bikes" in region
    assert page.input_value("#text") == "Seven bikes"
    assert kept["text"] == "Ten bikes"
    assert page.inner_text("#saved") == "Awa changed this part in the meantime"
    assert page.evaluate("document.activeElement === document.body"), "an autosave takes no focus"
    assert_accessible(page)
    page.fill("#text", "Nine bikes")
    rests(page, seconds=10)
    assert len(kept["posts"]) == 1, "a draft in conflict does not go on posting"
    page.click("[data-keep-mine]")
    wait_for(page, "Draft saved at")
    assert kept["text"] == "Nine bikes"
    assert page.input_value("[name=version]") == "6"


def test_offline_keeps_the_text_and_tries_again(browser: Any, live_server: Any) -> None:
    # A context of its own: the browser's console rightly complains of the lost connection.
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    page = context.new_page()
    page.goto("/test-page")
    context.set_offline(True)
    page.fill("#text", "Written in a tunnel")
    page.locator("#text").blur()
    wait_for(page, "No connection")
    assert page.input_value("#text") == "Written in a tunnel"
    context.set_offline(False)
    wait_for(page, "Draft saved at")
    assert kept["text"] == "Written in a tunnel"
    context.close()


def test_a_shared_screen_saves_then_signs_out(open_page: Open, settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    person = get_user_model().objects.create(staff_number="204118", given_name="Camille", family_name="L")
    page = open_page(person, path="/test-page?kiosk=1", language="en-GB", clock=True)
    page.fill("#text", "Half a sentence")
    page.clock.fast_forward((KIOSK_SECONDS - 30) * 1000)
    page.wait_for_selector("#idle:not([hidden])")
    page.click("#idle button")
    assert page.locator("#idle").is_hidden()
    page.fill("#text", "A whole sentence")
    page.clock.fast_forward((KIOSK_SECONDS + 1) * 1000)
    page.wait_for_url("**/signed-out")
    assert kept["text"] == "A whole sentence"


def test_a_shared_screen_waits_for_a_save_on_its_way_then_saves_what_came_after(
    open_page: Open, settings: Any
) -> None:
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    person = get_user_model().objects.create(staff_number="204118", given_name="Camille", family_name="L")
    page = open_page(person, path="/test-page?kiosk=1", language="en-GB", clock=True)
    held: list[Any] = []
    page.route("**/autosave", lambda route: route.continue_() if held else held.append(route))
    page.fill("#text", "Half a sentence")
    page.clock.fast_forward(2000)
    until(page, lambda: held)
    page.fill("#text", "A whole sentence")
    rests(page, seconds=KIOSK_SECONDS + 1)
    assert page.url.endswith("/test-page?kiosk=1")
    held[0].continue_()
    page.wait_for_url("**/signed-out")
    assert kept["text"] == "A whole sentence"


def test_an_own_screen_stays_signed_in(open_page: Open) -> None:
    page = open_page(path="/test-page", clock=True)
    rests(page, seconds=2 * KIOSK_SECONDS)
    assert page.url.endswith("/test-page")


def test_focus_follows_a_swap_and_the_change_is_said(open_page: Open) -> None:
    page = open_page(path="/test-page")
    page.click("text=Swap")
    page.wait_for_selector("text=Swapped")
    assert page.evaluate("document.activeElement.textContent") == "Swapped"
    assert page.inner_text("#status") == "Done now"


def test_a_refused_part_shows_in_the_alert_region(open_page: Open) -> None:
    page = open_page(path="/test-page", language="en-GB")
    page.click("text=Refused")
    page.wait_for_selector("#refusal .note")
    assert "Somebody was faster. Nothing was changed." in page.inner_text("#refusal")
    assert page.is_visible("#text")


@pytest.mark.parametrize("scripts", [True, False])
def test_errors_lead_to_their_fields(open_page: Open, scripts: bool) -> None:
    page = open_page(path="/form", language="en-GB", scripts=scripts)
    follow(page.locator("text=Send"))
    summary = page.locator(".note--stop")
    assert "2 things to mend" in summary.inner_text()
    if scripts:
        assert page.evaluate("document.activeElement.matches('.note--stop')")
        page.click("text=Kind –")
        assert page.evaluate("document.activeElement.value") == "a"
    described = page.get_attribute("#id_title", "aria-describedby")
    assert described == "id_title_error"
    assert re.search("required", page.inner_text(f"#{described}"))


def test_the_menu_closes_on_escape_and_elsewhere(open_page: Open, settings: Any) -> None:
    settings.DEMO = True
    page = open_page(path="/styleguide")
    menu = page.locator("details.menu")
    page.click("details.menu > summary")
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    page.click("details.menu > summary")
    page.mouse.click(20, 400)
    assert menu.get_attribute("open") is None


def test_the_language_switch_works_without_script(open_page: Open) -> None:
    page = open_page(path="/help", scripts=False)
    follow(page.locator("text=English"))
    assert page.get_attribute("html", "lang") == "en"
    assert page.url.endswith("/help")


@pytest.mark.parametrize(
    "address", ["/accessibilite", "/your-data", "/charter", "/help", "/nowhere", "/form"]
)
def test_the_other_pages_break_no_rule(
    open_page: Open, assert_accessible: Callable[[Any], None], address: str
) -> None:
    page = open_page(path=address, width=320)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
