"""The main pages: accessible in light and dark, in both languages, on a narrow phone, with large text, by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from incubator.people.models import Person
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.journeys.walk import OVERFLOW, PIN, Run, give_pins
from workflows.gates.models import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
Page = tuple[str, Person | None, str]


@pytest.fixture
def pages(run_jobs: Run, quick_briefs: list[str]) -> list[Page]:
    """(name, reader, address): an idea in evaluation, one being decided, one being read by its panel, a draft."""
    cast = Cast()
    one = play.submit(cast)
    run_jobs()
    play.pass_g0(one, cast)
    run_jobs()
    play.vote_all(one)
    play.decide(one, cast.dga)
    play.sponsored(one, cast)
    run_jobs()
    play.vote_all(one)
    play.decide(one, cast.dga)
    play.piloted(one, cast)
    run_jobs()
    play.agree(one, cast)
    deciding = play.submit(cast, title="Une bourse aux outils entre ateliers")
    run_jobs()
    play.pass_g0(deciding, cast)
    run_jobs()
    play.vote_all(deciding, "go_if")
    reading = play.submit(cast, title="Des casiers avec recharge pour l’équipe de nuit")
    run_jobs()
    play.pass_g0(reading, cast)
    run_jobs()
    seat = Seat.objects.filter(round=play.round_of(reading), state="open").select_related("person").first()
    assert seat is not None
    draft = play.draft(cast, title="")
    give_pins()
    return [
        ("sign-in", None, "/sign-in"),
        ("my work", cast.author, "/"),
        ("draft", cast.author, reverse("idea-edit", args=[draft.key])),
        ("submit", cast.author, reverse("idea-submit", args=[draft.key])),
        ("idea", cast.author, reverse("idea", args=[one.key])),
        ("review", seat.person, reverse("review", args=[seat.key])),
        ("decision", cast.dga, reverse("decide", args=[play.round_of(deciding).key])),
        ("sponsorship", cast.author, reverse("sponsorship", args=[one.key])),
        ("pilot", cast.author, reverse("pilot", args=[one.key])),
        ("evaluation", cast.lead, reverse("evaluation", args=[one.key])),
        ("portfolio", cast.author, reverse("portfolio")),
        ("metrics", cast.author, reverse("metrics")),
        ("account", cast.author, reverse("account")),
    ]


def test_every_main_page_is_accessible_and_fits(
    pages: list[Page], open_page: Callable[..., Any], assert_accessible: Callable[[Any], None]
) -> None:
    found = []
    for language in ("fr", "en"):
        Person.objects.update(language=language)
        for name, person, path in pages:
            page = open_page(person, path=path, language=language)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                try:
                    assert_accessible(page)
                except AssertionError as error:
                    found.append(f"{name}, {language}, {scheme}: {error}")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            if page.evaluate(OVERFLOW) > 0:
                found.append(f"{name}, {language}: text at 200 % scrolls sideways")
            page.evaluate("document.documentElement.style.fontSize = ''")
            page.set_viewport_size({"width": 320, "height": 640})
            if page.evaluate(OVERFLOW) > 0:
                found.append(f"{name}, {language}: scrolls sideways at 320 px")
            page.context.close()
    assert not found, "\n\n".join(found)


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is there, and see that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle != 'none' || s.boxShadow != 'none'; }"
            )
            assert outline, f"the focus does not show on {selector}"
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")


def test_with_the_keyboard_alone(pages: list[Page], open_page: Callable[..., Any]) -> None:
    author = pages[1][1]
    assert author is not None
    page = open_page(path="/sign-in")
    tab_to(page, "[name=staff_number]")
    page.keyboard.type(author.staff_number)
    tab_to(page, "[name=secret]")
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.locator(".ideas").wait_for()
    tab_to(page, ".ideas h3 a")
    page.keyboard.press("Enter")
    page.locator("#history, form[data-autosave]").first.wait_for()
    tab_to(page, ".tabs a[href='/'], .crumb a")
    page.keyboard.press("Enter")
    page.locator("h1").wait_for()
