"""Kaplan–Meier: how long it takes until half are done, when some are not done yet. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

Spell = tuple[int, bool]  # days, and whether it has ended; an open one has lasted at least so long


def curve(spells: Iterable[Spell]) -> list[tuple[int, float]]:
    """The share still waiting from each day on which a spell ended: `[(days, share), …]`, shares falling from 1.

    A spell that is open after `n` days is counted among those at risk up to and including day `n`.
    """
    spells = list(spells)
    ended = Counter(days for days, over in spells if over)
    leaving = Counter(days for days, _over in spells)
    at_risk, share, points = len(spells), 1.0, []
    for days in sorted(leaving):
        if ended[days]:
            share *= 1 - ended[days] / at_risk
            points.append((days, share))
        at_risk -= leaving[days]
    return points


def reached(spells: Sequence[Spell], share_done: float) -> int | None:
    """The first day by which `share_done` (0 to 1) of them are done; None when that is not reached yet."""
    # Products of fractions: 0.5 may come out as 0.5000000000000001.
    return next((days for days, share in curve(spells) if 1 - share >= share_done - 1e-9), None)


def longest(spells: Sequence[Spell]) -> int:
    """The longest spell in days, open or not; 0 for none."""
    return max(chain((days for days, _over in spells), (0,)))
