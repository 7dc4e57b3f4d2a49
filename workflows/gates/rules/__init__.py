"""The rules of a gate, pure. The opinion and the permitted outcomes are functions of the round's frozen record.

A record is plain data (JSON):
`rules`: the gate's configuration · `facts`: `{key: true|false|null}` · `reworks`: how many before this round ·
`extended`: whether the pilot had its one extension · `seats`: `[{"chair", "other_department", "vote"}]`, where
`vote` is null or `{"choice", "must_meets": {key: {"answer", "reason"}}, "scores": {key: {"level"} |
{"not_applicable": true}}}` · `answers`: must-meets a decider answered at a gate without seats · `comparison`, only
for an idea in a selection session: `{"session", "result"}`, where `result` is '' until the session's list is settled;
then also `rank`, `places`, `heard` (how many were), and as texts its `mean` and the `least` mean that had a place.
"""

from workflows.gates.rules.decisions import (
    BACK,
    BACK_AT,
    ELSEWHERE,
    GO_ON,
    PROTECTED,
    REDIRECTS,
    Permitted,
    blocked_facts,
    decision_gaps,
    must_meet_reason_key,
    outcomes,
    permitted,
    permitted_after,
    reason_keys,
)
from workflows.gates.rules.explanation import Change, Explanation, Rule, explain
from workflows.gates.rules.opinions import (
    ANSWERS,
    CHOICES,
    UNMET_CONDITIONS,
    Criterion,
    MustMeet,
    Opinion,
    Record,
    Result,
    chair_settles,
    criteria,
    is_tied,
    must_meets,
    opinion,
    two_decimals,
)
from workflows.gates.rules.replay import differences
from workflows.gates.rules.seating import Candidate, choose_panel, explain_panel
from workflows.gates.rules.votes import vote_gaps

__all__ = [
    "ANSWERS",
    "BACK",
    "BACK_AT",
    "CHOICES",
    "ELSEWHERE",
    "GO_ON",
    "PROTECTED",
    "REDIRECTS",
    "UNMET_CONDITIONS",
    "Candidate",
    "Change",
    "Criterion",
    "Explanation",
    "MustMeet",
    "Opinion",
    "Permitted",
    "Record",
    "Result",
    "Rule",
    "blocked_facts",
    "chair_settles",
    "choose_panel",
    "criteria",
    "decision_gaps",
    "differences",
    "explain",
    "explain_panel",
    "is_tied",
    "must_meet_reason_key",
    "must_meets",
    "opinion",
    "outcomes",
    "permitted",
    "permitted_after",
    "reason_keys",
    "two_decimals",
    "vote_gaps",
]
