"""On the pages: a stop of a panel's idea, asked to be looked at again, read rule by rule, and overturned."""

import pytest

from ideas.drafting.models import Idea
from tests.gates import stage
from tests.journey import cast as play
from tests.journeys.walk import Walk, choose, fill, press
from tests.platform.following import follow
from workflows.gates.models import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_someone_who_took_no_part_reads_why_and_overturns(walk: Walk) -> None:
    cast = walk.cast
    round_ = stage.at_g1(cast)
    stage.all_vote(round_, "go", "go", "not_now", level=2)
    play.decide(round_.idea, cast.dga, "stop")
    walk.run_jobs()

    walk.author_in()
    page = walk.phone
    follow(page.locator(".ideas a").filter(has_text=walk.title).first)
    follow(page.locator("section[aria-labelledby=rights] a[href$='/reexamination']"))
    assert not page.locator("#why").count()
    fill(page, grounds="Un abri est prêté depuis juin.")
    press(page)

    answering = walk.tasked(cast.dgs)
    why = answering.locator("section[aria-labelledby=why]").inner_text()
    assert "2 pour, 3 contre" in why
    assert "1 vote pour au lieu de contre" in why
    assert not any(seat.person.family_name in why for seat in Seat.objects.select_related("person"))
    walk.seen(answering, "re-examination with why")
    choose(answering, answer="overturned")
    fill(answering, reasons="L’abri change la lecture du dossier : il est à examiner de nouveau.")
    press(answering)
    answering.locator("h1").wait_for()
    assert (Idea.objects.get().state, Idea.objects.get().stage) == ("live", "review")

    page.goto("/")
    follow(page.locator(".ideas a").filter(has_text=walk.title).first)
    assert not page.locator("#why").count()
    walk.seen(page, "back at the gate")
