"""The main job, by hand: one idea from an empty draft to a service, clicked by all who have a part in it."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from ideas.drafting.models import Idea
from incubator.events import queries as events
from incubator.inbox.models import WorkItem
from incubator.people.models import Person
from tests.factories import PersonFactory
from tests.journey.cast import Cast, in_days
from tests.journeys.walk import Run, Walk, give_pins
from tests.platform.following import follow
from workflows.gates.models import Seat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


DECIDED = {
    "G0": "À compléter",
    "G0-2": "Favorable",
    "G1": "Favorable, sous conditions",
    "G2": "Favorable",
    "G3": "Favorable",
    "G4": "Généraliser",
}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def walk(open_page: Callable[..., Any], run_jobs: Run) -> Walk:
    cast = Cast()
    give_pins()
    return Walk(cast, open_page, run_jobs)


def seated(gate: str) -> list[Person]:
    seats = Seat.objects.filter(round__gate=gate, state="open").exclude(round__state="decided")
    return [seat.person for seat in seats.select_related("person").order_by("is_chair", "pk")]


def idea() -> Idea:
    return Idea.objects.get()


def leaves(pdf: Path) -> str:
    return re.sub(
        r"\s+", " ", " ".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(pdf.read_bytes())).pages)
    )


def downloads(walk: Walk, folder: Path) -> list[str]:
    """The briefs of the idea, kept by a click each on its page, where none is on its way; the text of each."""
    page, texts = walk.phone, []
    follow(page.locator(".tabs a[href='/']"))
    follow(page.locator(".ideas a").filter(has_text=walk.title).first)
    walk.seen(page, "idea in service")
    papers = page.locator("section[aria-labelledby=papers]")
    assert "en préparation" not in papers.inner_text()
    links = papers.locator("a[href^='/briefs/'][href$='/download']")
    for place in range(links.count()):
        with page.expect_download() as waiting:
            links.nth(place).click()
        waiting.value.save_as(folder / f"{place}.pdf")
        assert (folder / f"{place}.pdf").read_bytes()[:5] == b"%PDF-"
        texts.append(leaves(folder / f"{place}.pdf"))
    return texts


def test_one_idea_becomes_a_service_by_clicks_alone(walk: Walk, tmp_path: Path) -> None:
    cast = walk.cast
    owner = PersonFactory(employed=True, secret="204816")
    walk.author_in()
    walk.write()
    [lead] = seated("G0")
    walk.admit(
        lead, "rework", tie="Qui est concerné reste à dire.", gaps="Dire combien de personnes sont aidées"
    )
    walk.leaves_desk(lead)
    walk.complete()
    [lead] = seated("G0")
    walk.admit(lead)
    assert idea().stage == "review"

    panel = seated("G1")
    assert cast.chair in panel
    for place, member in enumerate(panel):
        walk.vote(member, "go_if" if place % 2 == 0 else "go")
    due = in_days(20).isoformat()
    walk.decide(
        cast.dga,
        "go_with_conditions",
        condition_0_text="Chiffrer l’entretien sur cinq ans",
        condition_0_owner=owner.staff_number,
        condition_0_due=due,
    )
    assert idea().stage == "sponsorship"
    walk.meet(owner, lead)
    walk.sponsor_and_time()
    walk.plan_and_launch()

    for member in seated("G2"):
        walk.vote(member)
    walk.decide(cast.dga, "go")
    assert idea().stage == "pilot"
    walk.pilot()
    walk.decide(cast.sponsor, "go")
    walk.sign(lead)
    assert idea().stage == "evaluation"
    walk.evaluate(lead)
    for member in seated("G4"):
        walk.vote(member, level=4)
    walk.decide(cast.dgs, "scale")
    assert idea().state == "in_service"

    texts = downloads(walk, tmp_path)
    briefs = {}
    for text in texts:
        first = re.search(rf"{idea().number}-(G\d(?:-2)?)", text)
        assert first, text[:200]
        briefs[first[1]] = text
    assert briefs.keys() == DECIDED.keys(), "one for each of five gates, and one for the rework"
    for gate, words in DECIDED.items():
        assert words in briefs[gate], gate
    assert len(walk.signed_in) >= 16
    assert not WorkItem.objects.filter(subject_key=idea().key, closed_at=None).exists()
    assert events.verify().broken == []
