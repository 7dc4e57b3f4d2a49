"""Reads for the checker and the pages: who could sit, decide and sign today, and who stays on an older version."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ideas.calls.models import Programme
from ideas.calls.queries import leads
from ideas.drafting.models import Idea
from incubator.lib import clock, working_days
from incubator.lib.clock import today
from incubator.people import grants
from incubator.people.models import Person, Post
from workflows.gates import authority, facts, pools
from workflows.gates.configuration.document import rules_of
from workflows.gates.configuration.rules import WINDOW, Facts, Load, Pool, Route, gates_in_use
from workflows.gates.conflicts import conflicts_of
from workflows.gates.models import Configuration, GateConfiguration, GateRound

READERS = ("programme_lead", "administrator", "cst_member", "auditor")
RUNNING = ("live", "held")
# Each idea costs a statement per gate; the newest stand for the others.
MOST_IDEAS = 20

_routes: list[Callable[[], Mapping[str, Route]]] = []


def register_routes(read: Callable[[], Mapping[str, Route]]) -> None:
    """The flows live above this room: `read()` gives them as data, by name."""
    _routes[:] = [read]


def routes() -> Mapping[str, Route]:
    return _routes[0]() if _routes else {}


def may_change(person: Person, programme: Programme) -> bool:
    """Whether this person may draft and publish here: a lead of the programme, or an administrator."""
    return leads(person, programme)


def may_read(person: Person, programme: Programme) -> bool:
    """Leads and administrators, and those who watch over the rules: the committee and the auditor."""
    return any(
        grants.holds(person, role, entity=programme.entity, programme_key=programme.key) for role in READERS
    )


def readable_programmes(person: Person) -> list[Programme]:
    """The staff programmes whose configuration this person may read."""
    running = Programme.objects.filter(closed_on=None, kind=Programme.Kind.STAFF).select_related("entity")
    return [programme for programme in running.order_by("key") if may_read(person, programme)]


def versions(programme: Programme) -> QuerySet[Configuration]:
    """All versions, newest first, without their documents."""
    found = Configuration.objects.filter(programme=programme).select_related("changed_by")
    return found.defer("document").order_by("-version")


def changed_gates(document: Mapping[str, Any], programme: Programme) -> list[str]:
    """The gates whose published rules this document would replace; those without a published row count too."""
    published = GateConfiguration.objects.filter(programme=programme, state="published")
    now = dict(published.values_list("gate", "rules"))
    return [gate for gate in sorted(document["gates"]) if now.get(gate) != rules_of(document, gate)]


def staying(document: Mapping[str, Any], programme: Programme) -> int:
    """How many running ideas keep the version they were judged under, at a gate this document changes."""
    rounds = GateRound.objects.filter(
        gate__in=changed_gates(document, programme),
        idea__programme=programme,
        configuration__state="published",
    )
    return Idea.objects.filter(state__in=RUNNING, pk__in=rounds.values("idea")).count()


def facts_of(document: Mapping[str, Any], programme: Programme) -> Facts:
    """What the checker has to know of the city today."""
    known = routes()
    gates = dict(gates_in_use(document, Facts(routes=known)))
    return Facts(
        routes=known,
        pools={gate: _pool(rules, gate, programme) for gate, rules in gates.items() if rules.get("seats")},
        loads=_loads(programme),
        deciders={gate: _holders(programme, _capacities(rules["decider"])) for gate, rules in gates.items()},
        second_signers=_holders(programme, ["director", "dga"]),
        reexaminers={gate: _holders(programme, authority.reexamining(gate)) for gate in gates},
        known_facts=facts.known(),
    )


def _capacities(decider: str) -> list[str]:
    # The sponsor is another person for each idea: the lead is the one who has to be there.
    return ["programme_lead"] if decider == "sponsor_and_lead" else authority.CAPACITIES[decider]


def _holders(programme: Programme, capacities: list[str]) -> frozenset[int]:
    found = grants.mandates(
        entity=programme.entity, capacities=capacities, programme_key=programme.key
    ).values_list("holder", flat=True)
    return frozenset(found)


def _pool(rules: Mapping[str, Any], gate: str, programme: Programme) -> Pool:
    alone = rules["seats"] == 1
    found, chairs = pools.able([] if alone else rules.get("pool") or ["panel_member"], programme)
    people = set(pools.holders("programme_lead", programme)) if alone else set(found)
    away = _away(people, rules, programme)
    here = sorted(people - away, key=lambda person: person.staff_number)
    return Pool(
        people=len(people),
        absent=len(away),
        available=len(here),
        chairs=sum(person.pk in chairs for person in here),
        departments=_departments(here, programme),
        by_idea=_by_idea(here, gate, programme),
    )


def _away(people: set[Person], rules: Mapping[str, Any], programme: Programme) -> set[Person]:
    """Away today, when seats are filled, or on the day the votes are due."""
    entity = programme.entity
    days = rules.get("review_in") or rules.get("due") or 1
    due = working_days.due(
        clock.now(),
        days,
        zone=entity.time_zone,
        country=entity.holidays_country,
        closing_days=entity.closing_days,
    )
    listed = list(people)
    absent = {*grants.absent_among(listed, today(entity.time_zone)), *grants.absent_among(listed, due.date())}
    return {person for person in people if person.pk in absent}


def _departments(people: list[Person], programme: Programme) -> int:
    day = today(programme.entity.time_zone)
    posts = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day, person__in=people)
    return posts.values("department").distinct().count()


def _by_idea(people: list[Person], gate: str, programme: Programme) -> tuple[int, ...]:
    """For the newest running ideas that have not been at this gate: who is left without any conflict."""
    ahead = (
        Idea.objects.filter(programme=programme, state__in=RUNNING)
        .exclude(rounds__gate=gate)
        .select_related("programme__entity")
        .order_by("-pk")[:MOST_IDEAS]
    )
    found = []
    for idea in ahead:
        against = conflicts_of(people, idea, gate)
        found.append(sum(not (against[person.pk].hard or against[person.pk].soft) for person in people))
    return tuple(found)


def _loads(programme: Programme) -> dict[str, Load]:
    rounds = GateRound.objects.filter(idea__programme=programme)
    # Seven days hold five working days.
    since = clock.now() - timedelta(days=WINDOW * 7 // 5)
    entered = list(rounds.filter(entered_at__gte=since).values_list("gate", flat=True))
    waiting = list(rounds.filter(state__in=["seating", "open"]).values_list("gate", flat=True))
    return {gate: Load(waiting.count(gate), entered.count(gate)) for gate in {*entered, *waiting}}
