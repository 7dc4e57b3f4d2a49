"""An idea that ends, from an empty draft: its author reads reasons and learning, and asks for a second look."""

import pytest

from ideas.drafting.models import Idea
from tests.journeys.walk import Walk, fill, press
from tests.platform.following import follow
from workflows.gates.models import Seat
from workflows.journey.models import Reexamination

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
REASONS = "Le garage du pôle ferme en septembre : les vélos n’auraient pas d’abri."
LEARNING = "Le besoin est réel ; il faut d’abord un abri fermé."


def test_the_author_of_a_stop_reads_the_reasons_and_asks_again(walk: Walk) -> None:
    cast = walk.cast
    walk.author_in()
    walk.write()
    idea = Idea.objects.get()
    first = Seat.objects.get(state="open").person
    second = cast.other_lead if first == cast.lead else cast.lead
    walk.admit(first, "stop", tie="Aucun abri en vue.", reasons=REASONS, learning=LEARNING)
    idea.refresh_from_db()
    assert idea.state == "live", "a stop at the first gate is no outcome before its second signature"

    page = walk.phone
    page.goto("/")
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
