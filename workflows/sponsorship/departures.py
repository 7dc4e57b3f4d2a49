"""What this room does when a person leaves the city or a team, or a delegation ends or begins.

A sponsor's promise ends; an answer on time, a budget line or a route is asked of someone else.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ideas.drafting.models import Idea
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Mandate, Person
from workflows.sponsorship import actions, jobs, time_actions
from workflows.sponsorship.models import Pledge, TimeRelease

# Who answers for the city's money; without either, whoever directs the services (`queries.budget_confirmers`).
SERVICES = (Mandate.Capacity.FINANCE, Mandate.Capacity.PROCUREMENT, Mandate.Capacity.DGS)


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`: by idea, in the order of their ids. Run again, it finds nothing to do."""
    open_stages = {"idea__stage__in": ["sponsorship", "pilot"], "idea__ended_at": None}
    for pledge in Pledge.objects.filter(sponsor=person, state="signed", **open_stages).order_by("idea_id"):
        actions.withdraw_pledge(pledge=pledge, by=_system(by))
    for pledge in Pledge.objects.filter(sponsor=person, state="asked").order_by("idea_id"):
        actions.lapse_question(pledge=pledge, by=_system(by))
    running = {"member__idea__stage__in": ["sponsorship", "pilot"], "member__idea__ended_at": None}
    waiting = TimeRelease.objects.filter(state__in=["asked", "disputed"], **running)
    releases = list(waiting.select_related("member").order_by("member__idea_id", "pk"))
    asked = _asked_of_someone(releases)
    for release in releases:
        near = (release.manager_id, release.director_id, release.member.person_id)
        if person.pk in near or time_actions.item(release) not in asked:
            time_actions.ask_someone_else(release=release, leaver=person, by=_system(by))
    held = Mandate.objects.filter(holder=person).order_by("entity_id", "capacity")
    for entity, capacity in held.values_list("entity_id", "capacity").distinct():
        _ask(entity, capacity)


def on_left(idea: Idea, people: Sequence[Person]) -> list[dict[str, Any]]:
    """Handler of `ideas.joining`: whoever leaves the team no longer asks for time; time that is signed is theirs to
    give back. Gives the effects."""
    return time_actions.drop_requests(idea=idea, people=people)


def on_mandate_change(mandate: Mandate, by: Actor) -> None:
    """A delegation has ended, or is given: what its holders are asked is theirs who hold it now."""
    _ask(mandate.entity_id, mandate.capacity)


def _ask(entity: int, capacity: str) -> None:
    # A job: a delegation that ends must not hold the locks of ideas.
    if capacity in SERVICES:
        defer(jobs.ask_services.configure(), entity=entity, at=clock.moved_to())
    elif capacity == Mandate.Capacity.DGA:
        defer(jobs.ask_arbiters.configure(), entity=entity, at=clock.moved_to())


def _asked_of_someone(releases: list[TimeRelease]) -> set[str]:
    """The work that still waits for somebody: the leaver's own is closed before this runs."""
    keys = [time_actions.item(release) for release in releases]
    return set(WorkItem.objects.filter(key__in=keys, closed_at=None).values_list("key", flat=True))


def _system(by: Actor) -> Actor:
    """Whoever recorded the departure does not act for the leaver: the substitution does."""
    return SUBSTITUTION if by.system is None else by
