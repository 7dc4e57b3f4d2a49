"""What every test may lean on: the embedded server, jobs on demand, a real browser.

This file is loaded before Django's settings: it starts the server, then names the settings.
"""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as histories

ROOT = Path(__file__).resolve().parent.parent
os.environ["TRAVEE_ENV"] = "test"
os.environ["TRAVEE_VAR"] = str(ROOT / "var" / "test")
if os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings") != "tests.settings":
    pytest.exit("Unset DJANGO_SETTINGS_MODULE: the tests have their own settings.", 4)
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

# A busy machine is slow; that says nothing of the law under test.
histories.register_profile("travee", deadline=None, suppress_health_check=[HealthCheck.too_slow])
histories.load_profile("travee")

# The workers of xdist find what their controller made.
if not os.environ.get("PYTEST_XDIST_WORKER"):
    from incubator.lib import translations

    translations.compile_if_needed()
    if not os.environ.get("DATABASE_URL"):
        from tests.platform import database

        database.start()

import django  # noqa: E402

django.setup()

pytest_plugins = [
    "tests.platform.emptied",
    "tests.platform.jobs",
    "tests.platform.slow",
    "tests.platform.browser",
    "tests.platform.counting",
    "tests.briefs.quick",
    "tests.briefs.seals",
    "tests.lib.printed",
    "tests.laws.counted",
]


# Minutes each: begun last, one of them would keep one core busy while the other has nothing left.
LONG = (
    "test_each_visit_of_a_page_in_every_look",
    "test_every_page_is_accessible_and_fits",
    "test_one_idea_becomes_a_service",
    "tests/laws/",
    "tests/races/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first, in this order; the others as they were shuffled."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONG) if name in item.nodeid), len(LONG)))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: Python's collector need not walk it again and again, one part in twenty-five."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def the_city_s_language() -> None:
    """A page asked for in English by one test leaves its language to the thread, hence to the next test."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test database goes at the end: whoever still has a session there is put out, and named.

    A process that a test killed may leave a session that waits and has not noticed. PostgreSQL would wait five seconds
    for it, then the last test, whichever it was, would fail.
    """
    if not any(
        "db" in item.fixturenames or item.get_closest_marker("django_db") for item in request.session.items
    ):
        yield
        return
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    yield
    from django.db import connection

    with blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(LEFT)
        for state, wait, query, _gone in cursor.fetchall():
            sys.stderr.write(f"a session was left: {state}, waits for {wait}, last asked: {query[:200]}\n")


LEFT = """
select state, coalesce(wait_event, 'nothing'), query, pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
