"""What holds for any record and any pool whatever; law 2 above all: a frozen record gives the same for ever."""

import copy
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gates.rules.records import record, vote
from tests.gates.rules.test_decisions import PERMITTED
from tests.gates.rules.test_opinions import CASES
from workflows.gates import rules
from workflows.gates.rules import Candidate, choose_panel, opinion, permitted

TABLES = [*(row[0] for row in CASES), *(row[0] for row in PERMITTED)]


def frozen(data: Any) -> Any:
    """As the database gives it back, years later."""
    return json.loads(json.dumps(data, sort_keys=True))


def assert_replays(case: dict[str, Any]) -> None:
    """Law 2: through JSON and back, the same opinion, the same outcomes, and no difference for any of them."""
    before = copy.deepcopy(case)
    found, choices = opinion(case), permitted(case)
    again = frozen(case)
    assert opinion(again) == found
    assert permitted(again) == choices
    assert rules.blocked_facts(again) == rules.blocked_facts(case)
    assert case == before, "the rules read a record and leave it as it is"
    for choice in choices:
        closed = frozen(case | {"opinion": found.as_data(), "decision": choice.outcome})
        assert rules.differences(closed, departs=choice.departs) == []
        assert rules.differences(closed, departs=not choice.departs) == ["decision"]


@pytest.mark.parametrize("case", TABLES)
def test_every_case_of_the_tables_replays(case: dict[str, Any]) -> None:
    assert_replays(case)


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
    assert_replays(case)


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
