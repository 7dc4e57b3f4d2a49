"""Who votes stays hidden only where more than one does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflows.gates.configuration.rules.facts import ADMISSION, Document, Facts, Problem, gates_in_use


def two_hidden_voters(document: Document, facts: Facts) -> Iterator[Problem]:
    """Of two who vote, each knows the other."""
    for gate, configured in gates_in_use(document, facts):
        hides = _hides_voters(gate, configured) or (gate != ADMISSION and facts.hiding_calls)
        if configured.get("seats") == 2 and hides:
            yield Problem("two_hidden_voters", f"/gates/{gate}/seats", {"gate": gate})


def hidden_voters(gate: str, configured: Mapping[str, Any]) -> Iterator[Problem]:
    """An opinion is never one person's alone where nobody is to know who voted how: its sums are published."""
    if _hides_voters(gate, configured):
        yield from _alone(gate, configured, "one_hidden_voter", "quorum_of_one_hidden", {})


def hidden_by_calls(
    gate: str, configured: Mapping[str, Any], calls: Sequence[Mapping[str, str]]
) -> Iterator[Problem]:
    """The same where the gate shows who votes, and one of these calls hides it for its ideas."""
    if gate == ADMISSION or _hides_voters(gate, configured):
        return
    for call in calls:
        found = {"call": dict(call)}
        yield from _alone(gate, configured, "one_voter_hidden_by_call", "quorum_of_one_hidden_by_call", found)


def _alone(
    gate: str, configured: Mapping[str, Any], of_one: str, of_quorum: str, values: Mapping[str, Any]
) -> Iterator[Problem]:
    """The code `of_one` for a panel of one, `of_quorum` where one vote can be its opinion."""
    place = f"/gates/{gate}"
    if configured.get("seats") == 1:
        yield Problem(of_one, f"{place}/seats", {"gate": gate, **values})
    elif configured.get("seats") and configured.get("quorum") == 1:
        yield Problem(of_quorum, f"{place}/quorum", {"gate": gate, **values})


def _hides_voters(gate: str, configured: Mapping[str, Any]) -> bool:
    """At admissibility whoever sits decides too, under their name."""
    return gate != ADMISSION and bool(configured.get("voters_hidden", True))
