"""The process page: every step of every route, counts that tell nobody more than the portfolio does, and lists."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from django.utils import translation

from ideas.drafting.models import Idea
from incubator.lib import clock
from tests.factories import DepartmentFactory, PersonFactory
from tests.gates.stage import signed_in, texts
from tests.journey import cast as play
from tests.journey.cast import Cast, act
from workflows.journey import actions as journey
from workflows.journey import portfolio
from workflows.metrics.queries import figures
from workflows.process import queries, shown, wording
from workflows.process.drawing import Count
from workflows.process.topology import PLACES, routes

Run = Callable[..., list[str]]
STEP = "workflows/flows.StandardFlow."


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_each_place_of_the_picture_is_a_step_and_each_main_step_has_its_place() -> None:
    for route in routes():
        names = {step.name for step in route.steps}
        assert set(PLACES[route.key]) <= names
        main = {step.name for step in route.steps if step.kind in ("gate", "work")} - {"with_author"}
        assert main <= set(PLACES[route.key]), f"{route.key}: place {main - set(PLACES[route.key])}"
        taken = list(PLACES[route.key].values())
        assert len(taken) == len(set(taken)), "two steps in one place"


def test_the_picture_shows_each_count_and_marks_what_is_late() -> None:
    standard = next(route for route in routes() if route.key == "standard")
    drawn = str(shown.picture(standard, {STEP + "selection": Count(14, 0), STEP + "pilot": Count(6, 2)}))
    assert re.search(r'class="cnt-t"[^>]*>14<', drawn)
    assert re.search(r'class="cnt-t"[^>]*>6<', drawn), "all six, as if none were late"
    assert re.search(r'class="sub late"[^>]*>2 (late|en retard)<', drawn)
    assert drawn.count('class="cnt late') == drawn.count("late-t") == 0
    assert "style=" not in drawn
    assert "<script" not in drawn


class Taken(NamedTuple):
    """A place in the picture. A letter takes 7 px, of small words 6.5, of lanes and counts a little more."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def meets(self, other: "Taken") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def taken_by(text: ElementTree.Element) -> Taken:
    kind, words = text.get("class") or "", text.text or ""
    letter = 6.5 if "sub" in kind else 8 if "cnt" in kind else 7
    x, y, wide = float(text.get("x", "")), float(text.get("y", "")), len(words) * letter
    left = x if text.get("text-anchor") == "start" else x - wide / 2
    return Taken(left, y - 10, left + wide, y + 3, words)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("count", [Count(3, 0), Count(99, 99)])
@pytest.mark.parametrize("key", ["local", "fast", "standard"])
def test_nothing_in_the_picture_is_written_over_anything_else(key: str, count: Count, language: str) -> None:
    route = next(route for route in routes() if route.key == key)
    counts = {f"{route.reference}.{name}": count for name in PLACES[key] if name != "start"}
    with translation.override(language):
        drawn = ElementTree.fromstring(str(shown.picture(route, counts)))  # noqa: S314 - our own text
    badges, taken = [], []
    for mark in drawn:
        what = mark.get("class") or ""
        if what.startswith("cnt") and mark.tag.endswith("circle"):
            x, y, far = (float(mark.get(name, "")) for name in ("cx", "cy", "r"))
            badges.append(Taken(x - far, y - far, x + far, y + far, "a count"))
        elif mark.tag.endswith("text") and not what.startswith("cnt"):
            taken.append(taken_by(mark))
    places = taken + badges
    assert [(a.what, b.what) for a, b in combinations(places, 2) if a.meets(b)] == []
    assert [one for one in places if one.left < 0 or one.right > float(drawn.get("width", ""))] == []
    for step in (mark for mark in drawn if mark.get("class") == "task"):
        x, y, wide, high = (float(step.get(name, "")) for name in ("x", "y", "width", "height"))
        within = [one for one in taken if one.meets(Taken(x, y, x + wide, y + high, ""))]
        assert [one for one in within if one.left < x + 3 or one.right > x + wide - 3] == []


@pytest.mark.parametrize(
    ("configured", "said"),
    [
        ({"due": 7}, "7 days"),
        ({"review_in": 6}, "12 days"),
        ({"due": 7, "review_in": 6}, "7 days"),
        ({"review_in": 6, "due_from_submission": 30}, "30 days from submission"),
    ],
)
def test_the_time_of_a_gate_is_that_of_its_rounds(configured: dict[str, int], said: str) -> None:
    standard = next(route for route in routes() if route.key == "standard")
    with translation.override("en"):
        assert wording.allowed(standard.step("selection"), standard, configured, {"delays": {}}) == said


@pytest.mark.django_db
def test_counts_are_what_every_employee_can_list(cast: Cast, run_jobs: Run) -> None:
    play.submit(cast)
    play.submit(cast, confidential="yes")
    play.draft(cast)
    taken_back = play.submit(cast)
    journey.withdraw(idea=taken_back.key, by=act(cast.author))
    run_jobs()
    assert queries.counts() == {STEP + "admissibility": Count(1, 0)}
    with clock.moved(clock.now() + timedelta(days=30)):
        assert queries.counts() == {STEP + "admissibility": Count(1, 1)}


@pytest.mark.django_db
def test_late_is_the_same_in_the_picture_in_the_list_of_ideas_and_in_the_figures(
    cast: Cast, run_jobs: Run
) -> None:
    play.submit(cast)
    run_jobs()
    reader, due = PersonFactory(employed=True), Idea.objects.get().due_at
    assert due is not None
    for at, late in ((due, 0), (due + timedelta(minutes=1), 1)):
        with clock.moved(at):
            listed = portfolio.Portfolio({"state": "late"}, queryset=portfolio.base(reader)).qs.count()
            drawn = sum(count.late for count in queries.counts().values())
            assert (listed, drawn, figures().waiting.late, figures().answered.missing) == (late,) * 4


@pytest.mark.django_db
def test_the_page_counts_for_employees_and_not_for_guests(
    cast: Cast, run_jobs: Run, at_most: Callable[[int], Any]
) -> None:
    play.submit(cast)
    run_jobs()
    reader = signed_in(PersonFactory(employed=True, english=True))
    with at_most(12):
        page = reader.get("/process")
    said = texts(page.content.decode())
    assert page.status_code == 200
    assert "1 idea" in said
    assert said.count("as a list") >= 3
    guest = texts(signed_in(PersonFactory(guest=True, english=True)).get("/process").content.decode())
    assert "1 idea" not in guest
    assert "Numbers show" not in guest


@pytest.mark.django_db
def test_the_page_takes_as_many_queries_for_three_ideas_as_for_one(
    cast: Cast, run_jobs: Run, django_assert_num_queries: Any
) -> None:
    service = DepartmentFactory(service=True)
    PersonFactory(department=service, head=True, mandate="head_of_service", mandate__department=service)
    play.submit(cast)
    with django_assert_num_queries(1):
        queries.counts()
    journey.submit(idea=play.draft(cast).key, by=act(cast.author), route="local", service=service)
    play.submit(cast)
    with django_assert_num_queries(1):
        found = queries.counts()
    assert found["workflows/flows.LocalFlow.answer"].now == 1
    assert found[STEP + "admissibility"].now == 2


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_reads_on_a_phone_and_in_the_dark(
    cast: Cast, open_page: Callable[..., Any], assert_accessible: Callable[[Any], None]
) -> None:
    play.submit(cast)
    reader = PersonFactory(employed=True)
    for look in ({"width": 390, "scripts": False}, {"width": 1280, "dark": True}):
        page = open_page(reader, path="/process", **look)
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if look.get("scripts", True):
            assert_accessible(page)
            assert page.evaluate(over) <= 0
        assert page.locator("table caption").count() == 3
