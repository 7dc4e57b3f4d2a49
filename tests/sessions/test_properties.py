"""What holds for any selection session whatever."""

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sessions.records import idea, keys, record
from workflows.sessions import rules

LEVEL = st.none() | st.integers(0, 4)
MONEY = st.none() | st.integers(0, 60)


ONE = st.fixed_dictionaries(
    {
        "levels": st.tuples(LEVEL, LEVEL, LEVEL, st.integers(0, 4)),
        "euros": st.integers(0, 30),
        "days": st.integers(0, 30),
        "score": st.sampled_from([None, "2.40", "2.50", "3.00"]),
        "result": st.sampled_from(["go", "go_if", "not_now", "incomplete"]),
        "heard": st.booleans(),
    }
)
LIMITS = st.fixed_dictionaries(
    {
        "places": st.none() | st.integers(1, 6),
        "envelope_euros": MONEY,
        "envelope_agent_days": MONEY,
        "heard": st.integers(1, 8),
        "threshold": st.sampled_from(["0", "2", "2.5"]),
        "ties": st.permutations(rules.TIES).map(lambda codes: codes[:3]),
        "passing_over": st.booleans(),
    }
)


def sessions() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda ones, limits: record(*(idea(f"i{n}", **one) for n, one in enumerate(ones)), **limits),
        st.lists(ONE, min_size=1, max_size=7),
        LIMITS,
    )


def within(made: dict[str, Any], selected: list[str]) -> bool:
    used, limits = rules.used(made, selected), made["rules"]
    pairs = (("places", "places"), ("envelope_euros", "euros"), ("envelope_agent_days", "agent_days"))
    return all(limits[limit] is None or used[name] <= limits[limit] for limit, name in pairs)


@settings(max_examples=80, deadline=None)
@given(sessions(), st.data())
def test_a_session_replays(made: dict[str, Any], data: Any) -> None:
    """Law 2: through JSON and back, the same list and the same places; the record is left as it is."""
    left: list[str] = data.draw(st.permutations([item["idea"] for item in made["ideas"] if item["heard"]]))
    again = json.loads(json.dumps(made, sort_keys=True))
    assert rules.outcome(again) == rules.outcome(made)
    assert rules.standing(again, left[:2]) == rules.standing(made, left[:2])
    assert json.loads(json.dumps(made)) == again


@settings(max_examples=80, deadline=None)
@given(sessions(), st.integers(0, 999))
def test_the_order_of_rows_and_votes_decides_nothing(made: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    mixed = made | {"ideas": [item | {"votes": _mixed(item["votes"], chance)} for item in made["ideas"]]}
    mixed["ideas"], mixed["members"] = _mixed(mixed["ideas"], chance), _mixed(mixed["members"], chance)
    assert rules.outcome(mixed) == rules.outcome(made)


def _mixed(items: list[Any], chance: random.Random) -> list[Any]:
    return chance.sample(items, len(items))


@settings(max_examples=80, deadline=None)
@given(sessions(), st.data())
def test_limits_hold_and_nobody_is_passed_or_displaced(made: dict[str, Any], data: Any) -> None:
    lines = rules.ordered(made)
    heard = {item["idea"] for item in made["ideas"] if item["heard"]}
    assert sorted(keys(lines)) == sorted(heard)
    assert [line.rank for line in lines] == list(range(1, len(heard) + 1))
    before = rules.standing(made)
    assert within(made, before.selected)
    if not made["rules"]["passing_over"]:
        assert [key for key in keys(lines) if key in before.selected + before.waiting] == (
            before.selected + before.waiting
        )
    left: list[str] = data.draw(st.permutations(sorted(heard)))
    for count in range(1, len(left) + 1):
        after = rules.standing(made, left[:count])
        assert within(made, after.selected)
        assert set(before.selected) - {left[count - 1]} <= set(after.selected)
        assert not set(left[:count]) & set(after.selected + after.waiting)
        moved = [key for key in after.selected if key not in before.selected]
        if not made["rules"]["passing_over"]:
            assert moved == before_without(before.waiting, left[count - 1])[: len(moved)]
        before = after


def before_without(waiting: list[str], gone: str) -> list[str]:
    return [key for key in waiting if key != gone]


@settings(max_examples=80, deadline=None)
@given(sessions(), st.data())
def test_a_better_level_never_costs_a_rank(made: dict[str, Any], data: Any) -> None:
    heard = [place for place, item in enumerate(made["ideas"]) if item["heard"]]
    if not heard:
        return
    place = data.draw(st.sampled_from(heard))
    item = made["ideas"][place]
    could = [at for at, vote in enumerate(item["votes"]) if vote["level"] is not None and vote["level"] < 4]
    if not could:
        return
    at = data.draw(st.sampled_from(could))
    votes = [vote | {"level": vote["level"] + 1} if n == at else vote for n, vote in enumerate(item["votes"])]
    better = made | {"ideas": [one | {"votes": votes} if one is item else one for one in made["ideas"]]}

    def rank(of: dict[str, Any]) -> int:
        return keys(rules.ordered(of)).index(item["idea"])

    assert rank(better) <= rank(made)


@settings(max_examples=60, deadline=None)
@given(sessions())
def test_the_shortlist_takes_whoever_the_panels_let_go_on(made: dict[str, Any]) -> None:
    found = rules.shortlist(made)
    results = {item["idea"]: item["opinion"]["result"] for item in made["ideas"]}
    assert len(found.heard) <= made["rules"]["heard"]
    assert all(results[key] in rules.GO_ON for key in found.heard)
    assert sorted(found.heard + found.not_heard + found.no_opinion) == sorted(results)
    if any(results[key] in rules.GO_ON for key in found.not_heard):
        assert len(found.heard) == made["rules"]["heard"]
