"""Reads for the checker and the pages: who could sit, decide and sign today, and who stays on an older version."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import Exact, IsNull

from ideas.calls.models import Call, Programme
from ideas.calls.queries import leads
from ideas.drafting.models import Idea, TeamMember
from incubator.lib import clock, working_days
from incubator.lib.clock import today
from incubator.lib.reference import defaults
from incubator.people import grants
from incubator.people.models import Person, Post
from workflows.gates import authority, facts, pools
from workflows.gates.configuration import rules, wording
from workflows.gates.configuration.document import completed, rules_of
from workflows.gates.configuration.reading import in_force
from workflows.gates.configuration.rules import WINDOW, Facts, Left, Load, Pool, Route, gates_in_use
from workflows.gates.conflicts import conflicts_with
from workflows.gates.models import Configuration, GateConfiguration, GateRound
from workflows.gates.rules import GO_ON

READERS = ("programme_lead", "administrator", "cst_member", "auditor")
RUNNING = ("live", "held")
# The route that short ones hand an idea to.
STANDARD = "standard"
# Ended, and brought back to a gate by a re-examination, or by a merge that is undone, while their process runs.
MAY_RETURN = ("stopped", "merged")
# The departments with staff today that no delegation of a director, or of a deputy director general, covers.
UNSIGNED = """
with recursive signing as (
  select department_id as id from people_mandate where id = any(%(mandates)s)
  union select d.id from people_department d join signing on d.parent_id = signing.id
)
select count(distinct p.department_id) from people_post p join people_department d on d.id = p.department_id
where d.entity_id = %(entity)s and p.starts_on <= %(today)s and (p.ends_on is null or p.ends_on > %(today)s)
and p.department_id not in (select id from signing)
"""

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


def held_by(person: Person) -> dict[str, bool]:
    """The roles this person holds somewhere, each with whether it opens a running staff programme; one query."""
    running = Programme.objects.filter(
        Q(key=OuterRef("programme_key")) | Q(Exact(OuterRef("programme_key"), Value(""))),
        Q(entity=OuterRef("entity")) | Q(IsNull(OuterRef("entity"), True)),
        closed_on=None,
        kind=Programme.Kind.STAFF,
    )
    opens = Q(Exists(running), role__in=READERS, department=None)
    held = grants.all_of_person(person).annotate(opens=ExpressionWrapper(opens, BooleanField()))
    return dict(held.order_by("opens").values_list("role", "opens"))


def readable_programmes(person: Person) -> list[Programme]:
    """The staff programmes whose configuration this person may read."""
    running = Programme.objects.filter(closed_on=None, kind=Programme.Kind.STAFF).select_related("entity")
    return [programme for programme in running.order_by("key") if may_read(person, programme)]


def versions(programme: Programme) -> QuerySet[Configuration]:
    """All versions, newest first, without their documents."""
    found = Configuration.objects.filter(programme=programme).select_related("changed_by")
    return found.defer("document").order_by("-version")


def listed(programme: Programme, most: int, before: int | None) -> list[Configuration]:
    """Of `versions` those before this one: at most `most`, and one more, which tells that there are older ones."""
    found = versions(programme)
    return list((found if before is None else found.filter(version__lt=before))[: most + 1])


def states(programme: Programme) -> set[str]:
    """The states that versions of this programme are in."""
    found = Configuration.objects.filter(programme=programme).order_by()
    return set(found.values_list("state", flat=True).distinct())


def changed_gates(document: Mapping[str, Any], programme: Programme) -> list[str]:
    """The gates whose published rules this document would replace; those without a published row count too."""
    published = GateConfiguration.objects.filter(programme=programme, state="published")
    same = {one.gate for one in published if _as_in(one, completed(document, defaults()))}
    return [gate for gate in sorted(document["gates"]) if gate not in same]


def _as_in(published: GateConfiguration, whole: Mapping[str, Any]) -> bool:
    """Whether this whole document has the rules that one of its gates once took."""
    known = published.gate in whole["gates"]
    return known and completed(published.rules, defaults()) == rules_of(whole, published.gate)


def staying(document: Mapping[str, Any], programme: Programme) -> int:
    """How many running ideas keep rules at a gate that this document has otherwise: those in force, or older ones."""
    rounds = GateRound.objects.filter(idea__programme=programme, idea__state__in=RUNNING)
    kept = GateConfiguration.objects.filter(pk__in=rounds.values("configuration"))
    whole = completed(document, defaults())
    other = [one.pk for one in kept if not _as_in(one, whole)]
    return rounds.filter(configuration__in=other).aggregate(ideas=Count("idea", distinct=True))["ideas"] or 0


def advised_on(document: Mapping[str, Any], programme: Programme) -> Facts:
    """What the advice on an open version has to know, in few statements: it is asked each time its page is shown."""
    known, loads = outline(programme), _loads(programme)
    untried = {
        gate: len(pools.able(configured.get("pool") or ["panel_member"], programme)[0])
        for gate, configured in gates_in_use(document, known)
        if gate != rules.ADMISSION and configured.get("seats") and gate not in loads
    }
    return replace(known, untried=untried)


def outline(programme: Programme) -> Facts:
    """What the checker has to know whoever holds which role: the routes, and the calls that hide who votes."""
    return Facts(routes=routes(), hiding_calls=_hiding_calls(programme))


def _hiding_calls(programme: Programme) -> tuple[dict[str, str], ...]:
    """Open or to come, or with ideas that are under way or may be again."""
    to_come = Q(always_open=True) | Q(closes_at__gt=clock.now())
    may_return = Q(state__in=MAY_RETURN, processes__finished=None, processes__isnull=False)
    under_way = Exists(Idea.objects.filter(Q(state__in=RUNNING) | may_return, call=OuterRef("pk")))
    hiding = Call.objects.filter(programme=programme, voters_hidden=True)
    found = hiding.filter(to_come | under_way).order_by("pk")
    return tuple(
        {"fr": french, "en": english} for french, english in found.values_list("title_fr", "title_en")
    )


def against_call(programme: Programme, settings: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What is held against a call with these settings: it hides who votes where one vote can be the opinion."""
    if not settings["voters_hidden"]:
        return {}
    hiding = ({"fr": settings["title_fr"], "en": settings["title_en"]},)
    found = [
        problem
        for gate, configured in gates_in_use(in_force(programme), Facts(routes=routes()))
        for problem in rules.hidden_by_calls(gate, configured, hiding)
    ]
    return {"voters_hidden": [wording.against_call(problem) for problem in found]} if found else {}


def facts_of(document: Mapping[str, Any], programme: Programme) -> Facts:
    """What the checker has to know of the city today."""
    known = outline(programme)
    gates = dict(gates_in_use(document, known))
    return replace(
        known,
        pools={gate: _pool(found, gate, programme) for gate, found in gates.items() if found.get("seats")},
        loads=_loads(programme),
        deciders={gate: _deciders(programme, gate, found["decider"]) for gate, found in gates.items()},
        second_signers=_holders(programme, ["director", "dga"]),
        procurement=_holders(programme, ["procurement"]),
        unsigned_departments=_unsigned(programme),
        reexaminers={gate: _holders(programme, authority.reexamining(gate)) for gate in gates},
        known_facts=facts.known(),
    )


def _deciders(programme: Programme, gate: str, decider: str) -> frozenset[int]:
    # The sponsor is another person for each idea: the lead is the one who has to be there.
    if decider == rules.TOGETHER:
        return _holders(programme, ["programme_lead"])
    # Each idea of the local route names the service asked: whoever heads any.
    found = grants.mandates(
        entity=programme.entity,
        capacities=authority.capacities(gate, decider),
        programme_key=programme.key,
        anywhere=(gate, decider) == ("L", rules.HEAD),
    )
    return frozenset(one.holder_id for one in found if authority.decides(one, decider, programme))


def _holders(programme: Programme, capacities: list[str], anywhere: bool = False) -> frozenset[int]:
    found = grants.mandates(
        entity=programme.entity, capacities=capacities, programme_key=programme.key, anywhere=anywhere
    ).values_list("holder", flat=True)
    return frozenset(found)


def _unsigned(programme: Programme) -> int:
    """How many departments have staff whose time no director, nor a deputy director general, could sign for."""
    entity = programme.entity
    signing = dict(
        grants.mandates(
            entity=entity, capacities=["director", "dga"], programme_key=programme.key, anywhere=True
        ).values_list("pk", "department")
    )
    if None in signing.values():
        return 0
    values: dict[str, Any] = {
        "mandates": list(signing),
        "entity": entity.pk,
        "today": today(entity.time_zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(UNSIGNED, values)
        departments: int = cursor.fetchone()[0]
    return departments


def _pool(configured: Mapping[str, Any], gate: str, programme: Programme) -> Pool:
    alone = gate == rules.ADMISSION
    found, chairs = pools.able([] if alone else configured.get("pool") or ["panel_member"], programme)
    people = set(pools.holders("programme_lead", programme)) if alone else set(found)
    away = _away(people, configured, programme)
    here = sorted(people - away, key=lambda person: person.staff_number)
    places = _departments({person.pk for person in here}, programme)
    return Pool(
        here=frozenset(person.pk for person in here),
        absent=len(away),
        chairs=sum(person.pk in chairs for person in here),
        departments=len(set().union(*places.values())),
        by_idea=_by_idea(here, chairs, places, gate, programme),
    )


def _away(people: set[Person], configured: Mapping[str, Any], programme: Programme) -> set[Person]:
    """Away today, when seats are filled, or on the day the votes are due, with nobody standing in on that day.

    A deputy stands in for one: nobody votes twice, in a seat of one's own neither.
    """
    entity = programme.entity
    days = configured.get("review_in") or configured.get("due") or 1
    due = working_days.due(
        clock.now(),
        days,
        zone=entity.time_zone,
        country=entity.holidays_country,
        closing_days=entity.closing_days,
    ).date()
    listed = sorted(people, key=lambda person: person.staff_number)
    away = set(grants.absent_among(listed, today(entity.time_zone)))
    deputies = grants.deputies_among(listed, due)
    others = {deputy.pk: deputy for found in deputies.values() for deputy in found if deputy not in people}
    free = others.keys() - set(grants.absent_among(list(others.values()), due))
    for person, found in deputies.items():
        if person in away:
            continue
        lent = next((deputy.pk for deputy in found if deputy.pk in free), None)
        if lent is None:
            away.add(person)
        free -= {lent}
    return {person for person in people if person.pk in away}


def _departments(people: Collection[int], programme: Programme) -> dict[int, set[int]]:
    """The departments of these persons' posts today, by primary key; none for who has no post."""
    day = today(programme.entity.time_zone)
    posts = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day, person__in=people)
    found: dict[int, set[int]] = defaultdict(set)
    for person, department in posts.values_list("person", "department"):
        found[person].add(department)
    return found


def _by_idea(
    people: list[Person],
    chairs: set[int],
    places: Mapping[int, set[int]],
    gate: str,
    programme: Programme,
) -> tuple[Left, ...]:
    """For each running idea that is still to come to this gate: who is left without any conflict."""
    ahead = list(
        Idea.objects.filter(_coming_to(gate), programme=programme, state__in=RUNNING)
        .exclude(rounds__gate=gate)
        .only("pk")
        .order_by("pk")
    )
    if not ahead or not people:
        return ()
    against = conflicts_with(people, ahead, gate, today(programme.entity.time_zone))
    homes = _homes(ahead, programme)
    return tuple(
        _left(
            [person.pk for person in people if (idea.pk, person.pk) not in against],
            chairs,
            places,
            homes[idea.pk],
        )
        for idea in ahead
    )


def _coming_to(gate: str) -> Q:
    """Running ideas whose route has this gate, or which may yet be handed to the standard route, where it has it."""
    known = routes().values()
    stations = [(route.key, station) for route in known for station in route.stations.values()]
    having = {key for key, station in stations if station.gate == gate}
    if STANDARD not in having:
        return Q(route__in=having)
    handing = [station.gate for _key, station in stations if "to_programme" in station.ways]
    # What a short route once let go on stays there.
    stays = GateRound.objects.filter(
        idea=OuterRef("pk"), gate__in=handing, state="decided", decision__outcome__in=GO_ON
    )
    return Q(route__in=having) | ~Q(Exists(stays))


def _homes(ideas: list[Idea], programme: Programme) -> dict[int, set[int]]:
    """The departments of each idea's team, as seating reads them."""
    teams = TeamMember.objects.filter(idea__in=ideas, accepted_at__isnull=False).values_list("idea", "person")
    members = list(teams)
    places = _departments({person for _idea, person in members}, programme)
    found: dict[int, set[int]] = defaultdict(set)
    for idea, person in members:
        found[idea] |= places.get(person, set())
    return found


def _left(free: list[int], chairs: set[int], places: Mapping[int, set[int]], home: set[int]) -> Left:
    return Left(
        people=len(free),
        chairs=sum(person in chairs for person in free),
        elsewhere=sum(not places.get(person, set()) & home for person in free),
    )


def _loads(programme: Programme) -> dict[str, Load]:
    rounds = GateRound.objects.filter(idea__programme=programme)
    # Seven days hold five working days.
    since = clock.now() - timedelta(days=WINDOW * 7 // 5)
    entered = list(rounds.filter(entered_at__gte=since).values_list("gate", flat=True))
    waiting = list(rounds.filter(state__in=["seating", "open"]).values_list("gate", flat=True))
    return {gate: Load(waiting.count(gate), entered.count(gate)) for gate in {*entered, *waiting}}
