"""No hidden figure can be worked out, whoever knows the sizes, the total and the rule."""

from collections import defaultdict
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.metrics.disclosure import Group, Published, publish, unsafe

OTHERS = "others"


def table(counts: tuple[int, ...], sizes: tuple[int, ...]) -> list[Group]:
    return [
        Group(f"d{n}", f"D{n}", count, size)
        for n, (count, size) in enumerate(zip(counts, sizes, strict=True))
    ]


def seen(published: Published) -> object:
    """All that a reader sees: figures of shown rows, names and sums of hidden blocks, the total."""
    return (
        tuple((row.key, row.count, row.size) for row in published.shown),
        tuple(
            (tuple(row.key for row in block), sum(row.count for row in block)) for block in published.hidden
        ),
        published.total,
    )


def disclosures(sizes: tuple[int, ...], threshold: int) -> list[object]:
    """Every way in which a reader who knows sizes and rule would learn a small figure.

    All tables of these sizes are enumerated; those that are published alike cannot be told apart. A set of rows
    whose sum is the same in all of them is known; it must not be about fewer than `threshold` people.
    """
    alike = defaultdict(list)
    for counts in product(*(range(size + 1) for size in sizes)):
        alike[seen(publish(table(counts, sizes), threshold, others=OTHERS))].append(counts)
    found: list[object] = []
    for what, tables in alike.items():
        for some in range(1, len(sizes) + 1):
            for rows in combinations(range(len(sizes)), some):
                sums = {sum(counts[row] for row in rows) for counts in tables}
                if len(sums) == 1 and unsafe(sums.pop(), sum(sizes[row] for row in rows), threshold):
                    found.append((what, rows, tables[:3]))
    return found


SIZES = [
    (3,), (7,), (3, 3), (4, 9), (7, 9), (3, 12), (3, 3, 3), (4, 6, 9), (7, 9, 9), (8, 8, 4), (3, 4, 11),
    (3, 3, 3, 3), (3, 4, 5, 6), (7, 4, 9, 8), (4, 6, 6, 9), (5, 3, 8, 3),
]  # fmt: skip


@pytest.mark.parametrize("sizes", SIZES)
def test_by_enumeration_nothing_small_is_disclosed(sizes: tuple[int, ...]) -> None:
    assert disclosures(sizes, 3) == []


@pytest.mark.parametrize("sizes", [(2, 4, 6), (1, 2, 8), (2, 2, 2), (1, 9), (2, 6, 6, 3)])
def test_groups_smaller_than_the_threshold_are_gathered_first(sizes: tuple[int, ...]) -> None:
    """Nobody of a gathered group took part: that is known of each of its rows, and of each row that shows zero."""
    for what, rows, tables in disclosures(sizes, 3):  # type: ignore[misc]
        assert all(sum(counts[row] for row in rows) == 0 for counts in tables), (what, rows, tables)


def test_the_enumeration_itself_finds_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the usual rule, the smallest count not yet hidden joins; the same proof then fails."""
    from workflows.metrics import disclosure

    def by_count(groups: list[Group], threshold: int, *, others: str) -> Published:
        total = (sum(g.count for g in groups), sum(g.size for g in groups))
        if unsafe(*total, threshold):
            return Published((), (), None)
        hidden = [g for g in groups if unsafe(g.count, g.size, threshold)]
        rest = sorted((g for g in groups if g not in hidden), key=lambda g: g.count)
        while rest and hidden and not disclosure._may_be_summed(hidden, threshold):
            hidden.append(rest.pop(0))
        return Published(tuple(rest), (tuple(hidden),) if hidden else (), total)

    monkeypatch.setitem(globals(), "publish", by_count)
    assert disclosures((7, 9, 9), 3) != []


TABLES = st.lists(
    st.integers(0, 300).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
    min_size=1,
    max_size=14,
)


@given(rows=TABLES, threshold=st.integers(3, 10))
@settings(max_examples=150, deadline=None)
def test_everything_shown_is_about_enough_people_and_adds_up(
    rows: list[tuple[int, int]], threshold: int
) -> None:
    groups = [Group(f"d{n:02}", f"D{n}", count, size) for n, (count, size) in enumerate(rows)]
    published = publish(groups, threshold, others=OTHERS)
    total = (sum(count for count, _size in rows), sum(size for _count, size in rows))
    if published.total is None:
        assert unsafe(*total, threshold)
        assert (published.shown, published.hidden) == ((), ())
        return
    assert published.total == total
    assert not any(unsafe(row.count, row.size, threshold) for row in published.shown)
    sums = [(sum(r.count for r in block), sum(r.size for r in block)) for block in published.hidden]
    assert not any(unsafe(*one, threshold) for one in sums)
    everything = [*published.shown, *(row for block in published.hidden for row in block)]
    assert (sum(row.count for row in everything), sum(row.size for row in everything)) == total
    assert all(len(block) > 1 for block in published.hidden)
    assert len({row.key for row in everything}) == len(everything)


@given(rows=TABLES, threshold=st.integers(3, 10), data=st.data())
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_rows_changes_nothing(
    rows: list[tuple[int, int]], threshold: int, data: st.DataObject
) -> None:
    groups = [Group(f"d{n:02}", f"D{n}", count, size) for n, (count, size) in enumerate(rows)]
    shuffled = data.draw(st.permutations(groups))
    assert publish(groups, threshold, others=OTHERS) == publish(shuffled, threshold, others=OTHERS)


@pytest.mark.parametrize(
    ("count", "size", "bad"),
    [
        (0, 4, True),
        (0, 5, False),
        (4, 40, True),
        (5, 40, False),
        (36, 40, True),
        (40, 40, True),
        (35, 40, False),
    ],
)
def test_a_figure_is_about_people_on_both_sides(count: int, size: int, bad: bool) -> None:
    assert unsafe(count, size, 5) is bad
