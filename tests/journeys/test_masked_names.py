"""Masked names: the panel reads and votes on a text without its author's name; once decided, the names show."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import CallFactory
from tests.journey import cast as play
from tests.journey.cast import Cast
from tests.journeys.walk import Run, Walk, give_pins, press
from tests.platform.following import follow
from workflows.gates.models import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
TITLE = "Un vélo-cargo pour les aides à domicile"


@pytest.fixture
def walk(open_page: Callable[..., Any], run_jobs: Run, quick_briefs: list[str]) -> Walk:
    cast = Cast()
    cast.call = CallFactory(authors_hidden=True)
    cast.author.given_name, cast.author.family_name = "Maïwenn", "Le Guillou"
    cast.author.save()
    give_pins()
    return Walk(cast, open_page, run_jobs)


def reads_no_name(page: Any) -> None:
    for word in ("guillou", "maïwenn", "maiwenn"):
        assert word not in page.content().lower(), page.url


def test_a_masked_idea_is_read_voted_on_and_decided(
    walk: Walk, assert_accessible: Callable[..., None]
) -> None:
    cast = walk.cast
    idea = play.submit(cast, problem="Chez nous, Maïwenn LE GUILLOU perd **22 minutes** par jour.")
    walk.run_jobs()
    play.pass_g0(idea, cast)
    walk.run_jobs()
    seat = Seat.objects.select_related("person").filter(round=play.round_of(idea), state="open")[0]

    lead = walk.at_desk(cast.lead)
    lead.goto(f"/rounds/{play.round_of(idea).key}/seats")
    walk.seen(lead, "seats")
    follow(lead.locator("main a[href$='/masking']"))
    lead.locator("[name=suggested][value='Maïwenn Le Guillou']").check(force=True)
    press(lead, "preview", name="step")
    assert lead.locator("section[aria-labelledby=read] .mask").count() == 1
    walk.seen(lead, "masking")
    assert_accessible(lead)
    follow(lead.locator("main form button.btn:not([name])").first)
    lead.locator(".note--ok").first.wait_for()

    walk.author_in()
    follow(walk.phone.locator(".ideas a").filter(has_text=TITLE).first)
    assert "LE GUILLOU perd" in walk.phone.content()
    follow(walk.phone.locator("main a[href$='/masking']"))
    walk.seen(walk.phone, "masking")

    member = walk.at_desk(seat.person)
    reads_no_name(member)
    member.goto(f"/ideas/{idea.key}")
    assert member.locator("article .mask .vh").inner_text() == "masqué"
    reads_no_name(member)
    walk.seen(member, "masked idea")
    assert_accessible(member)
    walk.vote(seat.person)
    reads_no_name(member)
    for other in Seat.objects.select_related("person", "round").filter(votes=None, state="open"):
        play.vote_one(idea, other)
    walk.run_jobs()
    walk.decide(cast.dga, "go")

    member = walk.at_desk(seat.person)
    member.goto(f"/ideas/{idea.key}")
    assert "LE GUILLOU perd" in member.content()
    assert "Maïwenn Le Guillou" in member.locator("section[aria-labelledby=team]").inner_text()
    walk.seen(member, "names shown")
