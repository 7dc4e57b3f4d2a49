"""Facts that must-meets ask for. Stage rooms, which stand above this one, register how each is read."""

from collections.abc import Callable

from ideas.drafting.models import Idea

Fact = Callable[[Idea, str], bool | None]
_facts: dict[str, Fact] = {}


def register_fact(key: str, read: Fact) -> None:
    """`read(idea, gate)` gives True (met), False (not met) or None (cannot be known yet)."""
    _facts[key] = read


def read_facts(idea: Idea, gate: str, keys: list[str]) -> dict[str, bool | None]:
    """The facts named, as they are now; one nobody registered is None."""
    return {key: _facts[key](idea, gate) if key in _facts else None for key in keys}


def known() -> frozenset[str]:
    """The keys of the facts that some room reads."""
    return frozenset(_facts)
