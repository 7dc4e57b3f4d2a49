"""Hiding small groups in a table of shares, so that no subtraction, and no knowledge of this rule, shows them. Pure.

What is secret is how many of a department took part; how many work there counts as known, and so does this file.
That is why who is hidden together with whom hangs on sizes alone. The usual way, hiding the smallest count left as
well, gives hidden counts away to whoever knows that rule: every count shown is then larger. Both are tried by
enumerating all tables in tests/metrics/test_disclosure.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A department: of `size` people, `count` took part. `key` is its identity, `label` what is shown."""

    key: str
    label: str
    count: int
    size: int


@dataclass(frozen=True)
class Published:
    """What may be shown.

    `shown`: groups with their figures. `hidden`: blocks of at least two groups whose figures are hidden, while
    their sum is not. `total` is None when even the whole is too small; then nothing is shown.
    """

    shown: tuple[Group, ...]
    hidden: tuple[tuple[Group, ...], ...]
    total: tuple[int, int] | None


def unsafe(count: int, size: int, threshold: int) -> bool:
    """Whether the figure is about fewer than `threshold` people: all, those who took part, or those who did not.

    Nobody at all is no group; everybody leaves nobody who did not, which says something of each of them.
    """
    return size < threshold or 0 < count < threshold or size - count < threshold


def publish(groups: Sequence[Group], threshold: int, *, others: str) -> Published:
    """Which figures of these groups may be shown. `others` is the label of groups too small to stand alone."""
    if unsafe(sum(group.count for group in groups), sum(group.size for group in groups), threshold):
        return Published((), (), None)
    total = (sum(group.count for group in groups), sum(group.size for group in groups))
    rows = _gather(sorted(groups, key=lambda group: (group.size, group.key)), threshold, others)
    blocks: list[tuple[list[Group], bool]] = []
    waiting: list[Group] = []  # hidden, with a sum that is still too small: the next ones join them
    for pair in _pairs(rows):
        block = waiting + pair
        hidden = bool(waiting) or any(unsafe(row.count, row.size, threshold) for row in pair)
        waiting = block if hidden and not _may_be_summed(block, threshold) else []
        if not waiting:
            blocks.append((block, hidden))
    while waiting and blocks:
        waiting = blocks.pop()[0] + waiting
        if _may_be_summed(waiting, threshold):
            blocks.append((waiting, True))
            waiting = []
    if waiting:
        blocks.append((waiting, True))  # everything: its sum is the total
    return Published(
        tuple(row for block, hidden in blocks if not hidden for row in block),
        tuple(tuple(block) for block, hidden in blocks if hidden),
        total,
    )


def _gather(rows: list[Group], threshold: int, others: str) -> list[Group]:
    """Groups of fewer people than the threshold become one, with the next larger ones until it is large enough."""
    small = 0
    while small < len(rows) and rows[small].size < threshold:
        small += 1
    if not small:
        return rows
    while small < len(rows) and sum(row.size for row in rows[:small]) < threshold:
        small += 1
    gathered = Group(
        "others", others, sum(row.count for row in rows[:small]), sum(row.size for row in rows[:small])
    )
    return sorted([gathered, *rows[small:]], key=lambda row: (row.size, row.key))


def _pairs(rows: list[Group]) -> list[list[Group]]:
    """Neighbours by size, two by two; three at the end of an odd number."""
    pairs = [rows[start : start + 2] for start in range(0, len(rows), 2)]
    if len(pairs) > 1 and len(pairs[-1]) == 1:
        last = pairs.pop()
        pairs[-1] += last
    return pairs


def _may_be_summed(block: Sequence[Group], threshold: int) -> bool:
    return len(block) > 1 and not unsafe(
        sum(row.count for row in block), sum(row.size for row in block), threshold
    )
