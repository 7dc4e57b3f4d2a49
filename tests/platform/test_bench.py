"""The bench at its smallest: it fills, measures, prints what it says, and its limits hold."""

import json

import psycopg
import pytest

from bin.benchmarks import city, database, measures, report
from incubator.events import queries as events

REPEATS = 1
LATER = ("stopped_at_g0", "withdrawn", "in_sponsorship", "in_pilot", "in_evaluation", "in_service")
QUERIES = {
    "inbox": 6,
    "portfolio": 8,
    "portfolio_filtered": 8,
    "search": 8,
    "idea_page": 12,
    "submit": 20,
    "vote": 14,
    "last_vote": 14,
    "decide_g0": 30,
    "decide_g1": 30,
    "seating_job": 25,
}
# Without those that take long to come to.
PLACES = {place: share for place, share in city.SHARES.items() if place not in LATER}
LISTS = ("inbox", "portfolio", "portfolio_filtered", "search")
OTHERS = {"empty_view", "bare_viewflow", "bare_viewflow_view_to_end", "metrics", "autosave"}
FIGURES = {"queries", "bytes", "p50_ms", "p95_ms", "to_empty_view", "to_bare_viewflow"}


@pytest.mark.django_db
@pytest.mark.urls("bin.benchmarks.urls")
def test_fifty_ideas_keep_within_the_limits() -> None:
    said: list[str] = []
    made = city.found(50, REPEATS + measures.NOT_TIMED, said.append, PLACES)
    assert events.verify().broken == [], "a copied chain is hashed as a lived one"
    found = json.loads(json.dumps(report.report(made, REPEATS, said.append, open_rounds=100)))
    assert found["ideas"] >= 50
    assert {"date", "repeats", "machine", "decisions_per_second"} <= set(found)
    assert set(found["machine"]) == {"cores", "system", "python", "postgresql"}
    assert set(found["sweep"]) == {"open_rounds", "seconds", "computing"}
    assert found["replay"]["rounds"] > 20
    assert found["replay"]["different"] == 0
    measured = found["operations"]
    assert set(measured) == set(QUERIES) | OTHERS
    assert all(set(one) == FIGURES and one["p95_ms"] >= one["p50_ms"] > 0 for one in measured.values())
    taken = {name: measured[name]["queries"] for name in QUERIES}
    assert {name: many for name, many in taken.items() if many > QUERIES[name]} == {}
    assert all(0 < measured[name]["bytes"]["raw"] <= 60_000 for name in LISTS)
    assert said


def test_the_figures_are_the_nearest_ranks() -> None:
    one = measures.Operation("one", [], seconds=[number / 1000 for number in range(100, 0, -1)])
    assert (one.quantile(0.5), one.quantile(0.95)) == (50.0, 95.0)
    assert measures.Operation("once", [], seconds=[0.004]).quantile(0.95) == 4.0


def test_its_database_is_its_own_and_goes_again() -> None:
    with database.fresh() as url:
        with psycopg.connect(url) as connection:
            found = connection.execute("select current_database()").fetchone()
        assert found is not None
        assert found[0].startswith(database.PREFIX)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
