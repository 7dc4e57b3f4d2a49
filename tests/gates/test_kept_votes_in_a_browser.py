"""A review in a real browser: it saves itself, on a shared screen too; without script “Finish later” keeps it."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from incubator.lib.context import KIOSK_SECONDS
from tests.gates import stage
from tests.journey.cast import Cast
from tests.platform.following import follow
from workflows.gates.models import KeptVote, Seat, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEGUN = "Une remarque pour la suite"


@pytest.fixture
def seat() -> Seat:
    return stage.seats_of(stage.at_g1(Cast()))[1]


def url(seat: Seat) -> str:
    return reverse("review", args=[seat.key])


def kept_in(seat: Seat) -> str:
    return str(KeptVote.objects.get(seat=seat).typed["comment_to_panel"])


def on_a_shared_screen(page: Any) -> None:
    named = {one["name"]: one["value"] for one in page.context.cookies()}
    session = import_module(settings.SESSION_ENGINE).SessionStore(named[settings.SESSION_COOKIE_NAME])
    session["kiosk"] = True
    session.save()
    page.reload()


def test_what_is_typed_saves_itself_and_is_there_in_the_next_window(
    open_page: Any, assert_accessible: Any, seat: Seat
) -> None:
    page = open_page(seat.person, path=url(seat))
    page.fill("#id_comment_to_panel", BEGUN)
    page.locator("#id_comment_to_authors").focus()
    page.locator("#saved", has_text="Brouillon enregistré à").wait_for()
    with page.expect_response("**/kept") as saved:
        page.locator("#id_comment_to_authors").fill("Suite")
        page.locator("#id_comment_to_panel").focus()
    assert saved.value.status == 200, "the same page saves again: it is no other window"
    assert (kept_in(seat), KeptVote.objects.get().version) == (BEGUN, 2)
    again = open_page(seat.person, path=url(seat))
    assert again.input_value("#id_comment_to_panel") == BEGUN
    again.get_by_text("Ce que vous aviez commencé est ci-dessous").wait_for()
    assert_accessible(again)
    assert not Vote.objects.filter(seat=seat).exists()


def test_what_a_refused_form_shows_again_is_kept_too(open_page: Any, seat: Seat) -> None:
    page = open_page(seat.person, path=url(seat))
    page.evaluate("document.querySelector('form[data-autosave]').removeAttribute('data-autosave')")
    page.fill("#id_comment_to_panel", BEGUN)
    follow(page.get_by_role("button", name="Envoyer mon vote"))
    page.locator(".note--stop").first.wait_for()
    page.locator("#saved", has_text="Brouillon enregistré à").wait_for()
    assert kept_in(seat) == BEGUN


def test_a_shared_screen_keeps_it_before_it_signs_out(open_page: Any, seat: Seat) -> None:
    page = open_page(seat.person, path=url(seat), clock=True)
    on_a_shared_screen(page)
    page.fill("#id_comment_to_panel", BEGUN)
    assert page.locator("a:visible", has_text="Lire toute l’idée").get_attribute("target") is None
    page.clock.fast_forward((KIOSK_SECONDS + 1) * 1000)
    page.wait_for_url("**/sign-in")
    assert kept_in(seat) == BEGUN


def test_another_window_overwrites_nothing_before_one_chose(open_page: Any, seat: Seat) -> None:
    first, second = (open_page(seat.person, path=url(seat)) for _window in range(2))
    first.fill("#id_comment_to_panel", BEGUN)
    first.locator("#id_comment_to_authors").focus()
    first.locator("#saved", has_text="Brouillon enregistré à").wait_for()
    second.fill("#id_comment_to_panel", "Dans la seconde")
    second.locator("#id_comment_to_authors").focus()
    second.get_by_role("heading", name="Non gardé").wait_for()
    assert second.input_value("#id_comment_to_panel") == "Dans la seconde"
    assert kept_in(seat) == BEGUN
    second.get_by_role("button", name="Garder ce qui est ici").click()
    second.locator("#saved", has_text="Brouillon enregistré à").wait_for()
    assert kept_in(seat) == "Dans la seconde"


def test_without_script_it_is_put_aside_and_taken_up_on_a_phone(open_page: Any, seat: Seat) -> None:
    page = open_page(seat.person, path=url(seat), scripts=False, width=390)
    reading = page.locator("a:visible", has_text="Lire toute l’idée").first
    assert reading.bounding_box()["y"] < page.locator("form[data-autosave]").bounding_box()["y"]
    assert reading.get_attribute("target") == "_blank"
    page.fill("#id_comment_to_panel", BEGUN)
    follow(page.get_by_role("button", name="Terminer plus tard"))
    assert page.url.endswith(reverse("reviews"))
    page.get_by_text("Gardé, pour vous uniquement").wait_for()
    page.goto(url(seat))
    assert page.input_value("#id_comment_to_panel") == BEGUN
    assert kept_in(seat) == BEGUN
