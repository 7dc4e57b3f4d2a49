"""A programme lead changes how the programme works while a consultation runs: edited, refused, mended, published."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import PersonFactory
from tests.gates import stage
from tests.journey.cast import Cast
from tests.journeys.walk import look
from tests.platform.following import follow
from workflows.gates.models import Configuration, GateRound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def press(page: Any, value: str) -> None:
    follow(page.locator(f"main button.btn[name=act][value='{value}']").first)


def type_in(page: Any, name: str, text: str) -> None:
    page.locator(f"[name='{name}']").fill(text)


def test_a_configuration_is_edited_refused_mended_and_published_while_a_round_runs(
    open_page: Callable[..., Any], assert_accessible: Callable[[Any], None]
) -> None:
    cast = Cast()
    PersonFactory(employed=True, mandate="elected")
    PersonFactory(employed=True, mandate="head_of_service", mandate__department=cast.home)
    running = stage.at_g1(cast)
    page = open_page(cast.lead, width=390, height=844, scripts=False)

    page.goto("/account")
    follow(page.locator("a[href='/configuration']"))
    look(page, "versions")
    follow(page.locator("form[action$='/draft'] button"))
    look(page, "draft")
    follow(page.locator("#sections ~ ul h3 a[href$='/G1']"))
    look(page, "section")
    type_in(page, "gates.G1.quorum", "6")
    type_in(page, "gates.G1.criteria.0.weight", "20")
    press(page, "add:criteria")
    assert page.url.endswith("#id_gates.G1.criteria.6.fr")
    type_in(page, "gates.G1.criteria.6.fr", "Sobriété")
    # The Enter key saves.
    follow(page.locator("[name='gates.G1.criteria.6.fr']"), "Enter")

    follow(page.locator("nav.crumb a").last)
    press(page, "check")
    look(page, "refused")
    found = page.locator("#found ~ ul:not(h3 ~ ul) li")
    said = found.all_inner_texts()
    assert len(said) == 4, said
    assert not page.locator("button[value=publish]").count()

    follow(found.filter(has_text="quorum").locator("a"))
    assert page.url.endswith("#id_gates.G1.quorum")
    type_in(page, "gates.G1.quorum", "4")
    type_in(page, "gates.G1.criteria.6.en", "Frugality")
    type_in(page, "gates.G1.criteria.6.weight", "5")
    press(page, "save")
    follow(page.locator("main a[href$='/preview/G1']"))
    look(page, "preview")
    assert "Sobriété" in page.locator("main").inner_text()
    follow(page.locator("a[hreflang=en][href*=language]"))
    assert "Frugality" in page.locator("main").inner_text()
    follow(page.locator("nav.crumb a").last)
    press(page, "check")
    assert "1 idée en cours reste" in page.locator("main").inner_text().replace("\xa0", " ")
    press(page, "publish")
    look(page, "published")
    assert Configuration.objects.get().state == "published"

    running = GateRound.objects.get(pk=running.pk)
    assert (running.state, running.rules["quorum"], len(running.rules["criteria"])) == ("open", 3, 6)
    after = stage.at_g1(cast, title="Un abri pour les vélos")
    assert (after.rules["quorum"], len(after.rules["criteria"])) == (4, 7)

    desk = open_page(cast.other_lead, width=1280)
    for address in ("/configuration", page.url):
        desk.goto(address)
        assert_accessible(desk)
    follow(page.locator(".crumb a").first)
    follow(page.locator("form[action$='/draft'] button"))
    for address in (page.url, page.url + "/G1", page.url + "/letters", page.url + "/preview/G1"):
        desk.goto(address)
        look(desk, "desk")
        assert_accessible(desk)
