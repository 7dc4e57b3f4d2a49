"""Whether the city has the people: to sit, to decide, to sign, to look again."""

from collections.abc import Iterator, Mapping
from itertools import chain, combinations
from typing import Any

from workflows.gates.configuration.rules.facts import (
    ADMISSION,
    WINDOW,
    Document,
    Facts,
    Load,
    Pool,
    Problem,
    gates_in_use,
)

TOGETHER, HEAD = "sponsor_and_lead", "head_of_service"
# Before sponsorship an idea has no sponsor; at investment the sponsor is too close to decide.
WITHOUT_SPONSOR = ("L", "F", "G0", "G1")
SPONSOR_TOO_CLOSE = ("G4",)
# In the fast lane the author's director promises by signing.
SIGNED_LAUNCH = "F"


def pool(gate: str, configured: Mapping[str, Any], facts: Facts) -> Iterator[Problem]:
    """Those who may sit, without the absent and those too close, fill the seats: fewer, and nobody is seated."""
    seats, quorum = configured.get("seats", 0), configured.get("quorum", 1)
    found = facts.pools.get(gate)
    if not seats or found is None:
        return
    place = f"/gates/{gate}"
    values = {"gate": gate, "seats": seats, "quorum": quorum, "available": found.available}
    if found.available < min(quorum, seats):
        yield Problem("quorum_unreachable", f"{place}/quorum", values | {"absent": found.absent})
    elif found.available < seats:
        yield Problem("seats_over_pool", f"{place}/seats", values | {"absent": found.absent})
    elif short := sum(left.people < seats for left in found.by_idea):
        yield Problem("too_few_for_ideas", f"{place}/seats", values | {"ideas": short})
    if found.available:
        yield from _chaired(gate, configured, found)
        yield from _diverse(gate, configured, found)


def _chaired(gate: str, configured: Mapping[str, Any], found: Pool) -> Iterator[Problem]:
    """Someone may chair, for each idea too: without, seating chooses nobody."""
    place, values = f"/gates/{gate}/seats", {"gate": gate}
    if configured["seats"] == 1:
        return
    if not found.chairs:
        yield Problem("no_chair", place, values)
    elif short := sum(not left.chairs for left in found.by_idea):
        yield Problem("no_chair_for_ideas", place, values | {"ideas": short})


def _diverse(gate: str, configured: Mapping[str, Any], found: Pool) -> Iterator[Problem]:
    """Where someone from another department is asked for, there is someone, for each idea too."""
    place, values = f"/gates/{gate}/diversity", {"gate": gate}
    if not configured.get("diversity"):
        return
    if found.departments < 2:
        yield Problem("no_diversity", place, values)
    elif short := sum(not left.elsewhere for left in found.by_idea):
        yield Problem("no_diversity_for_ideas", place, values | {"ideas": short})


def deciders(gate: str, document: Document, facts: Facts) -> Iterator[Problem]:
    """Somebody holds a delegation for each decision; a sponsor is asked only where there is one who may decide."""
    configured = document["gates"][gate]
    place, values = f"/gates/{gate}", {"gate": gate, "decider": configured["decider"]}
    if not facts.deciders.get(gate):
        yield Problem("decider_without_mandate", f"{place}/decider", values)
    if configured["decider"] != TOGETHER:
        return
    if gate in WITHOUT_SPONSOR:
        yield Problem("no_sponsor_yet", f"{place}/decider", values)
    elif gate in SPONSOR_TOO_CLOSE:
        yield Problem("sponsor_too_close", f"{place}/decider", values)
    elif "if_they_differ" not in configured:
        yield Problem("no_handover", f"{place}/if_they_differ", values)
    else:
        other = configured["if_they_differ"].removesuffix("_decider")
        # A head answers for one service: on the other routes an idea names none.
        alone = document["gates"].get(other, {}).get("decider") not in (TOGETHER, HEAD)
        if not alone or not facts.deciders.get(other):
            yield Problem("handover_to_nobody", f"{place}/if_they_differ", values | {"other": other})


def signatures(gate: str, configured: Mapping[str, Any], facts: Facts) -> Iterator[Problem]:
    """Where two sign, somebody else can; the fast lane is launched by the author's director."""
    place, going_on = f"/gates/{gate}/second_signature", configured.get("second_signature")
    if gate == SIGNED_LAUNCH and going_on != "authors_director":
        yield Problem("launch_without_signature", place, {"gate": gate})
    if going_on == "authors_director" and facts.unsigned_departments:
        yield Problem("no_director_signs", place, {"gate": gate, "departments": facts.unsigned_departments})
    holders = facts.deciders.get(gate, frozenset())
    # In the service asked there may be one head alone.
    several = len(holders) > 1 and configured["decider"] != HEAD
    if several or facts.second_signers - holders:
        return
    if going_on == "another_lead":
        yield Problem("nobody_signs_going_on", place, {"gate": gate})
    if (configured.get("second_signature_for") or {}).get("stop"):
        yield Problem("second_signature_without_mandate", f"{place}_for", {"gate": gate})


def recourse(document: Document, facts: Facts) -> Iterator[Problem]:
    """Whoever reads “stop” reads why, and can ask someone else to look again."""
    if document["reexamination"]["ask_within"] < 1:
        yield Problem("no_time_to_ask", "/reexamination/ask_within")
    for gate, configured in gates_in_use(document, facts):
        if not (configured.get("criteria") or configured.get("must_meet")):
            yield Problem("stop_without_reasons", f"/gates/{gate}/must_meet", {"gate": gate})
        if _may_be_sent_up(gate, facts):
            continue
        others, own = facts.reexaminers.get(gate, frozenset()), facts.deciders.get(gate, frozenset())
        two = bool((configured.get("second_signature_for") or {}).get("stop"))
        signers = own | facts.second_signers if two else frozenset()
        # Whoever decides the stop, and whoever signs it too, somebody else is left to answer.
        if own and any(not others - {decider, signer} for decider in own for signer in signers or {decider}):
            yield Problem("stop_without_recourse", f"/gates/{gate}/decider", {"gate": gate})


def _may_be_sent_up(gate: str, facts: Facts) -> bool:
    """Whether the author of an idea stopped here may take it to the programme: that is the recourse."""
    return any(
        "sent_up" in route.stations[after].ways
        for route in facts.routes.values()
        for station in route.stations.values()
        if station.gate == gate and (after := station.ways.get("stop", "")) in route.stations
    )


def seats_needed(configured: Mapping[str, Any], load: Load) -> int:
    """Seats open at one time at this gate, at the pace of the last three months; at least those open now."""
    at_one_time = max(load.open_now, -(-load.entered * _clock(configured)[1] // WINDOW))
    return int(configured.get("seats", 0) * at_one_time)


def untried_clocks(document: Document, facts: Facts) -> Iterator[Problem]:
    """Where nothing has come for a while, no pace tells whether the clock can be kept: what it lets through is said."""
    for gate, people in sorted(facts.untried.items()):
        configured = document["gates"][gate]
        name, days = _clock(configured)
        at_one_time = people * document["open_seats_per_person"] // configured["seats"]
        if days and at_one_time:
            ideas = max(1, at_one_time * WINDOW // days)
            yield Problem(
                "clock_untried", f"/gates/{gate}/{name}", {"gate": gate, "people": people, "ideas": ideas}
            )


def _clock(configured: Mapping[str, Any]) -> tuple[str, int]:
    """The setting that says how long seats stay open, and its working days; 0 where none does."""
    name = "review_in" if configured.get("review_in") else "due"
    return name, configured.get(name) or 0


def pools_keep_clocks(document: Document, facts: Facts) -> Iterator[Problem]:
    """Those who may sit can hold the seats open at one time: at each gate, and at gates taken together.

    Each gate names its own sources, so two gates may have the same people, others, or some in common: whoever chairs
    is in every pool. Any gates together need no more seats than their people, each counted once, may hold; by Hall’s
    theorem the seats can then be shared out. Of the groups that fail, the smallest are named.
    """
    panels = {
        gate: configured
        for gate, configured in gates_in_use(document, facts)
        # One lead admits, however many ideas wait.
        if gate != ADMISSION and configured.get("seats") and gate in facts.pools and facts.pools[gate].here
    }
    needed = {gate: seats_needed(found, facts.loads.get(gate, Load())) for gate, found in panels.items()}
    short: list[set[str]] = []
    for group in chain.from_iterable(combinations(panels, several + 1) for several in range(len(panels))):
        people = frozenset[int]().union(*(facts.pools[gate].here for gate in group))
        seats, room = sum(needed[gate] for gate in group), len(people) * document["open_seats_per_person"]
        if seats > room and not any(smaller <= set(group) for smaller in short):
            short.append(set(group))
            busiest = max(group, key=lambda gate: needed[gate])
            name, days = _clock(panels[busiest])
            values = {"gate": busiest, "gates": group, "needed": seats, "room": room, "people": len(people)}
            yield Problem("clock_over_pools", f"/gates/{busiest}/{name}", values | {"days": days})
