"""The checker: what keeps a configuration from being published. Pure: the document, and facts read beforehand.

Each problem names the place to mend by its JSON pointer; `wording.py` gives its sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.gates import rules as gate_rules
from workflows.gates.configuration.document import worded

Document = Mapping[str, Any]
# Words that may be left out in both languages.
OPTIONAL = ("why", "letters")
LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Station:
    """Where an idea waits in a flow: its gate, if it is one, and the station each outcome leads to."""

    gate: str
    ways: Mapping[str, str]


@dataclass(frozen=True)
class Route:
    """A flow as data. `goal` is the station an idea is meant to reach: a service, or the doing of a local yes."""

    stations: Mapping[str, Station]
    goal: str


@dataclass(frozen=True)
class Pool:
    """Who could sit at a gate today.

    `absent`: away, with nobody standing in · `available`: the others · `chairs`, `departments`: of the available ·
    `by_idea`: for each running idea, how many of the available have no conflict with it.
    """

    people: int
    absent: int
    available: int
    chairs: int
    departments: int
    by_idea: Sequence[int] = ()


@dataclass(frozen=True)
class Load:
    """Rounds of a gate: open now, and entered in the last `WINDOW` working days."""

    open_now: int = 0
    entered: int = 0


# About three months of working days.
WINDOW = 60

TOGETHER, HEAD = "sponsor_and_lead", "head_of_service"
# Before sponsorship an idea has no sponsor; at investment the sponsor is too close to decide.
WITHOUT_SPONSOR = ("L", "F", "G0", "G1")
SPONSOR_TOO_CLOSE = ("G4",)
# One lead sits, answers and decides in one act, without scores.
ADMISSION = "G0"
# In the fast lane the author's director promises by signing.
SIGNED_LAUNCH = "F"
# What a pilot begins with, by the gate that launches it.
LAUNCH_FACTS = {"F": ("plan",), "G2": ("pledge", "plan")}
# After work of a team, whose length nobody knows when an idea is submitted.
AFTER_A_STAGE = ("G2", "G3", "G4")


@dataclass(frozen=True)
class Facts:
    """What the checker knows of the city, by gate. Capacities are persons' keys, each once.

    `unsigned_departments`: those whose staff no director or deputy director general could sign for.
    """

    routes: Mapping[str, Route] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    loads: Mapping[str, Load] = field(default_factory=dict)
    deciders: Mapping[str, frozenset[int]] = field(default_factory=dict)
    second_signers: frozenset[int] = frozenset()
    unsigned_departments: int = 0
    reexaminers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    known_facts: frozenset[str] = frozenset()
    # The titles, by language, of calls that hide who votes whatever the gates say.
    hiding_calls: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Problem:
    """One reason not to publish: a code, the place to mend, and what the sentence names."""

    code: str
    pointer: str
    values: Mapping[str, Any] = field(default_factory=dict)


def problems(document: Document, facts: Facts) -> list[Problem]:
    """Everything that keeps this document from being published; empty when it is sound."""
    found = [*texts(document), *clocks(document, facts), *recourse(document, facts)]
    for gate, configured in gates_in_use(document, facts):
        found += [
            *weights(gate, configured),
            *panel(gate, configured),
            *hidden_voters(gate, configured),
            *hidden_by_calls(gate, configured, facts.hiding_calls),
            *pool(gate, configured, facts),
            *deciders(gate, document, facts),
            *signatures(gate, configured, facts),
            *launch(gate, configured),
            *ways(gate, configured, facts),
        ]
    # Two routes that share a gate find the same.
    return [problem for place, problem in enumerate(found) if problem not in found[:place]]


def advice(document: Document, facts: Facts) -> list[Problem]:
    """What keeps nothing from being published, and is worth knowing first: of two who vote, each knows the other."""
    return [
        Problem("two_hidden_voters", f"/gates/{gate}/seats", {"gate": gate})
        for gate, configured in gates_in_use(document, facts)
        if configured.get("seats") == 2
        and (_hides_voters(gate, configured) or (gate != ADMISSION and facts.hiding_calls))
    ]


def gates_in_use(document: Document, facts: Facts) -> list[tuple[str, Mapping[str, Any]]]:
    """The gates that a route passes, in order."""
    used = {station.gate for route in facts.routes.values() for station in route.stations.values()}
    return [(gate, configured) for gate, configured in sorted(document["gates"].items()) if gate in used]


def texts(document: Document) -> Iterator[Problem]:
    """Every word that people read is there in both languages."""
    for pointer, words in worded(document):
        given = [language for language in LANGUAGES if str(words.get(language) or "").strip()]
        optional = any(f"/{name}" in pointer for name in OPTIONAL)
        if given or not optional:
            for language in LANGUAGES:
                if language not in given:
                    yield Problem("text_missing", f"{pointer}/{language}", {"language": language})


def weights(gate: str, configured: Mapping[str, Any]) -> Iterator[Problem]:
    """The weights of a gate's criteria are above zero and add up to 100."""
    criteria = configured.get("criteria") or []
    for place, criterion in enumerate(criteria):
        if criterion["weight"] == 0:
            yield Problem("weight_zero", f"/gates/{gate}/criteria/{place}/weight", {"gate": gate})
    total = sum(criterion["weight"] for criterion in criteria)
    if criteria and total != 100:
        yield Problem("weights", f"/gates/{gate}/criteria/0/weight", {"gate": gate, "total": total})


def panel(gate: str, configured: Mapping[str, Any]) -> Iterator[Problem]:
    """A panel has a quorum that its seats can reach, and something to judge by; scores have a panel."""
    seats, place = configured.get("seats", 0), f"/gates/{gate}"
    if gate == ADMISSION:
        yield from admission(configured)
    elif not seats and configured.get("criteria"):
        yield Problem("criteria_without_panel", f"{place}/seats", {"gate": gate})
    if not seats:
        return
    if "quorum" not in configured:
        yield Problem("no_quorum", f"{place}/quorum", {"gate": gate})
    elif configured["quorum"] > seats:
        values = {"gate": gate, "quorum": configured["quorum"], "seats": seats}
        yield Problem("quorum_over_seats", f"{place}/quorum", values)
    if configured.get("criteria") and "threshold" not in configured:
        yield Problem("no_threshold", f"{place}/threshold", {"gate": gate})


def admission(configured: Mapping[str, Any]) -> Iterator[Problem]:
    """One lead sits, answers and decides: no other seat, no scores, no other decider."""
    place, values = f"/gates/{ADMISSION}", {"gate": ADMISSION}
    if configured.get("seats") != 1:
        yield Problem("admission_has_one_seat", f"{place}/seats", values)
    if configured.get("criteria"):
        yield Problem("admission_without_scores", f"{place}/criteria/0/weight", values)
    if configured["decider"] != "programme_lead":
        yield Problem("admission_by_lead", f"{place}/decider", values)


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


def pool(gate: str, configured: Mapping[str, Any], facts: Facts) -> Iterator[Problem]:
    """Those who may sit, without the absent and those too close, fill the seats and reach the quorum."""
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
    elif short := sum(left < quorum for left in found.by_idea):
        yield Problem("quorum_unreachable_for_ideas", f"{place}/quorum", values | {"ideas": short})
    if seats > 1 and found.available and not found.chairs:
        yield Problem("no_chair", f"{place}/seats", values)
    if configured.get("diversity") and found.available > 0 and found.departments < 2:
        yield Problem("no_diversity", f"{place}/diversity", values)


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


def launch(gate: str, configured: Mapping[str, Any]) -> Iterator[Problem]:
    """A pilot begins with a sponsor and a complete plan: facts that its gate cannot do without."""
    asked = [rule["key"] for rule in configured.get("must_meet") or [] if rule["kind"] == "fact"]
    for key in LAUNCH_FACTS.get(gate, ()):
        if key not in asked:
            yield Problem("launch_fact_missing", f"/gates/{gate}/must_meet", {"gate": gate, "fact": key})


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
        # Whoever decides the stop, somebody else is left to answer.
        if own and any(not others - {decider} for decider in own):
            yield Problem("stop_without_recourse", f"/gates/{gate}/decider", {"gate": gate})


def _may_be_sent_up(gate: str, facts: Facts) -> bool:
    """Whether the author of an idea stopped here may take it to the programme: that is the recourse."""
    return any(
        "sent_up" in route.stations[after].ways
        for route in facts.routes.values()
        for station in route.stations.values()
        if station.gate == gate and (after := station.ways.get("stop", "")) in route.stations
    )


def ways(gate: str, configured: Mapping[str, Any], facts: Facts) -> Iterator[Problem]:
    """Every outcome leads somewhere, one of those going on leads to the end, and each fact is read by someone."""
    onward = configured.get("go_on") or ("go", "go_with_conditions")
    for place, rule in enumerate(configured.get("must_meet") or []):
        if rule["kind"] == "fact" and rule["key"] not in facts.known_facts:
            values = {"gate": gate, "key": rule["key"]}
            yield Problem("fact_nobody_reads", f"/gates/{gate}/must_meet/{place}", values)
    for route in facts.routes.values():
        station = next((one for one in route.stations.values() if one.gate == gate), None)
        if station is None:
            continue
        for outcome in (*onward, *gate_rules.BACK_AT.get(gate, gate_rules.BACK)):
            if outcome not in station.ways:
                yield Problem(
                    "outcome_leads_nowhere", f"/gates/{gate}/go_on", {"gate": gate, "outcome": outcome}
                )
        # A pilot is extended once in all: a way that only extends comes back to this gate and finds it closed.
        starts = [station.ways[one] for one in onward if one in station.ways and one != "extend"]
        if not any(_reaches(route, start) for start in starts):
            yield Problem("no_way_on", f"/gates/{gate}/go_on", {"gate": gate})


def _reaches(route: Route, start: str) -> bool:
    """Whether the route's goal can be reached from a station."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == route.goal:
            return True
        if name not in seen and name in route.stations:
            seen.add(name)
            waiting += route.stations[name].ways.values()
    return False


def clocks(document: Document, facts: Facts) -> Iterator[Problem]:
    """Votes are in before the decision is due, and the pool is large enough to keep the delay of the opinion."""
    gates = dict(gates_in_use(document, facts))
    for gate, configured in gates.items():
        asked, due = configured.get("review_in"), configured.get("due")
        if asked and due and asked > due:
            yield Problem(
                "review_after_due", f"/gates/{gate}/review_in", {"gate": gate, "votes": asked, "due": due}
            )
        whole = configured.get("due_from_submission")
        if whole and gate in AFTER_A_STAGE:
            yield Problem("due_after_a_stage", f"/gates/{gate}/due_from_submission", {"gate": gate})
            continue
        before = gates.get(ADMISSION, {}).get("due", 0) if gate == "G1" else 0
        if whole and whole < before + (asked or 0):
            values = {"gate": gate, "due": whole, "needed": before + (asked or 0)}
            yield Problem("due_before_votes", f"/gates/{gate}/due_from_submission", values)
    yield from _pool_keeps_clock(document, gates, facts)


def seats_needed(configured: Mapping[str, Any], load: Load) -> int:
    """Seats open at one time at this gate, at the pace of the last three months; at least those open now."""
    days = configured.get("review_in") or configured.get("due") or 0
    at_one_time = max(load.open_now, -(-load.entered * days // WINDOW))
    return int(configured.get("seats", 0) * at_one_time)


def _pool_keeps_clock(
    document: Document, gates: Mapping[str, Mapping[str, Any]], facts: Facts
) -> Iterator[Problem]:
    """One pool serves all gates with a panel; a gate with one seat is the lead's own."""
    panels = {gate: found for gate, found in gates.items() if found.get("seats", 0) > 1}
    needed = {gate: seats_needed(found, facts.loads.get(gate, Load())) for gate, found in panels.items()}
    people = max((facts.pools[gate].available for gate in panels if gate in facts.pools), default=0)
    room = people * document["open_seats_per_person"]
    if people and sum(needed.values()) > room:
        gate = max(needed, key=lambda one: needed[one])
        days = panels[gate].get("review_in") or panels[gate].get("due") or 0
        values = {"gate": gate, "days": days, "needed": sum(needed.values()), "room": room, "people": people}
        name = "review_in" if "review_in" in panels[gate] else "due"
        yield Problem("clock_over_pool", f"/gates/{gate}/{name}", values)
