"""What the passing of a date ends: roles that gave a seat, delegations, posts. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Q

from ideas.calls.models import Programme
from incubator.lib import clock
from incubator.people import grants
from incubator.people.models import Mandate, Person, Post, RoleGrant
from workflows.gates import pools
from workflows.gates.leading import who_leads
from workflows.gates.models import GateRound, Seat

# A worker that stood still over a night, or a weekend, still sees what lapsed meanwhile.
LATELY = timedelta(days=4)
ELECTED = Mandate.Capacity.ELECTED
# Roles by which someone has a seat, at one gate or another.
SEATED_BY = (*pools.ROLES, pools.CHAIR, "programme_lead")


def role_holders() -> list[int]:
    """Persons with an open seat whose role, or mandate as an elected member, ended lately, by primary key."""
    ended = RoleGrant.objects.filter(
        role__in=SEATED_BY, ends_at__lte=clock.now(), ends_at__gt=clock.now() - LATELY
    )
    elected = Mandate.objects.filter(_lately(), capacity=ELECTED)
    seats = Seat.objects.filter(
        Q(person__in=ended.values("person")) | Q(person__in=elected.values("holder")),
        state="open",
        round__state__in=["seating", "open"],
    )
    return list(seats.order_by("person").values_list("person", flat=True).distinct())


def entities_of_mandates() -> list[int]:
    """Entities where a delegation ended or began lately, by primary key."""
    return list(
        Mandate.objects.filter(_lately()).order_by("entity").values_list("entity", flat=True).distinct()
    )


def leads_changed() -> list[tuple[int | None, str]]:
    """Entity (by primary key, None for all) and programme's key ('' for all) of lead roles begun or ended lately."""
    window = (clock.now() - LATELY, clock.now())
    found = RoleGrant.objects.filter(
        Q(starts_at__range=window) | Q(ends_at__range=window), role="programme_lead"
    )
    return list(found.order_by("pk").values_list("entity", "programme_key").distinct("pk"))


def posts_changed() -> bool:
    """Whether someone's post ended or began lately."""
    return Post.objects.filter(_lately()).exists()


def _lately() -> Q:
    window = (clock.today() - LATELY, clock.today())
    return Q(starts_on__range=window) | Q(ends_on__range=window)


def rounds_without_panel() -> list[str]:
    """Keys of the rounds for which no panel was found: whoever is back, or named meanwhile, may sit now."""
    return [
        str(key)
        for key in GateRound.objects.filter(state="seating").order_by("idea_id").values_list("key", flat=True)
    ]


def seats_without_role(person: int) -> list[Seat]:
    """The open seats of a person that a role gave and no role gives any more.

    A seat given by hand to someone who never had such a role, a guest for instance, depends on none.
    """
    seats = Seat.objects.filter(person=person, state="open", round__state__in=["seating", "open"])
    found = seats.select_related("person", "round__idea__programme__entity").order_by("round__idea_id", "pk")
    return [seat for seat in found if _role_is_over(seat)]


def admissions_of_others(programmes: Iterable[Programme]) -> list[Seat]:
    """The open seats at G0 without a vote whose holder does not lead: that of a director who stood in for a lead,
    now that one is named. While nobody leads at all, they stay with whoever has them.
    """
    seats = Seat.objects.filter(
        round__gate="G0",
        round__state__in=["seating", "open"],
        round__idea__programme__in=list(programmes),
        state="open",
    )
    waiting = seats.exclude(votes__in_force=True).order_by("round__idea_id", "pk")
    leading = [
        (seat, who_leads(seat.round.idea))
        for seat in waiting.select_related("person", "round__idea__programme__entity")
    ]
    return [seat for seat, leads in leading if leads and seat.person not in leads]


def _role_is_over(seat: Seat) -> bool:
    programme = seat.round.idea.programme
    if seat.round.gate == "G0":
        had = _ended(seat.person, ["programme_lead"])
        holds = grants.holds(
            seat.person, "programme_lead", entity=programme.entity, programme_key=programme.key
        )
        return had and not holds
    sources = [] if seat.is_chair else [*(seat.round.rules.get("pool") or []), "panel_member"]
    had = _ended(seat.person, [*sources, pools.CHAIR])
    if pools.ELECTED in sources:
        today = clock.today(programme.entity.time_zone)
        mandates = Mandate.objects.filter(holder=seat.person, capacity=ELECTED, ends_on__lte=today)
        had = had or mandates.exists()
    return had and not pools.may_sit(seat.person, programme, sources)


def _ended(person: Person, roles: Sequence[str]) -> bool:
    return RoleGrant.objects.filter(person=person, role__in=roles, ends_at__lte=clock.now()).exists()
