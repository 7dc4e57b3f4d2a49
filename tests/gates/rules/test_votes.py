"""What a vote still lacks, as a table of cases."""

from typing import Any

import pytest

from tests.gates.rules.records import RULES
from workflows.gates.rules import vote_gaps

FULL = {"safe": {"answer": "yes", "reason": ""}}
SCORES = {"value": {"level": 0}, "novelty": {"not_applicable": True}}
GIVEN: dict[str, Any] = {
    "choice": "go",
    "must_meets": FULL,
    "scores": SCORES,
    "conditions": [],
    "comment": "",
}
ASKED = [{"text": "Tester", "due_on": "2030-01-01"}]


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({}, {}),
        ({"choice": "abstain", "scores": {}}, {}),
        ({"choice": "go_if", "conditions": ASKED}, {}),
        ({"choice": "not_now", "comment": "Il manque un essai."}, {}),
        ({"choice": "maybe"}, {"choice": "choice"}),
        ({"must_meets": {}}, {"must_meet_safe": "answer"}),
        ({"must_meets": {"safe": {"answer": "perhaps"}}}, {"must_meet_safe": "answer"}),
        ({"must_meets": {"safe": {"answer": "no", "reason": " "}}}, {"must_meet_safe_reason": "reason"}),
        ({"must_meets": {"safe": {"answer": "no"}}}, {"must_meet_safe_reason": "reason"}),
        ({"must_meets": {"safe": {"answer": "no", "reason": "Trop bruyant."}}}, {}),
        ({"scores": {}}, {"score_value": "level", "score_novelty": "level"}),
        ({"scores": SCORES | {"value": {"level": 4}}}, {}),
        ({"scores": SCORES | {"value": {"level": 5}}}, {"score_value": "level"}),
        ({"scores": SCORES | {"value": {"level": True}}}, {"score_value": "level"}),
        ({"scores": SCORES | {"value": {"level": -1}}}, {"score_value": "level"}),
        ({"scores": SCORES | {"charm": {"level": 1}}}, {"unknown": "unknown"}),
        ({"must_meets": FULL | {"charm": {"answer": "yes"}}}, {"unknown": "unknown"}),
        ({"choice": "go_if"}, {"conditions": "condition"}),
        ({"choice": "go_if", "conditions": [{"text": " ", "due_on": "2030-01-01"}]}, {"conditions": "condition"}),
        ({"choice": "go_if", "conditions": [*ASKED, {"text": "Et", "due_on": "bientôt"}]}, {"conditions": "condition"}),
        ({"choice": "go_if", "conditions": [{"due_on": "2030-01-01"}]}, {"conditions": "condition"}),
        ({"choice": "go_if", "conditions": [{"text": "Tester"}]}, {"conditions": "condition"}),
        ({"choice": "not_now"}, {"comment_to_authors": "comment"}),
        ({"choice": "not_now", "comment": " "}, {"comment_to_authors": "comment"}),
    ],
)  # fmt: skip
def test_what_a_vote_lacks(changes: dict[str, Any], gaps: dict[str, str]) -> None:
    assert vote_gaps(RULES, **GIVEN | changes) == gaps


def test_a_gate_that_asks_nothing_takes_a_choice_alone() -> None:
    assert vote_gaps({}, **GIVEN | {"must_meets": {}, "scores": {}}) == {}
    assert vote_gaps({}, **GIVEN) == {"unknown": "unknown"}
