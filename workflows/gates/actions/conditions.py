"""Conditions of a decision: their owner says they are met, a lead confirms."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import roles
from ideas.acts import record, wait_for
from ideas.drafting.models import Idea
from ideas.lock import locked
from incubator.events.actions import effect
from incubator.events.rules import sha256
from incubator.inbox import actions as inbox
from incubator.lib import clock
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people.actors import Actor
from workflows.gates import authority
from workflows.gates.leading import who_leads
from workflows.gates.models import Condition


def report_condition(*, condition_key: Any, by: Actor, note: str) -> None:
    """The owner says a condition is met; a lead is asked to confirm it."""
    with locked(rounds__decision__conditions__key=condition_key) as idea:
        condition = _open_condition(condition_key, idea)
        if condition.owner_id != by.human.pk and not roles.is_author(idea, by.human):
            raise NotFound(_("There is no such condition, or it is not yours."))
        if not note.strip():
            sentence = _("Say in a line how it is met.")
            raise Invalid(sentence, code="condition.note", fields={"note": [sentence]})
        condition.met_note, condition.reported_at = note, clock.now()
        condition.save(update_fields=["met_note", "reported_at"])
        inbox.close(f"condition:{condition.key}")
        wait_for(
            who_leads(idea),
            idea=idea,
            key=f"confirm:{condition.key}",
            verb="confirm_condition",
            url=reverse("condition", args=[condition.key]),
        )
        record(idea, "condition_reported", by, condition=str(condition.key), note_sha256=sha256(note))


def confirm_condition(*, condition_key: Any, by: Actor) -> None:
    """A lead, or an absent one’s deputy, confirms that a condition is met; it no longer blocks the next gate."""
    with locked(rounds__decision__conditions__key=condition_key) as idea:
        condition = _open_condition(condition_key, idea)
        if not authority.leads(idea, by):
            raise NotAllowed(_("A programme lead from outside the team confirms a condition."))
        condition.met_at, condition.confirmed_by = clock.now(), by.human
        condition.save(update_fields=["met_at", "confirmed_by"])
        inbox.close(f"condition:{condition.key}", f"confirm:{condition.key}")
        effects = [effect("condition", "open", "met", condition=str(condition.key))]
        record(idea, "condition_met", by, effects, condition=str(condition.key))


# An idea that has ended asks for nothing more; a service still has its conditions.
ASKED_IN = ("live", "held", "in_service")


def _open_condition(condition_key: Any, idea: Idea) -> Condition:
    if idea.state not in ASKED_IN:
        raise Conflict(
            _("This idea has ended: nobody has to meet its conditions any more."), code="condition.ended"
        )
    condition = Condition.objects.get(key=condition_key)
    if condition.met_at is not None or condition.decision.issued_at is None:
        raise Conflict(_("This condition is settled already."), code="condition.closed")
    return condition
