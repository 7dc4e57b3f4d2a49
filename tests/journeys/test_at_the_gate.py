"""On the pages of a gate: someone steps aside, the chair breaks a tie, a decision departs, a hold wakes by its date;
what was tried goes to another service.
"""

from datetime import timedelta
from typing import Any

import pytest

from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from tests.gates import stage
from tests.journey import cast as play
from tests.journey.cast import in_days
from tests.journeys.walk import Walk, choose, press
from tests.platform.following import follow
from workflows.clock.actions import tick
from workflows.gates.models import Decision, GateRound, Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
EQUAL = "Les voix étaient à égalité : celle de la présidence a compté."


@pytest.fixture
def round_(walk: Walk) -> GateRound:
    found = stage.at_g1(walk.cast)
    walk.run_jobs()
    return found


def idea_page(walk: Walk) -> Any:
    """The author's phone, on the idea's page."""
    if not walk.phone.locator(".tabs").count():
        walk.author_in()
    walk.phone.goto("/")
    follow(walk.phone.locator(".ideas a").filter(has_text=walk.title).first)
    return walk.phone


def test_a_member_steps_aside_and_a_substitute_votes(walk: Walk, round_: GateRound) -> None:
    leaver = next(seat for seat in stage.seats_of(round_) if not seat.is_chair)
    page = walk.tasked(leaver.person)
    choose(page, links="aside")
    follow(page.locator("main form button.btn:not([name])").first)
    walk.seen(page, "aside")
    press(page)
    page.locator(".note--ok").first.wait_for()
    assert not page.locator("#tasks a").filter(has_text=walk.title).count()
    walk.run_jobs()

    substitute = Seat.objects.select_related("person").get(substitute_for=leaver)
    walk.vote(substitute.person)
    leaver.refresh_from_db()
    assert (leaver.state, substitute.votes.get().choice) == ("aside", "go")
    assert Seat.objects.filter(round=round_, state="open").count() == 5


def test_a_tie_takes_the_chair_s_vote_and_the_page_says_so(walk: Walk, round_: GateRound) -> None:
    choices = iter(("go", "not_now", "not_now", "abstain"))
    for seat in stage.seats_of(round_):
        if not seat.is_chair:
            stage.cast_vote(seat, next(choices))
    walk.vote(Seat.objects.get(round=round_, is_chair=True).person, "go")
    walk.run_jobs()

    page = walk.tasked(walk.cast.dga)
    opinion = page.locator("section[aria-labelledby=opinion]").inner_text()
    assert EQUAL in opinion.replace("\u00a0", " ")
    walk.seen(page, "casting vote")
    walk.decide_here(page, "go")
    assert not Decision.objects.get(round=round_).departs


def test_after_the_panel_s_time_the_chair_is_asked_to_break_the_tie(walk: Walk, round_: GateRound) -> None:
    choices = iter(("go", "not_now", "abstain", "abstain"))
    for seat in stage.seats_of(round_):
        if not seat.is_chair:
            stage.cast_vote(seat, next(choices))
    chair = Seat.objects.get(round=round_, is_chair=True).person
    assert not WorkItem.objects.filter(verb="casting_vote").exists()
    with clock.moved(clock.now() + timedelta(days=40)):
        tick()
    assert WorkItem.objects.get(verb="casting_vote", closed_at=None).person == chair
    walk.vote(chair, "go")
    walk.run_jobs()
    assert not WorkItem.objects.filter(verb="casting_vote", closed_at=None).exists()

    page = walk.tasked(walk.cast.dga)
    assert "Favorable" in page.locator("section[aria-labelledby=opinion]").inner_text()
    walk.decide_here(page, "go")
    assert not Decision.objects.get(round=round_).departs


def test_another_service_takes_it_over(walk: Walk, round_: GateRound) -> None:
    """At the last gate, after all that leads there."""
    cast, idea = walk.cast, round_.idea
    for steps in (play.sponsored, play.piloted, play.evaluated):
        if steps is play.evaluated:
            play.agree(idea, cast)
        else:
            play.vote_all(idea)
            play.decide(idea, cast.dga)
        walk.run_jobs()
        steps(idea, cast)
        walk.run_jobs()
    play.vote_all(idea, level=4)
    walk.decide(cast.dgs, "transfer")
    assert Decision.objects.get(round__idea=idea, round__gate="G4").outcome == "transfer"
    assert "transférée" in idea_page(walk).locator("section[aria-labelledby=history]").inner_text()


def test_a_departure_is_marked_reasoned_and_printed(walk: Walk, round_: GateRound) -> None:
    stage.all_vote(round_, "not_now")
    walk.run_jobs()
    why = "Le plan vélo de la ville est voté : l’abri sera financé."
    walk.decide(walk.cast.dga, "go", departure_reason=why)
    assert Decision.objects.get(round=round_).departs
    desk = walk.desks[walk.cast.dga.pk]
    decided = desk.locator("section[aria-labelledby=decision]")
    assert decided.locator(".tag--turn").count() == 1
    assert why in decided.inner_text()
    walk.seen(desk, "departure")

    page = idea_page(walk)
    history = page.locator("section[aria-labelledby=history]").inner_text().replace("\u00a0", " ")
    assert f"S’écarte de l’avis du jury : {why}" in history
    walk.seen(page, "departure on the idea")


def test_a_hold_wakes_on_its_date(walk: Walk, round_: GateRound) -> None:
    stage.all_vote(round_, "not_now")
    walk.run_jobs()
    until = in_days(30)
    walk.decide(walk.cast.dga, "hold", tie="Aucun abri avant l’été.", hold_until=until.isoformat())
    page = idea_page(walk)
    assert page.locator(".tag--turn").first.inner_text().startswith("Ajournée jusqu’au")
    walk.seen(page, "on hold")

    for later, state in ((29, "held"), (31, "live")):
        with clock.moved(clock.now() + timedelta(days=later)):
            tick()
        assert Idea.objects.get().state == state
    walk.run_jobs()
    page = idea_page(walk)
    assert "Reprise" in page.locator("section[aria-labelledby=history]").inner_text()
    walk.seen(page, "woken")
