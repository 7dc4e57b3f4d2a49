"""Records of sessions for the tables of cases: plain data, as the rules read it."""

from typing import Any

from workflows.sessions import rules

MEMBERS = ["chair", "m1", "m2", "m3"]


def idea(
    key: str,
    levels: list[int | None],
    *,
    euros: int = 0,
    days: int = 0,
    score: str | None = "3.00",
    result: str = "go",
    heard: bool = True,
) -> dict[str, Any]:
    """`levels`: what the chair, m1, m2, m3 gave, in that order."""
    votes = [{"member": member, "level": level} for member, level in zip(MEMBERS, levels, strict=False)]
    return {
        "idea": key,
        "euros": euros,
        "agent_days": days,
        "opinion": {"result": result, "score": score},
        "heard": heard,
        "votes": votes,
    }


def record(*ideas: dict[str, Any], **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "places": 2,
        "envelope_euros": None,
        "envelope_agent_days": None,
        "heard": 7,
        "quorum": 3,
        "threshold": "2",
        "ties": ["chair"],
        "passing_over": False,
        "hearing_minutes": 20,
    }
    members = [{"member": member, "chair": member == "chair"} for member in MEMBERS]
    return {"seed": "s", "rules": base | changes, "members": members, "ideas": list(ideas)}


def keys(lines: list[rules.Line]) -> list[str]:
    return [line.idea for line in lines]


def ranked(*euros: int) -> list[dict[str, Any]]:
    """Ideas a, b, c … in this order of the list, with what each asks for."""
    return [
        idea("abcdefg"[place], [4 - place // 2, 4 - (place + 1) // 2, 4, 4], euros=amount, days=amount)
        for place, amount in enumerate(euros)
    ]
