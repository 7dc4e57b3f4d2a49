"""Rings in who-answers-to-whom: pure."""

from collections.abc import Iterable, Mapping


def in_rings(edges: Mapping[str, Iterable[str]]) -> set[str]:
    """The nodes on a ring (or between two rings): what is left when both kinds of ends are peeled off."""
    return _peeled(_reversed(_peeled({node: set(ends) for node, ends in edges.items()}))).keys() | set()


def _peeled(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without the nodes from which no ring can be reached."""
    into = _reversed(edges)
    left = {node: len(ends) for node, ends in edges.items()}
    queue = [node for node in into.keys() | edges.keys() if not left.get(node)]
    out = set(queue)
    while queue:
        for before in into.get(queue.pop(), ()):
            left[before] -= 1
            if not left[before] and before not in out:
                out.add(before)
                queue.append(before)
    return {node: ends - out for node, ends in edges.items() if node not in out}


def _reversed(edges: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    turned: dict[str, set[str]] = {}
    for node, ends in edges.items():
        for end in ends:
            turned.setdefault(end, set()).add(node)
    return turned
