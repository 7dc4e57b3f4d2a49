"""The two short routes, on the pages: a service's no that is sent up, and a fast lane whose pilot is extended."""

from typing import Any

import pytest

from ideas.drafting.models import Idea
from tests.factories import DepartmentFactory, PersonFactory
from tests.journey import cast as play
from tests.journeys.walk import Walk, choose, fill, give_pins, press
from tests.platform.following import follow
from workflows import nodes
from workflows.pilots.models import Pilot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NO = "Notre atelier n’a personne pour ce travail avant l’été."


def to_submit(walk: Walk, idea: Idea) -> Any:
    """The author's phone, where the text is read once more and the route is chosen."""
    give_pins()
    walk.author_in()
    walk.phone.goto(f"/ideas/{idea.key}/submit")
    walk.seen(walk.phone, "choose a route")
    return walk.phone


def to_the_idea(walk: Walk) -> Any:
    follow(walk.phone.locator(".tabs a[href='/']"))
    follow(walk.phone.locator(".ideas a").filter(has_text=walk.title).first)
    return walk.phone


def test_a_services_no_is_sent_up_to_the_programme(walk: Walk) -> None:
    idea = play.draft(walk.cast)
    service = DepartmentFactory(service=True, name="Atelier des espaces verts")
    head = PersonFactory(
        department=service, head=True, mandate="head_of_service", mandate__department=service
    )
    page = to_submit(walk, idea)
    assert page.locator("[name=route][value=fast]").count() == 0, "18 400 € are too much for the fast lane"
    choose(page, route="local")
    fill(page, service="Atelier des roses")
    press(page)
    assert page.locator(".note--stop a[href='#id_service']").count(), "no service of this name"
    choose(page, route="local")
    fill(page, service="atelier des espaces verts")
    press(page)
    page.locator("code.hash").wait_for()
    walk.run_jobs()

    walk.decide(head, "stop", reasons=NO, tie="Deux agents seraient nécessaires.")
    page = to_the_idea(walk)
    walk.seen(page, "answered no")
    assert NO in page.content()
    follow(page.locator("section[aria-labelledby=rights] a[href$='/send-up']"))
    fill(page, reasons="Trois autres services ont le même besoin.")
    walk.seen(page, "send up")
    press(page)
    idea.refresh_from_db()
    assert (idea.route, idea.state, nodes.station_of(idea)) == ("standard", "live", "admissibility")
    walk.run_jobs()
    lead = walk.cast.lead if idea.rounds.get(gate="G0").seats.get().person == walk.cast.lead else None
    walk.admit(lead or walk.cast.other_lead)
    idea.refresh_from_db()
    assert idea.stage == "review"


def test_a_fast_lane_to_its_decision(walk: Walk) -> None:
    cast = walk.cast
    idea = play.draft(cast, needs_euros="600", needs_days="3")
    director = PersonFactory(
        department=cast.home.parent, mandate="director", mandate__department=cast.home.parent
    )
    page = to_submit(walk, idea)
    choose(page, route="fast")
    press(page)
    page.locator("code.hash").wait_for()
    walk.run_jobs()

    page = to_the_idea(walk)
    assert page.locator(".rail li").count() == 3
    follow(page.locator(".subnav a[href$='/plan']"))
    fill(page, where="Un quartier", minimum_readings="1")
    fill(page, stop_rule="Deux accidents", users_told_how="Par affiche")
    fill(page, **{"i0-name": "Minutes perdues", "i0-unit": "min", "i0-baseline": "22", "i0-target": "8"})
    choose(page, **{"i0-direction": "down"})
    walk.seen(page, "plan of the fast lane")
    follow(page.locator("main form p.actions button.btn").last)
    page.locator(".note--ok").first.wait_for()

    walk.decide(cast.lead, "go")
    idea.refresh_from_db()
    assert idea.stage == "submission", "the lead alone launches nothing"
    walk.sign(director)
    idea.refresh_from_db()
    assert (idea.stage, Pilot.objects.get(idea=idea).sponsor) == ("pilot", director)
    page = to_the_idea(walk)
    walk.seen(page, "pilot of the fast lane")
    assert page.locator(".rail li.now").count() == 1

    walk.pilot()
    walk.decide(director, "extend", reasons="Un été reste à mesurer.")
    walk.sign(cast.lead)
    idea.refresh_from_db()
    assert (idea.stage, Pilot.objects.get(idea=idea).extended_once) == ("pilot", True)
