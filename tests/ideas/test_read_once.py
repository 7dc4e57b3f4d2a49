"""What an act keeps while it holds an idea's lock: read once, never longer, never after it failed."""

from collections.abc import Callable

import pytest

from ideas.lock import forget, keep, locked, read_once
from tests.factories import IdeaFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted() -> Callable[[], int]:
    asked: list[int] = []

    def read() -> int:
        asked.append(1)
        return len(asked)

    return read


def test_once_under_the_lock_and_each_time_without_it(counted: Callable[[], int]) -> None:
    pk, other = IdeaFactory(live=True).pk, IdeaFactory(live=True).pk
    assert [read_once(pk, "x", counted) for _ in range(2)] == [1, 2]
    with locked(pk):
        assert [read_once(pk, "x", counted) for _ in range(2)] == [3, 3]
        assert read_once(pk, "y", counted) == 4, "by its name"
        assert [read_once(other, "x", counted) for _ in range(2)] == [5, 6], "of the locked idea alone"
    with locked(pk):
        assert read_once(pk, "x", counted) == 7, "not longer than the lock"


def test_whoever_changes_it_says_so(counted: Callable[[], int]) -> None:
    pk = IdeaFactory(live=True).pk
    with locked(pk):
        assert read_once(pk, "x", counted) == 1
        with locked(pk):
            keep(pk, "x", 40)
        assert read_once(pk, "x", counted) == 40
        forget(pk, "x")
        assert read_once(pk, "x", counted) == 2
    keep(pk, "x", 50)
    assert read_once(pk, "x", counted) == 3


def test_nothing_is_kept_of_an_act_within_that_failed(counted: Callable[[], int]) -> None:
    pk = IdeaFactory(live=True).pk

    def act() -> None:
        with locked(pk):
            keep(pk, "x", 40)
            raise ZeroDivisionError

    with locked(pk):
        with pytest.raises(ZeroDivisionError):
            act()
        assert read_once(pk, "x", counted) == 1
