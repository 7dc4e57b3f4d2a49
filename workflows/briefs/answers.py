"""What a brief says of the panel's answers, from the frozen record of its round (`GateRound.record`)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from workflows.briefs.record import Comparison, Criterion, MustMeet, Opinion
from workflows.gates.models import Decision
from workflows.gates.rules import UNMET_CONDITIONS, must_meet_reason_key


def label(named: Mapping[str, Any], language: str) -> str:
    return str(named.get(language) or named.get("fr") or named.get("key", ""))


def opinion(frozen: Mapping[str, Any]) -> Opinion | None:
    found, configured = frozen.get("opinion"), frozen["rules"]
    if not found or found["result"] not in ("go", "go_if", "not_now"):
        return None
    votes = found["votes"]
    return Opinion(
        result=found["result"],
        form=configured.get("opinion") or "simple",
        score=found["score"],
        threshold=str(configured["threshold"]) if configured.get("threshold") is not None else None,
        go=votes["go"],
        go_if=votes["go_if"],
        not_now=votes["not_now"],
        abstained=votes["abstain"],
        seats=len(frozen["seats"]),
        quorum_asked=configured["quorum"],
        quorum=found["quorum"],
        diversity=found["diversity"] if configured.get("diversity") else None,
        casting_vote=found["casting_vote"],
    )


def criteria(frozen: Mapping[str, Any], decision: Decision, language: str) -> tuple[Criterion, ...]:
    found = frozen["opinion"]["criteria"]
    return tuple(
        Criterion(
            label=label(rule, language),
            weight=rule["weight"],
            levels=tuple(found[rule["key"]]["levels"]),
            mean=found[rule["key"]]["mean"],
            reason=decision.criterion_reasons.get(rule["key"], ""),
        )
        for rule in frozen["rules"].get("criteria", [])
    )


def must_meets(frozen: Mapping[str, Any], decision: Decision, language: str) -> tuple[MustMeet, ...]:
    configured = frozen["rules"]
    labels = {rule["key"]: label(rule, language) for rule in configured.get("must_meet", [])}
    labels[UNMET_CONDITIONS] = gettext("The conditions of the gate before are met")
    return tuple(
        MustMeet(
            label=labels.get(key, key),
            kind=found["kind"],
            met=found["met"],
            yes=found["yes"],
            no=found["no"],
            cannot_tell=found["cannot_tell"],
            reason=decision.criterion_reasons.get(must_meet_reason_key(key, configured), ""),
        )
        for key, found in _in_order(frozen["opinion"]["must_meets"], labels)
    )


def _in_order(found: Mapping[str, Any], keys: Iterable[str]) -> list[tuple[str, Any]]:
    """As the gate asks them: the database keeps the keys of an object in an order of its own."""
    place = {key: at for at, key in enumerate(keys)}
    return sorted(found.items(), key=lambda pair: place.get(pair[0], len(place)))


def comparison(frozen: Mapping[str, Any]) -> Comparison | None:
    compared = frozen.get("comparison")
    if not compared or not compared.get("result"):
        return None
    return Comparison(
        held_on=date.fromisoformat(compared["held_on"]),
        result=compared["result"],
        rank=compared["rank"],
        waiting=compared["waiting"],
        places=compared["places"],
    )
