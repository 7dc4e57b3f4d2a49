"""What a person is to an idea: its team, a lead of its programme, the holder of a mandate in its entity.

Read at the instant of the act, never copied. A deputy acts with the right of the absent person.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ideas.drafting.models import EVER_IN_TEAM, Idea, TeamMember
from incubator.lib import clock, working_days
from incubator.lib.built_once import BuiltOnce, Given
from incubator.lib.refusals import NotAllowed
from incubator.people import grants
from incubator.people.actors import Actor
from incubator.people.models import Person

AUTHORS = (TeamMember.Role.AUTHOR, TeamMember.Role.CO_AUTHOR)


def authors(idea: Idea | Given) -> QuerySet[Person]:
    """The team that answers for the idea now: author and co-authors who accepted and have not left."""
    return Person.objects.filter(
        is_active=True,
        memberships__idea=idea,
        memberships__role__in=AUTHORS,
        memberships__accepted_at__isnull=False,
        memberships__left_at=None,
    ).order_by("staff_number")


def authors_now(idea: Idea) -> list[Person]:
    """`authors`, read: for an act that asks them."""
    return TEAM.all(idea=idea.pk)


TEAM = BuiltOnce(lambda: authors(Given("idea")))


def is_author(idea: Idea, person: Person) -> bool:
    """Whether this person is of the team that answers for the idea now."""
    return authors(idea).filter(pk=person.pk).exists()


def was_ever_in_team(idea: Idea, person: Person) -> bool:
    """Whether this person ever accepted a place in the team, helpers and coaches included."""
    return TeamMember.objects.filter(EVER_IN_TEAM, idea=idea, person=person).exists()


def leads(idea: Idea) -> QuerySet[Person]:
    """The leads of the idea's programme, now; never someone who was ever in its team, or in one merged into it."""
    programme = idea.programme
    team = TeamMember.objects.filter(EVER_IN_TEAM, Q(idea=idea) | Q(idea__merged_into=idea))
    return grants.holders("programme_lead", entity=programme.entity, programme_key=programme.key).exclude(
        pk__in=team.values("person")
    )


def is_lead(idea: Idea, person: Person) -> bool:
    return leads(idea).filter(pk=person.pk).exists()


def mandated(idea: Idea, *capacities: str) -> list[Person]:
    """Who holds a mandate in one of these capacities in the idea's entity today, each once."""
    found = grants.mandates(
        entity=idea.programme.entity, capacities=list(capacities), programme_key=idea.programme.key
    )
    return list({mandate.holder_id: mandate.holder for mandate in found}.values())


def is_mandated(idea: Idea, person: Person, *capacities: str) -> bool:
    return grants.mandates(
        entity=idea.programme.entity,
        capacities=list(capacities),
        programme_key=idea.programme.key,
        holder=person,
    ).exists()


def acting_as(person: Person, rightful: Iterable[Person]) -> Actor:
    """The actor when `person` opens what is for one of `rightful`: oneself, else a deputy for someone absent.

    Without any right it is the person alone; the action then refuses.
    """
    wanted = {one.pk: one for one in rightful}
    if person.pk not in wanted and wanted:
        absent = grants.stands_in_for(person).filter(pk__in=wanted).order_by("staff_number").first()
        if absent is not None:
            return Actor(person=person, on_behalf_of=absent)
    return Actor(person=person)


def check_stands_in(by: Actor) -> None:
    """Raises NotAllowed when the actor claims to act for someone who is not absent, or lent to someone else."""
    if by.on_behalf_of is not None and not (
        grants.stands_in_for(by.human).filter(pk=by.on_behalf_of.pk).exists()
    ):
        raise NotAllowed(
            _("You no longer stand in for this person. If you should, ask them to name you as deputy again."),
            code="actor.not_deputy",
        )


def due_in(idea: Idea, days: int, *, after: datetime | None = None) -> datetime:
    """The due time `days` working days of the idea's entity after `after` (aware; default: now), in UTC."""
    entity = idea.programme.entity
    return working_days.due(
        after or clock.now(),
        days,
        zone=entity.time_zone,
        country=entity.holidays_country,
        closing_days=entity.closing_days,
    )
