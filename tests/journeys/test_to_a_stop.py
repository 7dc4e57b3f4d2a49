"""An idea that ends: its author reads the reasons and what was learnt, and asks for a second look."""

from collections.abc import Callable
from typing import Any

import pytest

from ideas.drafting.models import Idea
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.journeys.walk import Run, Walk, fill, follow, give_pins, press
from workflows.gates.models import Seat
from workflows.journey.models import Reexamination

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
REASONS = "Le garage du pôle ferme en septembre : les vélos n’auraient pas d’abri."
LEARNING = "Le besoin est réel ; il faut d’abord un abri fermé."


@pytest.fixture
def walk(open_page: Callable[..., Any], run_jobs: Run, quick_briefs: list[str]) -> Walk:
    cast = Cast()
    give_pins()
    return Walk(cast, open_page, run_jobs)


def test_the_author_of_a_stop_reads_the_reasons_and_asks_again(walk: Walk) -> None:
    cast = walk.cast
    idea = play.submit(cast)
    walk.run_jobs()
    first = Seat.objects.get(state="open").person
    second = cast.other_lead if first == cast.lead else cast.lead
    walk.admit(first, "stop", tie="Aucun abri en vue.", reasons=REASONS, learning=LEARNING)
    idea.refresh_from_db()
    assert idea.state == "live", "a stop at the first gate is no outcome before its second signature"

    walk.author_in()
    page = walk.phone
    follow(page.locator(".ideas a").filter(has_text=walk.title).first)
    assert REASONS not in page.content()

    walk.sign(second)
    page.reload()
    walk.seen(page, "stopped")
    said = page.locator("section[aria-labelledby=reasons]").inner_text()
    assert REASONS in said
    assert LEARNING in said
    assert "rejet" not in page.content().lower()

    follow(page.locator("section[aria-labelledby=rights] a[href$='/reexamination']"))
    fill(page, grounds="Le centre technique prête un abri depuis juin.")
    walk.seen(page, "re-examination")
    press(page)
    asked = Reexamination.objects.get(idea=idea)
    assert asked.asked_at is not None

    answering = walk.tasked(cast.dga)
    answering.locator("[name=answer][value=overturned]").check(force=True)
    fill(answering, reasons="L’abri change la lecture du dossier : il est à examiner de nouveau.")
    walk.seen(answering, "re-examination to answer")
    press(answering)
    answering.locator("h1").wait_for()
    assert Idea.objects.get().state == "live"
    page.goto("/")
    follow(page.locator(".ideas a").filter(has_text=walk.title).first)
    walk.seen(page, "back at the gate")
