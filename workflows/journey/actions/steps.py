"""What the acts of a journey share: whom they find, what they save, what they tell."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ideas.drafting import rules as drafting_rules
from ideas.drafting.models import Idea
from ideas.drafting.wording import MISSING
from incubator.events.actions import Subject, append
from incubator.events.models import Event
from incubator.lib.refusals import Invalid, NotAllowed
from incubator.messages.actions import defer_telling
from incubator.people.actors import Actor
from workflows.gates import authority
from workflows.gates.models import Decision

PLACE = ("route", "state", "stage", "holder", "held_since", "due_at", "ended_at")
# The shortest sentence that gives a reason, in characters.
SENTENCE = 10


def tell(idea: Idea, verb: str, by: Actor, payload: dict[str, Any], effects: list[dict[str, Any]]) -> Event:
    event = append(subject=Subject("idea", idea.key), verb=verb, by=by, payload=payload, effects=effects)
    defer_telling(event)
    return event


def of_author(idea: UUID, by: Actor, *in_roles: str) -> dict[str, Any]:
    """The lookup that finds the idea only for someone in these roles of its team: one query locks and checks."""
    return {
        "key": idea,
        "team__person": by.human,
        "team__role__in": in_roles,
        "team__accepted_at__isnull": False,
        "team__left_at": None,
    }


def check_lead(idea: Idea, by: Actor) -> None:
    """Raises NotAllowed unless a lead, or the deputy of an absent one, acts without a link to the idea."""
    if not authority.leads(idea, by):
        raise NotAllowed(_("A programme lead without a link to the idea does this."), code="not_lead")


def check_complete(idea: Idea) -> None:
    missing = drafting_rules.missing(idea.draft)
    if missing:
        raise Invalid(
            _("A few parts are still empty. Fill them in, then submit."),
            code="submit.incomplete",
            fields={item.field: [MISSING[item.code]] for item in missing},
        )


def last_decision(idea: Idea, *joined: str, **annotated: Any) -> Decision:
    """The last issued decision with its round, and what else is read with it."""
    return (
        Decision.objects.filter(round__idea=idea, issued_at__isnull=False)
        .select_related("round", *joined)
        .annotate(**annotated)
        .order_by("-issued_at", "-pk")[0]
    )
