"""`kept`: what is dear to build is built once, then each test of the module has it as new.

    @pytest.fixture(scope="module")
    def stopped(request: pytest.FixtureRequest) -> Iterator[Stopped]:
        yield from kept(request, build_stopped)

    @pytest.fixture
    def idea(stopped: Stopped) -> Idea:
        return deepcopy(stopped.idea)

Copied, since a test changes what it is given. What a test writes goes at its end, what was built goes with the module.
Once built it is there for every later test of the module: those that look at all rows of a kind ask for it, or stand in
another file. Not for tests with real transactions.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from tests.briefs.quick import laid_out_quickly
from tests.platform.jobs import Run, run_due

Built = TypeVar("Built")


def kept(request: pytest.FixtureRequest, build: Callable[[Run], Built]) -> Iterator[Built]:
    """`build(run_jobs)`, in a transaction that the tests' own stand in; nothing is laid out, as with `quick_briefs`."""
    from workflows.sessions import jobs

    beside = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    real = [item.name for item in beside if _is_transactional(item)]
    assert not real, f"needs real transactions, so it stands in another file: {real}"
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    around = transaction.atomic()
    with blocker.unblock():
        around.__enter__()
    try:
        language = translation.override(settings.LANGUAGE_CODE)
        with blocker.unblock(), language, pytest.MonkeyPatch.context() as patch:
            laid_out_quickly(patch)
            patch.setattr(jobs, "render_in_process", lambda html, *, stylesheet: html.encode())
            built = build(run_due)
            connection.check_constraints()
        yield built
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


def _is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or (marker and marker.kwargs.get("transaction")))
