"""What the journey does when a person joins or leaves, or a right ends or begins.

An author's idea passes to a co-author who accepts, else it is held; a re-examination is asked of others.
"""

from datetime import date

from django.db.models import Q

from ideas import roles
from ideas.drafting.models import Idea, TeamMember
from incubator.inbox import actions as inbox
from incubator.inbox.models import WorkItem
from incubator.lib import clock
from incubator.lib.deferring import defer
from incubator.people.actors import SUBSTITUTION, Actor
from incubator.people.models import Mandate, Person, RoleGrant
from workflows.journey import actions, jobs, queries

# What is asked of all who answer for an idea together; whoever of them does it first has done it.
ASKED_OF_TEAM = (
    "rework",
    "find_sponsor",
    "write_plan",
    "request_launch",
    "check_in",
    "end_pilot",
    "close_incident",
    "consent",
    "report_done",
)


def on_departure(person: Person, on: date, by: Actor) -> None:
    """Handler of `people.departures`; ideas are locked in the order of their ids."""
    followed = Q(role="author") | Q(carry_on_due_at__isnull=False)
    authored = TeamMember.objects.filter(
        followed, person=person, left_at=None, idea__state__in=["draft", "live", "held"]
    )
    for key in authored.order_by("idea_id").values_list("idea__key", flat=True):
        actions.author_left(idea=key, leaver=person, by=SUBSTITUTION)
    _ask_again()


def on_joined(idea: Idea) -> None:
    """Handler of `ideas.joining`: what waits for the team waits for whoever is of it now."""
    waiting = WorkItem.objects.filter(
        subject_key=idea.key,
        verb__in=ASKED_OF_TEAM,
        person__in=roles.authors(idea).order_by(),
        closed_at=None,
    )
    if items := list(waiting.order_by("pk")):
        inbox.open_too(items, roles.authors_now(idea))


def on_mandate_change(mandate: Mandate, by: Actor) -> None:
    """A delegation has ended, or is given: re-examinations are asked of whoever may answer them now."""
    _ask_again()


def on_grant_change(grant: RoleGrant, by: Actor) -> None:
    """A lead's role has ended, or is given: what waits for want of someone who may answer is the others' now."""
    if grant.role == "programme_lead":
        _ask_again()


def on_absence(person: Person) -> None:
    """Someone asked is away, or back: it is asked of whoever is here."""
    _ask_again()


def on_closeness(person: Person | None) -> None:
    """A private link was noted, or posts have changed: whoever was asked may be too close now."""
    _ask_again()


def _ask_again() -> None:
    # A job: a delegation that ends must not hold the locks of ideas.
    if queries.asked_reexaminations():
        defer(jobs.ask_reexaminers.configure(), at=clock.moved_to())
