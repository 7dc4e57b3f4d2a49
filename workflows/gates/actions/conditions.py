"""Conditions of a decision: their owner says they are met, a lead confirms."""

from collections.abc import Iterable
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
from incubator.lib import clock, working_days
from incubator.lib.refusals import Conflict, Invalid, NotAllowed, NotFound
from incubator.people.actors import Actor
from incubator.people.models import Person
from workflows.gates import authority
from workflows.gates.actions.rounds import due_after
from workflows.gates.configuration import lead_days
from workflows.gates.leading import who_leads
from workflows.gates.models import Condition
from workflows.gates.queries import ASKED_IN, conditions_of_leavers


def ask_to_meet(conditions: Iterable[Condition], idea: Idea) -> None:
    """Give each condition to its owner, or to whoever stands in the place of one who has left. No act of its own."""
    for condition in conditions:
        _ask(condition, idea, _asked(condition, idea))


def ask_in_place_of_leavers() -> None:
    """Conditions whose owner has left the city are asked of whoever stands in their place now, and of nobody else."""
    waiting, of = conditions_of_leavers(), "decision__round__idea"
    for pk in waiting.order_by(of).values_list(of, flat=True).distinct():
        with locked(pk) as idea:
            for condition in waiting.filter(**{of: idea}).select_related("owner").order_by("pk"):
                people = _asked(condition, idea)
                _ask(condition, idea, people)
                inbox.narrow(_item(condition), people)


def may_report(condition: Condition, idea: Idea, by: Actor) -> bool:
    """The owner, the team that answers for the idea, and a lead once the owner has left."""
    if condition.owner_id == by.human.pk or roles.is_author(idea, by.human):
        return True
    return not condition.owner.is_active and authority.leads(idea, by)


def report_condition(*, condition_key: Any, by: Actor, note: str) -> None:
    """The owner, or who stands in their place, says a condition is met; a lead is asked to confirm it."""
    with locked(rounds__decision__conditions__key=condition_key) as idea:
        condition = _open_condition(condition_key, idea)
        if not may_report(condition, idea, by):
            raise NotFound(_("There is no such condition, or it is not yours."))
        if not note.strip():
            sentence = _("Say in a line how it is met.")
            raise Invalid(sentence, code="condition.note", fields={"note": [sentence]})
        condition.met_note, condition.reported_at = note, clock.now()
        condition.save(update_fields=["met_note", "reported_at"])
        inbox.close(_item(condition))
        wait_for(
            who_leads(idea),
            idea=idea,
            key=f"confirm:{condition.key}",
            verb="confirm_condition",
            url=reverse("condition", args=[condition.key]),
            due_at=due_after(idea.programme.entity, lead_days(idea.programme)),
        )
        record(idea, "condition_reported", by, condition=str(condition.key), note_sha256=sha256(note))


def confirm_condition(*, condition_key: Any, by: Actor) -> None:
    """A lead, or an absent one’s deputy, confirms that a condition is met; it no longer blocks the next gate."""
    with locked(rounds__decision__conditions__key=condition_key) as idea:
        condition = _open_condition(condition_key, idea)
        if not authority.leads(idea, by):
            raise NotAllowed(_("A programme lead from outside the team confirms a condition."))
        if condition.reported_at is None:
            raise Conflict(
                _("Nobody has said yet how this condition is met. Its owner does, then you confirm."),
                code="condition.unreported",
            )
        condition.met_at, condition.confirmed_by = clock.now(), by.human
        condition.save(update_fields=["met_at", "confirmed_by"])
        inbox.close(_item(condition), f"confirm:{condition.key}")
        effects = [effect("condition", "open", "met", condition=str(condition.key))]
        record(idea, "condition_met", by, effects, condition=str(condition.key))


def _asked(condition: Condition, idea: Idea) -> list[Person]:
    if condition.owner.is_active:
        return [condition.owner]
    return roles.authors_now(idea) or who_leads(idea)


def _ask(condition: Condition, idea: Idea, people: Iterable[Person]) -> None:
    wait_for(
        people,
        idea=idea,
        key=_item(condition),
        verb="meet_condition",
        url=reverse("condition", args=[condition.key]),
        due_at=working_days.end_of_day(condition.due_on, idea.programme.entity.time_zone),
    )


def _item(condition: Condition) -> str:
    return f"condition:{condition.key}"


def _open_condition(condition_key: Any, idea: Idea) -> Condition:
    if idea.state not in ASKED_IN:
        raise Conflict(
            _("This idea has ended: nobody has to meet its conditions any more."), code="condition.ended"
        )
    condition = Condition.objects.get(key=condition_key)
    if condition.met_at is not None or condition.decision.issued_at is None:
        raise Conflict(_("This condition is settled already."), code="condition.closed")
    return condition
