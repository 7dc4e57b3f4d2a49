"""The opinion and the permitted outcomes: pure functions of the record, to every branch."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.gates import rules
from workflows.gates.rules import Candidate, choose_panel, decision_gaps, opinion, permitted, vote_gaps

RULES: dict[str, Any] = {
    "seats": 5,
    "quorum": 3,
    "diversity": "another_department",
    "opinion": "simple",
    "threshold": 2.4,
    "max_reworks": 2,
    "must_meet": [{"key": "plan", "kind": "fact"}, {"key": "safe", "kind": "judgement"}],
    "criteria": [{"key": "value", "weight": 75}, {"key": "novelty", "weight": 25}],
}


def vote(choice: str = "go", level: int | None = 3, safe: str = "yes") -> dict[str, Any]:
    score = {"not_applicable": True} if level is None else {"level": level}
    return {
        "choice": choice,
        "must_meets": {"safe": {"answer": safe, "reason": "Non." if safe == "no" else ""}},
        "scores": {} if choice == "abstain" else {"value": score, "novelty": score},
        "conditions": [],
    }


def record(
    *votes: dict[str, Any] | None, chair: int = 0, elsewhere: int = 0, **changes: Any
) -> dict[str, Any]:
    """Seats in order, each with its vote; `chair` and `elsewhere` are places. Keys of RULES may be changed."""
    own = {key: changes.pop(key) for key in ("facts", "reworks", "extended", "answers") if key in changes}
    return {
        "rules": RULES | changes,
        "facts": {"plan": True},
        "reworks": 0,
        "extended": False,
        "answers": {},
        "seats": [
            {"chair": place == chair, "other_department": place == elsewhere, "vote": given}
            for place, given in enumerate(votes)
        ],
    } | own


GO, IF, NOT, ABSTAIN = vote("go"), vote("go_if"), vote("not_now"), vote("abstain")


@pytest.mark.parametrize(
    ("case", "result", "missing"),
    [
        (record(GO, GO, GO), "go", []),
        (record(GO, IF, IF), "go_if", []),
        (record(GO, NOT, NOT), "not_now", []),
        # An abstention counts for the quorum, not for the majority.
        (record(GO, ABSTAIN, ABSTAIN), "go", []),
        (record(GO, GO), "incomplete", ["quorum"]),
        (record(GO, GO, None), "incomplete", ["quorum"]),
        (record(None, GO, GO, GO, elsewhere=0), "incomplete", ["diversity"]),
        (record(None, GO, GO, GO, elsewhere=0, diversity=None), "go", []),
        (record(ABSTAIN, ABSTAIN, ABSTAIN), "incomplete", ["votes", "scores"]),
        (record(vote("go", None), vote("go", None), vote("go", None)), "incomplete", ["scores"]),
        # A tie takes the chair's vote; without it, it stays a tie.
        (record(GO, GO, NOT, NOT, chair=0), "go", []),
        (record(GO, GO, NOT, NOT, chair=2), "not_now", []),
        (record(IF, GO, NOT, NOT, chair=0), "go_if", []),
        (record(GO, NOT, ABSTAIN, chair=2), "incomplete", ["casting_vote"]),
        (record(GO, NOT, GO, NOT, None, chair=4), "incomplete", ["casting_vote"]),
        # As many go as go if: the chair's says which; a chair for neither asks for the conditions.
        (record(GO, IF, ABSTAIN, chair=0), "go", []),
        (record(GO, IF, ABSTAIN, chair=1), "go_if", []),
        (record(GO, IF, ABSTAIN, chair=2), "go_if", []),
        # As many yes as no is not met; nor are answers that cannot tell.
        (record(GO, vote("go", safe="no"), ABSTAIN | {"must_meets": {}}), "not_now", []),
        (record(*[vote("go", safe="cannot_tell")] * 3), "not_now", []),
        (record(*[vote("go") | {"must_meets": {}}] * 3), "incomplete", ["must_meet:safe"]),
        (record(GO, GO, vote("go", safe="no")), "go", []),
        # A fact that is not met, or not known, makes no opinion favourable.
        (record(GO, GO, GO, facts={"plan": False}), "not_now", []),
        (record(GO, GO, GO, facts={"plan": None}), "go", []),
        # The threshold is reached, not passed.
        (record(*[vote("go", 2)] * 3), "not_now", []),
        (record(*[vote("go", 2)] * 3, threshold=2), "go", []),
        (record(GO, GO, GO, criteria=[]), "go", []),
    ],
)
def test_opinion(case: dict[str, Any], result: str, missing: list[str]) -> None:
    found = opinion(case)
    assert (found.result, found.missing) == (result, missing)


def test_a_gate_without_seats_has_no_opinion() -> None:
    assert opinion(record(seats=0)).result == "none"


def test_weights_are_renormalised_over_criteria_with_answers() -> None:
    """3 on value alone: the score is 3, not 3 × 75 %."""
    partly = vote("go") | {"scores": {"value": {"level": 3}, "novelty": {"not_applicable": True}}}
    assert opinion(record(partly, partly, partly)).score == "3.00"
    mixed = vote("go") | {"scores": {"value": {"level": 4}, "novelty": {"level": 0}}}
    assert opinion(record(mixed, mixed, mixed)).score == "3.00"


def test_scores_of_an_abstention_do_not_count() -> None:
    abstained = ABSTAIN | {"scores": {"value": {"level": 0}, "novelty": {"level": 0}}}
    assert opinion(record(GO, GO, abstained)).score == "3.00"


ZERO = vote("go", 0)
NONE = vote("go", None)


@pytest.mark.parametrize(
    ("case", "score"),
    [
        # Nobody's silence is a nought: not the abstention's, not “not applicable”, not an empty seat.
        (record(GO, ABSTAIN, ABSTAIN), "3.00"),
        (record(GO, NONE, NONE), "3.00"),
        (record(GO, GO, GO, None), "3.00"),
        (record(NONE, NONE, NONE), None),
        (record(ABSTAIN, ABSTAIN, ABSTAIN), None),
        # A nought that was given counts.
        (record(GO, ZERO, NONE), "1.50"),
        (record(ZERO, ZERO, ZERO), "0.00"),
    ],
)
def test_what_counts_in_the_score(case: dict[str, Any], score: str | None) -> None:
    assert opinion(case).score == score
    assert (opinion(case).above_threshold is None) == (score is None)


@pytest.mark.parametrize("case", [record(ABSTAIN, ABSTAIN, ABSTAIN), record(NONE, NONE, NONE)])
def test_nothing_is_decided_on_abstentions_alone(case: dict[str, Any]) -> None:
    assert permitted(case) == []


def test_half_a_cent_is_rounded_up() -> None:
    levels = [vote("go", level) for level in (3, 3, 3, 3, 3, 3, 3, 2)]  # 2.875
    assert opinion(record(*levels)).criteria["value"].mean == "2.88"


def outcomes_of(case: dict[str, Any]) -> dict[str, tuple[bool, bool]]:
    return {item.outcome: (item.departs, item.needs_conditions) for item in permitted(case)}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            record(GO, GO, GO),
            {
                "go": (False, False),
                "go_with_conditions": (False, True),
                "rework": (True, False),
                "hold": (True, False),
                "stop": (True, False),
            },
        ),
        (
            record(IF, IF, IF),
            {
                "go_with_conditions": (False, True),
                "go": (True, False),
                "rework": (True, False),
                "hold": (True, False),
                "stop": (True, False),
            },
        ),
        (
            record(NOT, NOT, NOT),
            {
                "rework": (False, False),
                "hold": (False, False),
                "stop": (False, False),
                "go": (True, False),
                "go_with_conditions": (True, True),
            },
        ),
        # Binding: only what follows the opinion.
        (record(GO, GO, GO, opinion="binding"), {"go": (False, False), "go_with_conditions": (False, True)}),
        (record(IF, IF, IF, opinion="binding"), {"go_with_conditions": (False, True)}),
        (
            record(NOT, NOT, NOT, opinion="binding"),
            {"rework": (False, False), "hold": (False, False), "stop": (False, False)},
        ),
        # Nothing while the opinion is incomplete.
        (record(GO), {}),
        # Facts, and conditions of the gate before, close the way on, whatever the opinion and however known.
        (
            record(GO, GO, GO, facts={"plan": None}),
            {"rework": (True, False), "hold": (True, False), "stop": (True, False)},
        ),
        (
            record(GO, GO, GO, facts={"plan": True, "conditions": False}),
            {"rework": (False, False), "hold": (False, False), "stop": (False, False)},
        ),
        # At most two reworks.
        (record(NOT, NOT, NOT, reworks=2, opinion="binding"), {"hold": (False, False), "stop": (False, False)}),
        # The last gate goes on in its own words; a second extension is not among them.
        (
            record(IF, IF, IF, go_on=["scale", "extend", "transfer"], opinion="binding"),
            {"scale": (False, True), "extend": (False, True), "transfer": (False, True)},
        ),
        (
            record(GO, GO, GO, go_on=["scale", "extend", "transfer"], opinion="binding", extended=True),
            {"scale": (False, False), "transfer": (False, False)},
        ),
        # A gate without seats departs from nothing; an unmet judgement of the decider closes the way on.
        (
            record(seats=0, answers={"safe": "yes"}),
            {name: (False, name == "go_with_conditions") for name in
             ("go", "go_with_conditions", "rework", "hold", "stop")},
        ),
        (
            record(seats=0, answers={"safe": "no"}),
            {"rework": (False, False), "hold": (False, False), "stop": (False, False)},
        ),
    ],
)  # fmt: skip
def test_permitted(case: dict[str, Any], expected: dict[str, tuple[bool, bool]]) -> None:
    assert outcomes_of(case) == expected


ELSEWHERE = {"merge", "redirect"}


@pytest.mark.parametrize(
    ("gate", "back"),
    [
        ("L", {"to_programme", "stop"}),
        ("F", {"to_programme", "rework", "hold", "stop", *ELSEWHERE}),
        ("G0", {"rework", "hold", "stop", *ELSEWHERE}),
        ("G1", {"rework", "hold", "stop", *ELSEWHERE}),
        ("G2", {"rework", "hold", "stop"}),
        ("G3", {"rework", "hold", "stop"}),
        ("G4", {"rework", "hold", "stop"}),
    ],
)
def test_each_gate_has_its_ways_back(gate: str, back: set[str]) -> None:
    assert set(rules.outcomes(record(NOT, NOT, NOT, gate=gate))) - set(rules.GO_ON) == back


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        # They follow “not now”, depart from the others, and a binding opinion leaves only what follows it.
        (record(NOT, NOT, NOT, gate="G1"), (False, False)),
        (record(GO, GO, GO, gate="G1"), (True, False)),
        (record(IF, IF, IF, gate="G1"), (True, False)),
        (record(NOT, NOT, NOT, gate="G1", opinion="binding"), (False, False)),
        (record(GO, GO, GO, gate="G1", opinion="binding"), None),
        (record(GO, gate="G1"), None),
        # No fact and no answer stands in their way.
        (record(NOT, NOT, NOT, gate="G1", facts={"plan": False}), (False, False)),
        (record(seats=0, gate="F", answers={"safe": "no"}), (False, False)),
        # An idea without a place in a session may go elsewhere too.
        (
            record(GO, GO, GO, gate="G1") | {"comparison": {"session": "s", "result": "waiting"}},
            (False, False),
        ),
        (record(GO, GO, GO, gate="G1") | {"comparison": {"session": "s", "result": ""}}, None),
    ],
)
def test_when_an_idea_may_go_elsewhere(case: dict[str, Any], expected: tuple[bool, bool] | None) -> None:
    found = outcomes_of(case)
    assert {found.get(outcome) for outcome in ELSEWHERE} == {expected}


def test_what_follows_stands_first() -> None:
    departs = [item.departs for item in permitted(record(NOT, NOT, NOT))]
    assert departs == sorted(departs)


# --- Properties -------------------------------------------------------------------------------------------------

votes = st.none() | st.builds(
    vote,
    choice=st.sampled_from(rules.CHOICES),
    level=st.none() | st.integers(0, 4),
    safe=st.sampled_from(rules.ANSWERS),
)
records = st.builds(
    lambda given, chair, elsewhere, changes, facts: record(
        *given, chair=chair, elsewhere=elsewhere, facts=facts, **changes
    ),
    st.lists(votes, max_size=7),
    st.integers(0, 6),
    st.integers(0, 6),
    st.fixed_dictionaries(
        {},
        optional={
            "opinion": st.sampled_from(["simple", "binding"]),
            "reworks": st.integers(0, 3),
            "extended": st.booleans(),
            "go_on": st.just(["scale", "extend", "transfer"]),
            "diversity": st.none(),
            "seats": st.sampled_from([0, 1, 5]),
            "threshold": st.sampled_from([0, 2.4, 4]),
        },
    ),
    st.fixed_dictionaries(
        {"plan": st.sampled_from([True, False, None])}, optional={"conditions": st.booleans()}
    ),
)


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_seats_never_matters(case: dict[str, Any], random: Any) -> None:
    seats = list(case["seats"])
    random.shuffle(seats)
    assert opinion(case | {"seats": seats}) == opinion(case)
    assert permitted(case | {"seats": seats}) == permitted(case)


@given(records)
def test_a_frozen_record_replays(case: dict[str, Any]) -> None:
    """Law 2: through JSON and back, the same opinion and the same outcomes."""
    frozen = json.loads(json.dumps(case))
    assert opinion(frozen).as_data() == json.loads(json.dumps(opinion(case).as_data()))
    assert permitted(frozen) == permitted(case)


@given(records)
def test_an_incomplete_opinion_permits_nothing_and_a_complete_one_something(case: dict[str, Any]) -> None:
    found, allowed = opinion(case), permitted(case)
    if found.result == "incomplete":
        assert found.missing
        assert not allowed
    else:
        assert not found.missing
        if case["rules"]["opinion"] == "simple" or found.result in ("none", "not_now"):
            assert allowed


@given(records)
def test_going_on_never_passes_an_unmet_fact(case: dict[str, Any]) -> None:
    if rules.blocked_facts(case):
        assert not {item.outcome for item in permitted(case)} & set(rules.GO_ON)


@given(records)
def test_binding_never_departs(case: dict[str, Any]) -> None:
    if case["rules"]["opinion"] == "binding":
        assert not any(item.departs for item in permitted(case))


@given(records)
def test_the_score_lies_between_the_means(case: dict[str, Any]) -> None:
    found = opinion(case)
    means = [Fraction(sum(item.levels), len(item.levels)) for item in found.criteria.values() if item.levels]
    if found.score is not None:
        margin = Fraction(1, 200)
        assert min(means) - margin <= Fraction(found.score) <= max(means) + margin


# --- Who sits ---------------------------------------------------------------------------------------------------

pools = st.lists(
    st.builds(
        Candidate,
        pk=st.integers(1, 10_000),
        staff_number=st.integers(1, 10_000).map(str),
        load=st.integers(0, 5),
        may_chair=st.booleans(),
        other_department=st.booleans(),
    ),
    max_size=12,
    unique_by=(lambda item: item.pk, lambda item: item.staff_number),
)


@given(pools, st.integers(0, 6), st.booleans(), st.booleans(), st.randoms(use_true_random=False))
def test_a_panel_is_complete_or_says_what_it_lacks(
    pool: list[Candidate], seats: int, diversity: bool, chair: bool, random: Any
) -> None:
    chosen, missing = choose_panel(pool, seats=seats, diversity=diversity, chair=chair, seed="a")
    assert bool(missing) != (len(chosen) == seats)
    assert len({item.pk for item in chosen}) == len(chosen)
    assert {item.pk for item in chosen} <= {item.pk for item in pool}
    if chosen:
        assert sum(item.is_chair for item in chosen) == int(chair)
        assert all(item.may_chair for item in chosen if item.is_chair)
        assert not diversity or any(item.other_department for item in chosen)
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert choose_panel(shuffled, seats=seats, diversity=diversity, chair=chair, seed="a") == (
        chosen,
        missing,
    )


@given(pools, st.booleans(), st.booleans())
def test_a_panel_is_refused_only_when_there_is_none(
    pool: list[Candidate], diversity: bool, chair: bool
) -> None:
    """For one seat the answer can be read off the pool: someone who is all that is asked."""
    _chosen, missing = choose_panel(pool, seats=1, diversity=diversity, chair=chair, seed="a")
    able = [
        item for item in pool if (item.may_chair or not chair) and (item.other_department or not diversity)
    ]
    assert bool(missing) == (not able)


def person(pk: int, **more: Any) -> Candidate:
    return Candidate(pk, str(pk), **({"load": 0, "may_chair": False, "other_department": True} | more))


def test_the_least_loaded_sit() -> None:
    pool = [person(1, load=3), person(2, load=1), person(3), person(4, load=2, may_chair=True)]
    chosen, _missing = choose_panel(pool, seats=3, diversity=True, chair=True, seed="a")
    assert [item.pk for item in chosen] == [4, 3, 2]


def test_a_tie_is_broken_by_the_round_and_not_by_who_comes_first() -> None:
    pool = [person(number) for number in range(1, 30)]
    panels = {
        tuple(item.pk for item in choose_panel(pool, seats=3, diversity=False, chair=False, seed=seed)[0])
        for seed in "abcdefgh"
    }
    assert len(panels) > 1


@pytest.mark.parametrize(
    ("pool", "missing"),
    [
        ([], ["chair", "diversity", "people"]),
        ([person(1), person(2)], ["chair", "people"]),
        ([person(1), person(2), person(3)], ["chair"]),
        ([person(1, may_chair=True), person(2)], ["people"]),
        ([person(number, may_chair=True, other_department=False) for number in (1, 2, 3)], ["diversity"]),
    ],
)
def test_what_a_panel_lacks(pool: list[Candidate], missing: list[str]) -> None:
    chosen, found = choose_panel(pool, seats=3, diversity=True, chair=True, seed="a")
    assert (chosen, set(found)) == ([], set(missing))


# --- What is owed -----------------------------------------------------------------------------------------------

FULL = {"safe": {"answer": "yes", "reason": ""}}
SCORES = {"value": {"level": 0}, "novelty": {"not_applicable": True}}
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
        ({"must_meets": {"safe": {"answer": "no", "reason": "Trop bruyant."}}}, {}),
        ({"scores": {}}, {"score_value": "level", "score_novelty": "level"}),
        ({"scores": SCORES | {"value": {"level": 5}}}, {"score_value": "level"}),
        ({"scores": SCORES | {"value": {"level": True}}}, {"score_value": "level"}),
        ({"scores": SCORES | {"value": {"level": -1}}}, {"score_value": "level"}),
        ({"scores": SCORES | {"charm": {"level": 1}}}, {"unknown": "unknown"}),
        ({"must_meets": FULL | {"charm": {"answer": "yes"}}}, {"unknown": "unknown"}),
        ({"choice": "go_if"}, {"conditions": "condition"}),
        ({"choice": "go_if", "conditions": [{"text": " ", "due_on": "2030-01-01"}]}, {"conditions": "condition"}),
        ({"choice": "go_if", "conditions": [*ASKED, {"text": "Et", "due_on": "bientôt"}]}, {"conditions": "condition"}),
        ({"choice": "not_now"}, {"comment_to_authors": "comment"}),
    ],
)  # fmt: skip
def test_what_a_vote_lacks(changes: dict[str, Any], gaps: dict[str, str]) -> None:
    given = {"choice": "go", "must_meets": FULL, "scores": SCORES, "conditions": [], "comment": ""} | changes
    assert vote_gaps(RULES, **given) == gaps


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({}, {}),
        ({"reasons": "Oui."}, {"reasons": "reasons"}),
        ({"departs": True}, {"departure_reason": "departure"}),
        ({"departs": True, "departure_reason": "Urgent."}, {}),
        ({"needs_conditions": True}, {"conditions": "condition"}),
        ({"needs_conditions": True, "conditions": 1, "outcome": "go_with_conditions"}, {}),
        ({"conditions": 1}, {"conditions": "no_condition"}),
        ({"outcome": "scale", "conditions": 1}, {}),
        ({"outcome": "rework"}, {"criterion_reasons": "criterion", "gaps": "gap"}),
        ({"outcome": "rework", "criterion_reasons": {"value": "Faible."}, "gaps": ["Chiffrer"]}, {}),
        ({"outcome": "rework", "criterion_reasons": {"value": " "}, "gaps": [" "]},
         {"criterion_reasons": "criterion", "gaps": "gap"}),
        ({"outcome": "hold", "criterion_reasons": {"value": "Faible."}}, {"hold_until": "hold"}),
        ({"outcome": "hold", "criterion_reasons": {"value": "Faible."}, "held": True}, {}),
        ({"outcome": "stop", "criterion_reasons": {"value": "Faible."}}, {"learning": "learning"}),
        ({"outcome": "stop", "criterion_reasons": {"value": "Faible."}, "learning": "Mesurer avant."}, {}),
        ({"outcome": "stop", "conditions": 1, "criterion_reasons": {"value": "x"}, "learning": "x"},
         {"conditions": "no_condition"}),
        ({"outcome": "merge", "criterion_reasons": {"value": "x"}}, {"target": "target"}),
        ({"outcome": "merge", "target": True}, {"criterion_reasons": "criterion"}),
        ({"outcome": "merge", "criterion_reasons": {"value": "x"}, "target": True}, {}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}}, {"redirect_to": "redirect"}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "mayor"},
         {"redirect_to": "redirect"}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "service"},
         {"redirect_service": "service"}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "service", "service": True}, {}),
        ({"outcome": "redirect", "criterion_reasons": {"value": "x"}, "redirect_to": "hr"}, {}),
        ({"outcome": "redirect", "redirect_to": "cst"}, {"criterion_reasons": "criterion"}),
        ({"outcome": "go", "redirect_to": "service"}, {}),
    ],
)  # fmt: skip
def test_what_a_decision_lacks(changes: dict[str, Any], gaps: dict[str, str]) -> None:
    written: dict[str, Any] = {
        "outcome": "go",
        "reasons": "Le besoin est réel.",
        "criterion_reasons": {},
        "departs": False,
        "departure_reason": "",
        "conditions": 0,
        "needs_conditions": False,
        "gaps": [],
        "held": False,
        "learning": "",
    }
    assert decision_gaps(record(GO, GO, GO), **written | changes) == gaps


@pytest.mark.parametrize(
    ("answer", "met"), [("yes", True), ("no", False), ("cannot_tell", False), (None, False)]
)
def test_without_seats_the_decider_answers_before_going_on(answer: str | None, met: bool) -> None:
    found = decision_gaps(
        record(seats=0, answers={"safe": answer} if answer else {}),
        outcome="go",
        reasons="Le besoin est réel.",
        criterion_reasons={},
        departs=False,
        departure_reason="",
        conditions=0,
        needs_conditions=False,
        gaps=[],
        held=False,
        learning="",
    )
    assert found == ({} if met else {"answer_safe": "answer"})
