"""Which routes are open to an idea. Pure."""

from collections.abc import Mapping

ROUTES = ("local", "fast", "standard")


def is_small(euros: int | None, days: int | None, limits: Mapping[str, int]) -> bool:
    """Whether what the idea asks for is named and within the fast lane's limits (euros, days of work)."""
    return (
        euros is not None
        and days is not None
        and euros <= limits["max_euros"]
        and days <= limits["max_agent_days"]
    )


def closed(
    route: str, *, euros: int | None, days: int | None, compared: bool, limits: Mapping[str, int]
) -> str:
    """Why a route is not open to an idea: a code, or '' when it is.

    `compared`: its call has places or an envelope, so ideas are compared in one session (`call`). `needs`: the
    euros or days are not named; `limits`: they are above the fast lane's.
    """
    if route not in ROUTES:
        return "unknown"
    if route == "standard":
        return ""
    if compared:
        return "call"
    if route == "fast" and not is_small(euros, days, limits):
        return "needs" if euros is None or days is None else "limits"
    return ""
