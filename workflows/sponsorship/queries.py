"""Reads of promises, time and budget."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from ideas import roles
from ideas.drafting.models import EVER_IN_TEAM, Idea, TeamMember
from ideas.lock import is_locked, read_once
from incubator.lib import clock
from incubator.lib.reference import in_language
from incubator.people import reporting
from incubator.people.actors import Actor
from incubator.people.models import Mandate, Person, Post, RoleGrant
from workflows.gates.configuration.document import PROCUREMENT_ABOVE, rules_of
from workflows.gates.configuration.reading import in_force
from workflows.gates.models import GateRound
from workflows.sponsorship.models import BudgetLine, Pledge, ProcurementRoute, TimeRelease

DIRECTING = (Mandate.Capacity.DIRECTOR, Mandate.Capacity.DGA)
# The name by which an act keeps what `pledge_in_force` gave; whoever signs or ends a promise says so.
PROMISE = "promise"
# The stage during which finance confirms the budget line of a gate.
LINE_AT = {"G2": Idea.Stage.SPONSORSHIP, "G4": Idea.Stage.EVALUATION}
# Rounds whose idea may not change what they are asked about.
ASKED_ABOUT = (GateRound.State.SEATING, GateRound.State.OPEN)
WAITING = (TimeRelease.State.ASKED, TimeRelease.State.DISPUTED)
RUNNING = (*WAITING, TimeRelease.State.SIGNED)


def eligible_sponsors(idea: Idea) -> QuerySet[Person]:
    """Who may sponsor today: heads of a direction, directors and deputy directors general by mandate, and whoever
    holds the role; never someone who was ever in the team."""
    entity, now = idea.programme.entity, clock.now()
    day = clock.today(entity.time_zone)
    dated = Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))
    heads = Post.objects.filter(
        dated, person=OuterRef("pk"), is_head=True, department__parent=None, department__entity=entity
    )
    directing = Mandate.objects.filter(dated, holder=OuterRef("pk"), entity=entity, capacity__in=DIRECTING)
    granted = RoleGrant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now),
        Q(entity=None) | Q(entity=entity),
        programme_key__in=["", idea.programme.key],
        person=OuterRef("pk"),
        role=RoleGrant.Role.SPONSOR,
        starts_at__lte=now,
    )
    team = TeamMember.objects.filter(EVER_IN_TEAM, person=OuterRef("pk"), idea=idea)
    return Person.objects.filter(
        Exists(heads) | Exists(directing) | Exists(granted), ~Exists(team), is_active=True
    ).order_by("family_name", "given_name", "staff_number")


def pledge_in_force(idea: Idea) -> Pledge | None:
    """The signed promise with its sponsor, and what was `answered` at launch; an act that holds the idea's lock asks
    once."""
    signed = Pledge.objects.filter(idea=idea, state=Pledge.State.SIGNED).select_related("sponsor")
    lines, releases = _answers("idea", "G2")
    answers = {"line_confirmed_at": Subquery(lines), "releases": ArraySubquery(releases)}
    return read_once(idea.pk, PROMISE, signed.annotate(**answers).first)


def sponsor_of(idea: Idea) -> Person | None:
    """The sponsor whose promise is in force."""
    pledge = pledge_in_force(idea)
    return pledge.sponsor if pledge else None


def sponsors_of(ideas: Sequence[Idea]) -> list[tuple[int, int]]:
    """(idea's, sponsor's primary key) of each whose promise is in force."""
    if len(ideas) == 1 and is_locked(ideas[0].pk):
        promised = pledge_in_force(ideas[0])
        return [] if promised is None else [(promised.idea_id, promised.sponsor_id)]
    signed = Pledge.objects.filter(idea__in=ideas, state=Pledge.State.SIGNED)
    return list(signed.values_list("idea_id", "sponsor_id"))


def pledges(idea: Idea) -> list[Pledge]:
    return list(Pledge.objects.filter(idea=idea).select_related("sponsor").order_by("asked_at", "pk"))


def time_releases(idea: Idea) -> list[TimeRelease]:
    """All of the idea, newest first for each member, with the persons named in them."""
    return list(
        TimeRelease.objects.filter(member__idea=idea)
        .select_related("member__person", "manager", "director", "arbiter", "signed_by")
        .order_by("member_id", "-agreed_at", "-pk")
    )


def budget_lines(idea: Idea) -> list[BudgetLine]:
    return list(BudgetLine.objects.filter(idea=idea).order_by("gate"))


def launch_facts(idea: Idea) -> dict[str, str]:
    """The facts that the launch needs, in the order of its configuration, each with its words there.

    Those of the idea's last round at this gate, which rework uses again, else of the version in force.
    """
    asked = _launch_rules(idea)["must_meet"]
    return {rule["key"]: in_language(rule) for rule in asked if rule["kind"] == "fact"}


def _launch_rules(idea: Idea) -> dict[str, Any]:
    frozen = (
        GateRound.objects.filter(idea=idea, gate="G2").order_by("-number").values_list("rules", flat=True)
    )
    return frozen.first() or rules_of(in_force(idea.programme), "G2")


def route_is_asked(idea: Idea) -> bool:
    """Whether what is promised is more than the launch may cost without procurement."""
    promised, above = pledge_in_force(idea), _launch_rules(idea).get(PROCUREMENT_ABOVE)
    return promised is not None and above is not None and (promised.euros or 0) > above


def procurement_route(idea: Idea) -> ProcurementRoute | None:
    """The route named since the promise in force; an older one was for another promise."""
    promised = pledge_in_force(idea)
    if promised is None:
        return None
    return ProcurementRoute.objects.filter(idea=idea, written_at__gte=promised.answered_at).first()


def asking_services(entity: int) -> list[int]:
    """Ideas of an entity that finance or procurement may be asked about, by primary key."""
    rounds = GateRound.objects.filter(idea=OuterRef("pk"), gate="G4", state__in=ASKED_ABOUT)
    promises = Pledge.objects.filter(idea=OuterRef("pk"), state=Pledge.State.SIGNED)
    found = Idea.objects.filter(
        Q(Exists(promises), stage=Idea.Stage.SPONSORSHIP) | Q(Exists(rounds), stage=Idea.Stage.EVALUATION),
        programme__entity=entity,
        state=Idea.State.LIVE,
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def in_arbitration(idea: Idea) -> list[TimeRelease]:
    """The refusals of time of an idea that wait to be settled."""
    disputed = TimeRelease.objects.filter(member__idea=idea, state=TimeRelease.State.DISPUTED)
    return list(disputed.select_related("member__person", "manager", "director").order_by("pk"))


def disputing(entity: int) -> list[int]:
    """Ideas of an entity in which a refusal of time waits to be settled, by primary key."""
    disputed = TimeRelease.objects.filter(member__idea=OuterRef("pk"), state=TimeRelease.State.DISPUTED)
    found = Idea.objects.filter(
        Exists(disputed),
        programme__entity=entity,
        state__in=[Idea.State.LIVE, Idea.State.HELD],
        stage__in=[Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT],
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def is_line_asked(idea: Idea, gate: str) -> bool:
    """Whether a gate's budget line may be confirmed where the idea is: at launch under a promise in force alone."""
    if idea.stage != LINE_AT.get(gate):
        return False
    return gate != "G2" or pledge_in_force(idea) is not None


def is_route_wanted(idea: Idea) -> bool:
    """Whether procurement is asked for its route now, and has not named it since the promise."""
    here = idea.state == Idea.State.LIVE and idea.stage == Idea.Stage.SPONSORSHIP
    return here and route_is_asked(idea) and procurement_route(idea) is None


class Asked(NamedTuple):
    """What finance and directors have answered at a gate: when its line was confirmed, and the time of each member
    asked for, oldest first: (member's primary key, role, state)."""

    line_confirmed_at: datetime | None
    releases: list[tuple[int, str, str]]


def answered(idea: Idea, gate: str) -> Asked:
    """At launch with the promise in force, if there is one; else in a statement of its own."""
    promised = pledge_in_force(idea) if gate == "G2" else None
    if promised is not None and hasattr(promised, "line_confirmed_at"):
        confirmed_at, releases = promised.line_confirmed_at, promised.releases  # type: ignore[attr-defined]
    else:
        lines, rows = _answers("pk", gate)
        found = Idea.objects.filter(pk=idea.pk).values_list(Subquery(lines), ArraySubquery(rows))
        confirmed_at, releases = read_once(idea.pk, f"answered {gate}", found.get)
    return Asked(confirmed_at, [(one["member"], one["role"], one["state"]) for one in releases])


def _answers(idea: str, gate: str) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    """When a gate's line was confirmed, and the time releases, of the idea that this field of the outer row names."""
    lines = BudgetLine.objects.filter(idea=OuterRef(idea), gate=gate).values("confirmed_at")
    releases = TimeRelease.objects.filter(
        member__idea=OuterRef(idea), member__accepted_at__isnull=False, member__left_at=None
    ).order_by("agreed_at", "pk")
    row = JSONObject(member="member_id", role="member__role", state="state")
    return lines, releases.values(row=row)


def time_is_released(idea: Idea, gate: str = "G2") -> bool:
    """The fact of the launch: the author's time is signed, and so is that of every member who asked for it."""
    newest = {member: (role, state) for member, role, state in answered(idea, gate).releases}
    asked = [one for one in newest.values() if one[1] != TimeRelease.State.WITHDRAWN]
    signed = TimeRelease.State.SIGNED
    return any(role == TeamMember.Role.AUTHOR and state == signed for role, state in asked) and all(
        state == signed for _role, state in asked
    )


def silent() -> QuerySet[TimeRelease]:
    """Time releases whose manager's time to answer is over, of ideas still on their way."""
    return TimeRelease.objects.filter(
        state=TimeRelease.State.ASKED,
        manager__isnull=False,
        opinion="",
        opinion_due_at__lt=clock.now(),
        member__idea__state__in=[Idea.State.LIVE, Idea.State.HELD],
        member__idea__stage__in=[Idea.Stage.SPONSORSHIP, Idea.Stage.PILOT],
    )


def asks_sponsors(idea: Idea, by: Actor) -> bool:
    """Whether this actor asks someone to sponsor, and takes the question back: of the team, or a lead."""
    return roles.is_author(idea, by.principal) or roles.is_lead(idea, by.principal)


def asking(idea: Idea, person: Person) -> Actor:
    """The actor when this person opens what asks for a sponsor: oneself, or a deputy for a lead who is absent."""
    if roles.is_author(idea, person):
        return Actor(person=person)
    return roles.acting_as(person, roles.leads(idea))


def is_above_team(idea: Idea, person: Person) -> bool:
    """Whether a member of the team works under this person: as line manager in any post, or as the agent's director."""
    day = clock.today(idea.programme.entity.time_zone)
    return person.pk in reporting.above([member.pk for member in roles.authors(idea)], day)


def budget_confirmers(idea: Idea) -> list[Person]:
    """Who is asked for a budget line, and may confirm it: the heads of finance, as `_distant` says."""
    return _distant(idea, Mandate.Capacity.FINANCE)


def route_namers(idea: Idea) -> list[Person]:
    """Who is asked for the procurement route, and may name it: the heads of procurement, as `_distant` says."""
    return _distant(idea, Mandate.Capacity.PROCUREMENT)


def is_distant(idea: Idea, person: Person) -> bool:
    """Whether this person is neither of the team nor a manager of one of it: a deputy must be so too (law 11)."""
    return person.pk not in _close(idea)


def _distant(idea: Idea, capacity: Mandate.Capacity) -> list[Person]:
    """Holders of this mandate.

    Where each of them is of the team, or manages one of it (law 11), whoever directs the services. A number of
    statements that does not grow with the team.
    """
    close = _close(idea)
    for asked in (capacity, Mandate.Capacity.DGS):
        if found := [person for person in roles.mandated(idea, asked) if person.pk not in close]:
            return found
    return []


def _close(idea: Idea) -> set[int]:
    team = set(TeamMember.objects.filter(EVER_IN_TEAM, idea=idea).values_list("person_id", flat=True))
    return team | reporting.managing(team, clock.today(idea.programme.entity.time_zone))
