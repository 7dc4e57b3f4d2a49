"""Why an idea of a selection session was stopped: its place, in words, for each result a session gives."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from tests.sessions import stage
from tests.sessions.stage import Jury
from workflows.gates import explained
from workflows.gates.models import GateRound
from workflows.gates.rules import permitted
from workflows.sessions.actions.places import carried

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def whys(run_jobs: Any) -> dict[str, dict[str, Any]]:
    """Five ideas, four heard, two places, means 4, 3, 1 and 2: each result's explanation."""
    jury = Jury()
    ideas = [stage.at_selection(jury, level) for level in (3, 3, 4, 4, 3)]
    lowest = GateRound.objects.get(idea=ideas[4], gate="G1")
    lowest.rules["threshold"] = 3.5
    lowest.save(update_fields=["rules"])
    session = stage.settled(jury, [4, 3, 1, 2], heard=4)
    stage.decide_all(session, jury)
    found = {}
    for line in stage.lines(session):
        line.round.refresh_from_db()
        record = line.round.record
        assert record is not None
        if line.result != "selected":
            assert "go" not in {one.outcome for one in permitted(record)}
        found[line.result] = explained.shown(record) | {"idea": line.idea}
    return found


def place(why: dict[str, Any]) -> dict[str, Any]:
    return next(rule for rule in why["rules"] if rule["label"] == "A place in the selection session")


def test_a_place_kept_nothing_back(whys: dict[str, dict[str, Any]]) -> None:
    assert (place(whys["selected"])["met"], whys["selected"]["changes"]) == (True, [])


def test_on_the_waiting_list_a_better_mean_or_a_freed_place(whys: dict[str, dict[str, Any]]) -> None:
    why = whys["waiting"]
    assert place(why) == {
        "label": "A place in the selection session",
        "met": False,
        "text": "3 in the order of the list; 2 places; mean 2.00 of 4; the least with a place 3.00",
    }
    assert why["changes"] == [
        "1.00 more of the mean in the room; between equals the tie rule decides, or a place freed by another idea"
    ]


def test_below_the_threshold_a_better_mean_alone(whys: dict[str, dict[str, Any]]) -> None:
    why = whys["not_selected"]
    assert "mean 1.00 of 4; the least with a place 3.00" in place(why)["text"]
    assert why["changes"] == [
        "2.00 more of the mean in the room; between equals the tie rule decides",
    ]


def test_an_idea_that_was_not_heard_needs_a_better_opinion(whys: dict[str, dict[str, Any]]) -> None:
    why = whys["not_heard"]
    assert (place(why)["met"], place(why)["text"]) == (
        False,
        "not among the ideas heard, the best opinions first",
    )
    assert "an opinion good enough to be among the ideas heard" in why["changes"]


def test_an_idea_that_comes_back_without_its_place_is_told_so(whys: dict[str, dict[str, Any]]) -> None:
    back = carried(whys["waiting"]["idea"], "G1")
    assert back is not None
    assert (back["result"], back["given_up"], back["least"]) == ("waiting", False, "3.00")
