"""What a closed round's frozen record says today, against what it said when it was decided (law 2)."""

from collections.abc import Mapping
from typing import Any

from workflows.gates.rules.decisions import permitted_after
from workflows.gates.rules.opinions import opinion

# What the rules read; the record holds their result beside it.
RESULTS = ("opinion", "decision")


def differences(record: Mapping[str, Any], *, departs: bool) -> list[str]:
    """How a replay differs, as codes, in order: `opinion`, `decision`; empty when it is equal.

    `departs`: whether the decision was marked as departing from the opinion. A record so damaged that the rules
    cannot read it differs as `unreadable`.
    """
    found = []
    try:
        read = {name: value for name, value in record.items() if name not in RESULTS}
        again = opinion(read)
        if again.as_data() != record["opinion"]:
            found.append("opinion")
        open_then = {(item.outcome, item.departs) for item in permitted_after(read, again)}
        if (record["decision"], departs) not in open_then:
            found.append("decision")
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return ["unreadable"]
    return found
