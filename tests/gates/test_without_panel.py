"""At a gate without a panel: what is said to be there, and what is left to whoever decides."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from incubator.inbox import wording
from tests.gates import stage
from workflows.gates import opinions
from workflows.gates.configuration import default_rules

READ = {"readings": True, "incidents": True}


def said(facts: dict[str, bool], answers: dict[str, str]) -> str:
    record: dict[str, Any] = {"rules": default_rules("G3"), "seats": [], "facts": facts, "answers": answers}
    with translation.override("en"):
        return stage.texts(render_to_string("gates/read_facts.html", {"opinion": opinions.shown(record)}))


@pytest.mark.parametrize(
    ("facts", "answers", "title"),
    [
        (READ, {}, "What is read from the record is there"),
        (READ, {"told": "yes"}, "Everything asked for is there"),
        (READ | {"incidents": False}, {}, "Something is not there yet"),
    ],
)
def test_what_is_left_to_answer_is_not_said_to_be_there(
    facts: dict[str, bool], answers: dict[str, str], title: str
) -> None:
    page = said(facts, answers)
    assert title in page
    assert ("answered with the decision" in page) is (not answers)


def test_the_work_of_deciding_speaks_of_no_panel() -> None:
    with translation.override("en"):
        assert "panel" not in wording.hint("decide")
