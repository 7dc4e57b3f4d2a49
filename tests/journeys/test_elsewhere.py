"""On the pages: an idea merged into another, and back; one handed on to a protected target, with consent."""

from collections.abc import Callable
from typing import Any

import pytest

from ideas.drafting.models import Idea
from tests.journey import cast as play
from tests.journeys.walk import TEXT, Walk, choose, fill, give_pins, press, sign_in
from tests.platform.following import follow
from workflows.gates.models import Seat
from workflows.gates.wording import REDIRECTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
OTHER = "Un prêt de vélos entre services"
WHY = "Les aides à domicile roulent de nuit : le prêt de jour ne leur sert pas."


def to_my_idea(walk: Walk) -> Any:
    page = walk.phone
    follow(page.locator(".tabs a[href='/']"))
    follow(page.locator(".ideas a").filter(has_text=walk.title).first)
    return page


def test_a_merge_undone(walk: Walk) -> None:
    cast = walk.cast
    other = play.submit(play.another_team(cast), title=OTHER)
    play.submit(cast, title=TEXT["title"])
    give_pins()
    walk.run_jobs()
    lead = Seat.objects.get(round__idea__title=TEXT["title"], state="open").person
    walk.admit(lead, "merge", tie="Le prêt existe déjà.", target=str(other.number))
    assert Idea.objects.get(title=TEXT["title"]).merged_into == other

    walk.author_in()
    page = to_my_idea(walk)
    assert "fusionnée" in page.content().lower()
    walk.seen(page, "merged")
    follow(page.locator("section[aria-labelledby=merged] a"))
    assert page.locator("h1").inner_text() == OTHER
    assert page.locator("section[aria-labelledby=taken-in] a").count() == 1
    walk.seen(page, "the other idea")

    desk = walk.at_desk(cast.lead)
    follow(desk.locator(".tabs a[href='/ideas']"))
    follow(desk.locator("a[href='/ideas?state=merged']"))
    follow(desk.locator("main a").filter(has_text=TEXT["title"]).first)
    walk.seen(desk, "merged as its lead reads it")
    follow(desk.locator("a[href$='/undo-merge']"))
    walk.seen(desk, "undo the merge")
    fill(desk, reasons=WHY)
    press(desk)
    desk.locator("h1").wait_for()
    walk.run_jobs()
    idea = Idea.objects.get(title=TEXT["title"])
    assert (idea.state, idea.stage, idea.merged_into) == ("live", "submission", None)

    page = to_my_idea(walk)
    assert WHY in page.content()
    assert not page.locator("#merged").count()
    walk.seen(page, "an idea of its own again")


def test_a_redirect_with_consent_to_a_protected_target(walk: Walk, open_page: Callable[..., Any]) -> None:
    cast, name = walk.cast, str(REDIRECTS["safety_register"])
    idea = play.submit(cast, title=TEXT["title"])
    walk.run_jobs()
    lead = Seat.objects.get(state="open").person
    page = walk.tasked(lead)
    for answer in page.locator("input[name^=must_meet_][value=yes]").all():
        answer.check(force=True)
    choose(page, outcome="redirect")
    choose(page, redirect_to="safety_register")
    walk.seen(page, "redirect to whom")
    walk.decide_here(page, "redirect", tie="C’est un risque au travail.")
    walk.seen(page, "waits for a consent")
    idea.refresh_from_db()
    assert idea.state == "live"

    walk.author_in()
    phone = walk.phone
    follow(phone.locator("#tasks a").filter(has_text=walk.title).first)
    assert name in phone.content()
    walk.seen(phone, "consent")
    press(phone, "consent", name="answer")
    phone.locator(".facts").wait_for()
    assert name in phone.content()
    walk.seen(phone, "receipt of the hand-over")
    walk.run_jobs()
    idea.refresh_from_db()
    assert idea.state == "redirected"
    page = to_my_idea(walk)
    walk.seen(page, "redirected")
    follow(page.locator("a[href$='/receipt']"))
    page.locator("code.hash").wait_for()

    reader = open_page(width=390)
    sign_in(reader, cast.chair)
    reader.goto("/ideas?state=redirected")
    follow(reader.locator("main a").filter(has_text=walk.title).first)
    assert "réorientée" in reader.content().lower()
    assert name not in reader.content()
    assert not reader.locator("a[href$='/hand-over']").count()
    walk.seen(reader, "redirected as others read it")
