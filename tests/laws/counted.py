"""The histories that were played, told at the end of a run whatever the number of workers."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.laws.game import Tally

PLAYED = pytest.StashKey[list[int]]()


def count(config: pytest.Config, tally: "Tally") -> None:
    """Add a test's full histories, its acts and its refusals to the run's."""
    own = config.stash.setdefault(PLAYED, [0, 0, 0])
    _add(own, [tally.full, tally.acts, tally.refusals])


def _add(total: list[int], more: list[int]) -> None:
    total[:] = [before + now for before, now in zip(total, more, strict=True)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None and PLAYED in session.config.stash:
        output["laws"] = session.config.stash[PLAYED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if told := getattr(node, "workeroutput", {}).get("laws"):
        _add(node.config.stash.setdefault(PLAYED, [0, 0, 0]), told)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if played := config.stash.get(PLAYED, None):
        histories, acts, refusals = played
        terminalreporter.write_line(f"laws: {histories:,} histories, {acts:,} acts, {refusals:,} refusals")
