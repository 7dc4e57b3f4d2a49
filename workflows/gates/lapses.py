"""What the passing of a date ends: roles that gave a seat, delegations, posts. Reads only."""

from datetime import timedelta

from django.db.models import Q

from incubator.lib import clock
from incubator.people import grants
from incubator.people.models import Mandate, Post, RoleGrant
from workflows.gates.models import Seat

# A worker that stood still over a night, or a weekend, still sees what lapsed meanwhile.
LATELY = timedelta(days=4)
PANEL = ("panel_member", "chair")


def role_holders() -> list[int]:
    """Persons with an open seat whose role ended lately, by primary key."""
    ended = RoleGrant.objects.filter(
        role__in=[*PANEL, "programme_lead"], ends_at__lte=clock.now(), ends_at__gt=clock.now() - LATELY
    )
    seats = Seat.objects.filter(state="open", round__state__in=["seating", "open"])
    found = (
        seats.filter(person__in=ended.values("person")).order_by("person").values_list("person", flat=True)
    )
    return list(found.distinct())


def entities_of_mandates() -> list[int]:
    """Entities where a delegation ended or began lately, by primary key."""
    return list(
        Mandate.objects.filter(_lately()).order_by("entity").values_list("entity", flat=True).distinct()
    )


def posts_changed() -> bool:
    """Whether someone's post ended or began lately."""
    return Post.objects.filter(_lately()).exists()


def _lately() -> Q:
    window = (clock.today() - LATELY, clock.today())
    return Q(starts_on__range=window) | Q(ends_on__range=window)


def seats_without_role(person: int) -> list[Seat]:
    """The open seats of a person that a role gave and no role gives any more.

    A seat given by hand to someone who never had such a role, a guest for instance, depends on none.
    """
    seats = Seat.objects.filter(person=person, state="open", round__state__in=["seating", "open"])
    found = seats.select_related("person", "round__idea__programme__entity").order_by("round__idea_id", "pk")
    return [seat for seat in found if _role_is_over(seat)]


def _role_is_over(seat: Seat) -> bool:
    programme = seat.round.idea.programme
    if seat.round.gate == "G0":
        roles: tuple[str, ...] = ("programme_lead",)
    else:
        roles = ("chair",) if seat.is_chair else PANEL
    had = RoleGrant.objects.filter(person=seat.person, role__in=roles, ends_at__lte=clock.now())
    return had.exists() and not any(
        grants.holds(seat.person, role, entity=programme.entity, programme_key=programme.key)
        for role in roles
    )
