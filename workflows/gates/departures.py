"""What gates do when a person leaves or a delegation ends: seats are refilled, decisions asked of others."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from ideas.drafting.models import Idea
from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Mandate, Person, RoleGrant
from workflows.gates import actions, jobs, lapses, leading, queries
from workflows.gates.models import Seat

# A departure ends the leaver's roles a moment before.
JUST_NOW = timedelta(minutes=1)


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`; ideas are locked in the order of their ids."""
    seats = Seat.objects.filter(person=person, state="open", round__state__in=["seating", "open"])
    for key in seats.order_by("round__idea_id", "pk").values_list("key", flat=True):
        actions.replace_leaver(seat_key=key, by=SUBSTITUTION)
    asked = actions.open_questions(expert=person).order_by("round__idea_id", "pk")
    for key in asked.values_list("key", flat=True):
        actions.close_question(question_key=key, reason=_("The expert is no longer here."), by=SUBSTITUTION)
    if queries.conditions_of_leavers().exists():
        # A job, one idea at a time: a departure must not hold the locks of all ideas under way.
        defer(jobs.ask_for_leavers_conditions.configure(), at=clock.moved_to())
    held = Mandate.objects.filter(holder=person).order_by("entity_id").values_list("entity_id", flat=True)
    for entity in held.distinct():
        _ask_anew(entity)


def on_leaving(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`, before the leaver's work items are closed: what a lead was asked is others'."""
    leading.hand_over(person)
    for grant in person.role_grants.filter(role=leading.LEAD, ends_at__gte=clock.now() - JUST_NOW):
        _ask_leads(grant)


def on_absence(person: Person) -> None:
    """Someone is away, or back: a seat that is lent back holds nothing more of what its deputy typed."""
    actions.drop_left_behind()


def on_grant_end(grant: RoleGrant, by: Actor) -> None:
    """A role has ended: seats that came with it and have no vote yet go to substitutes, a lead's rounds to others."""
    if grant.role in lapses.SEATED_BY:
        defer(jobs.free_seats.configure(), person=grant.person_id, at=clock.moved_to())
    if grant.role == leading.LEAD:
        _ask_leads(grant)


def on_grant_given(grant: RoleGrant, by: Actor) -> None:
    """A lead is named: what waits for a lead is asked of that one too."""
    if grant.role == leading.LEAD:
        _ask_leads(grant)


def _ask_leads(grant: RoleGrant) -> None:
    defer(
        jobs.ask_leads.configure(),
        entity=grant.entity_id,
        programme_key=grant.programme_key,
        at=clock.moved_to(),
    )


def on_joined(idea: Idea) -> None:
    """Someone has joined the team: a seat of the open round, if there is one, may have come too close."""
    if idea.state != Idea.State.DRAFT:
        defer(jobs.look_for_conflicts.configure(), idea=str(idea.key), at=clock.moved_to())


def on_closeness(person: Person | None) -> None:
    """A private link was noted, or posts have changed."""
    seats = Seat.objects.filter(state="open", round__state__in=["seating", "open"])
    if (seats if person is None else seats.filter(person=person)).exists():
        defer(
            jobs.look_for_conflicts.configure(),
            person=person.pk if person is not None else None,
            at=clock.moved_to(),
        )


def on_mandate_change(mandate: Mandate, by: Actor) -> None:
    """A delegation has ended, or is given: rounds that wait for a decision are asked of whoever holds one now."""
    _ask_anew(mandate.entity_id)
    if mandate.capacity == lapses.ELECTED:
        defer(jobs.free_seats.configure(), person=mandate.holder_id, at=clock.moved_to())


def _ask_anew(entity: int) -> None:
    # A job, one round at a time: a departure must not hold the locks of all ideas under way.
    defer(jobs.ask_anew.configure(), entity=entity, at=clock.moved_to())
